/** What is remembered of a device: choices that were measured on it. Losing them costs a probe, never a number. */
export type Memory = {
  /** Undefined where nothing is known. Never rejects. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
};

/** Forgets when the process ends. */
export function createMemory(): Memory {
  const known = new Map<string, unknown>();
  return {
    get: async (key) => known.get(key),
    set: async (key, value) => void known.set(key, value),
  };
}
