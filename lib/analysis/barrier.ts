/**
 * What lies between two networks on the straight line from one (α = 0) to the other (α = 1).
 *
 * Barrier: max over α in [0, 1] of f(α) − [(1 − α)·f(0) + α·f(1)] (Entezari et al. 2022). Linear mode connectivity compares the top
 * with the mean of both ends: max f − (f(0) + f(1))/2 (Frankle et al. 2020, "instability"). Two orders of the same neurons compute the
 * same function and may have a barrier between them. Rule O6 in docs/SPEC.md.
 */
import { KnownError } from '#lib/knownError.ts';
import { nearestIndex } from '#lib/slice/grid.ts';
import { sampleAt, type Sample, type SampledSurface } from './sampledSurface.ts';

export type Barrier = {
  readonly ends: readonly [Sample, Sample];
  /** Where the curve is furthest above the chord. */
  readonly top: Sample;
  /** Never below 0, because the ends lie on the chord; infinite where a loss between them is. */
  readonly barrier: number;
  /** The greatest loss between the ends, less their mean: the number of linear mode connectivity. */
  readonly instability: number;
  /** Samples between the ends whose loss is not known: the barrier may be higher. */
  readonly unknown: number;
};

/** @throws KnownError `no-ends` where the line does not sample both networks, or the loss of one of them is not finite */
export function barrierOf(line: SampledSurface): Barrier {
  const { rows, values } = line;
  if (rows !== 1) throw new Error(`a barrier is measured on a line, not on ${rows} rows`);
  const [start, end] = [sampleOf(line, 0), sampleOf(line, 1)];
  let [top, barrier, highest, unknown] = [start.at, 0, -Infinity, 0];
  for (let at = start.at; at <= end.at; at++) {
    const value = values[at]!;
    if (Number.isNaN(value)) {
      unknown++;
      continue;
    }
    const along = (at - start.at) / (end.at - start.at);
    const above = value - ((1 - along) * start.loss + along * end.loss);
    highest = Math.max(highest, value);
    // The ends are on the chord; rounding does not lift them.
    if (at !== start.at && at !== end.at && above > barrier) [top, barrier] = [at, above];
  }
  return { ends: [start, end], top: sampleAt(line, top), barrier, instability: highest - (start.loss + end.loss) / 2, unknown };
}

function sampleOf(line: SampledSurface, coordinate: 0 | 1): Sample {
  const axis = line.axes[0]!;
  const sample = sampleAt(line, nearestIndex({ ...axis, anchor: 0 }, coordinate));
  if (Math.abs(sample.coordinates[0]! - coordinate) > 1e-9 * (axis.max - axis.min)) {
    throw new KnownError('no-ends', `this line has no sample at α = ${coordinate}, so the network there is not measured: choose bounds and a count that meet 0 and 1`);
  }
  if (!Number.isFinite(sample.loss)) throw new KnownError('no-ends', `the loss at α = ${coordinate} is ${sample.loss}, so there is no chord to measure from`);
  return sample;
}
