/**
 * How the weights of networks are spread: histograms over the same bins, with their moments, and the norm of every filter.
 *
 * Weight decay and batch size show here, and with them why an unnormalised slice looks flat or sharp (Li et al. 2018, figure 2).
 * Rule O10 in docs/SPEC.md.
 */
import type { Layout, Placed } from '#lib/network/layout.ts';
import { normOf } from '#lib/slice/vectors.ts';

type Vector = Float32Array | Float64Array;

export type Moments = {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  readonly skewness: number;
  /** Above that of the normal distribution, which is 0. NaN, like skewness, where all are equal. */
  readonly excessKurtosis: number;
  readonly min: number;
  readonly max: number;
  /** ‖w‖ */
  readonly norm: number;
  /** Numbers that are not finite; they are in no bin and no moment. */
  readonly notFinite: number;
};

export type WeightHistogram = { readonly counts: readonly number[]; readonly moments: Moments };

export type WeightHistograms = {
  /** One more than bins; the last bin holds its upper edge too. */
  readonly edges: readonly number[];
  /** One for each network. */
  readonly networks: readonly WeightHistogram[];
};

/** @param tensors which to take, all where absent @throws for a tensor that the layout does not have, or where nothing is finite */
export function weightHistograms(networks: readonly Vector[], layout: Layout, bins: number, tensors?: readonly string[]): WeightHistograms {
  const known = new Set(layout.tensors.map(({ name }) => name));
  const missing = tensors?.filter((name) => !known.has(name)) ?? [];
  if (missing.length > 0) throw new Error(`the network has no tensor ${missing.join(', ')}`);
  const chosen = layout.tensors.filter(({ name }) => !tensors || tensors.includes(name));
  const taken = networks.map((network) => chosen.map(({ offset, size }) => network.subarray(offset, offset + size)));
  const moments = taken.map(momentsOf);
  const [min, max] = [Math.min(...moments.map((each) => each.min)), Math.max(...moments.map((each) => each.max))];
  if (!(min <= max)) throw new Error('there is no finite weight to count');
  // All weights equal: one bin's width around them.
  const width = (max > min ? max - min : Math.max(1e-12, Math.abs(max)) * 1e-3) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, edge) => (edge === bins && max > min ? max : min + edge * width));
  return {
    edges,
    networks: taken.map((parts, index) => {
      const counts = Array.from({ length: bins }, () => 0);
      for (const part of parts) for (const weight of part) if (Number.isFinite(weight)) counts[Math.min(bins - 1, Math.floor((weight - min) / width))]!++;
      return { counts, moments: moments[index]! };
    }),
  };
}

function momentsOf(parts: readonly Vector[]): Moments {
  let [count, notFinite, sum, min, max, squares] = [0, 0, 0, Infinity, -Infinity, 0];
  for (const part of parts) {
    for (const weight of part) {
      if (!Number.isFinite(weight)) {
        notFinite++;
        continue;
      }
      count++;
      sum += weight;
      squares += weight * weight;
      min = Math.min(min, weight);
      max = Math.max(max, weight);
    }
  }
  const mean = sum / count;
  let [second, third, fourth] = [0, 0, 0];
  for (const part of parts) {
    for (const weight of part) {
      if (!Number.isFinite(weight)) continue;
      const off = weight - mean;
      second += off ** 2;
      third += off ** 3;
      fourth += off ** 4;
    }
  }
  const variance = second / count;
  return { count, mean, deviation: Math.sqrt(variance), skewness: third / count / variance ** 1.5, excessKurtosis: fourth / count / variance ** 2 - 3, min, max, norm: Math.sqrt(squares), notFinite };
}

export type TensorNorms = {
  readonly name: string;
  readonly norm: number;
  /** Of each filter; empty for a tensor without. */
  readonly filters: readonly number[];
};

/** Norms of every tensor and filter of θ, or of a direction. */
export const filterNorms = (vector: Vector, { tensors }: Layout): readonly TensorNorms[] =>
  tensors.map(({ name, offset, size, filters }: Placed) => ({
    name,
    norm: normOf(vector, offset, offset + size),
    filters: Array.from({ length: filters }, (_, filter) => normOf(vector, offset + (filter * size) / filters, offset + ((filter + 1) * size) / filters)),
  }));
