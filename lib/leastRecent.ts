/** What was used lately, up to a total size: what was not used for longest goes first. It does not know what it holds. */
export class LeastRecent<Value> {
  readonly #most: number;
  /** Least recently used first. */
  readonly #held = new Map<string, { readonly value: Value; readonly size: number }>();
  #size = 0;

  /** @param most total size, in whatever unit sizes are given in */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** What is held under a key, which is the one used last then. */
  use(key: string): Value | undefined {
    const found = this.#held.get(key);
    if (!found) return undefined;
    this.#held.delete(key);
    this.#held.set(key, found);
    return found.value;
  }

  put(key: string, value: Value, size: number): void {
    this.#size += size - (this.#held.get(key)?.size ?? 0);
    this.#held.delete(key);
    this.#held.set(key, { value, size });
  }

  /** Lets go of what is too much; the keys that went. @param spared keys that stay, whatever they measure */
  trim(spared: ReadonlySet<string>): readonly string[] {
    const gone: string[] = [];
    for (const [key, { size }] of this.#held) {
      if (this.#size <= this.#most) break;
      if (spared.has(key)) continue;
      this.#held.delete(key);
      this.#size -= size;
      gone.push(key);
    }
    return gone;
  }
}
