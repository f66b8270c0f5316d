/** The fixed batches of a set, in file order, over which batch norm takes its statistics. It knows no values. */
export type Batch = { readonly start: number; readonly count: number };

/** Batches of `size` samples; a last one of a single sample, which has no variance, is joined to the one before. */
export function batchesOf(samples: number, size: number): readonly Batch[] {
  const batches: Batch[] = [];
  for (let start = 0; start < samples; ) {
    const left = samples - start;
    const count = left === size + 1 ? left : Math.min(size, left);
    batches.push({ start, count });
    start += count;
  }
  return batches;
}
