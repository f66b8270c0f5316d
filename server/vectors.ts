/** The vectors that sessions keep as files, read from storage by whoever makes a slice of them. What no vector can be read from is none. */
import { readVectorFile } from '#lib/formats/vectorFile.ts';
import type { Storage } from '#lib/session/storage.ts';

/** The vector kept under a digest; undefined where there is none. */
export type VectorSource = (digest: string) => Promise<Float32Array | undefined>;

export const noVectorSource: VectorSource = async () => undefined;

export function vectorsFrom(storage: Pick<Storage, 'blob'>): VectorSource {
  return async (digest) => {
    const bytes = await storage.blob(digest);
    const file = bytes && readVectorFile(bytes);
    return file?.ok ? file.value.values : undefined;
  };
}

/** All that are at hand of some, by digest. */
export async function gather(source: VectorSource, digests: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for (const digest of digests) {
    const vector = await source(digest);
    if (vector) found.set(digest, vector);
  }
  return found;
}
