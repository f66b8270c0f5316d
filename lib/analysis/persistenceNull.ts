/**
 * Whether the valleys of a surface are more than chance makes: their persistence against that of surfaces with the very same losses in
 * other places.
 *
 * `shuffled` puts every loss anywhere: no structure at all, many deep pits. `smooth` draws white noise, smooths it as far as neighbours of
 * the surface are alike, and gives it the same losses by rank: as smooth, as high, no more. Rule O9 in docs/SPEC.md.
 */
import { createRandom, type Random } from '#lib/random.ts';
import { mergeTree, persistenceOf, type Valley } from './mergeTree.ts';
import type { Neighbours, SampledSurface } from './sampledSurface.ts';

export type NullKind = 'shuffled' | 'smooth';

export type NullOptions = { readonly kind: NullKind; readonly seed: number; readonly neighbours: Neighbours; /** 99 where absent. */ readonly draws?: number };

export type TestedValley = Valley & {
  readonly persistence: number;
  /** (1 + draws whose most persistent valley is at least as persistent) / (1 + draws): small is surprising. */
  readonly chance: number;
};

export type NullTest = {
  /** All valleys but the deepest, whose persistence is not finite. */
  readonly valleys: readonly TestedValley[];
  /** Of them, those with a chance of at most 0.05. */
  readonly exceeding: number;
  /** Most persistent valley, and number of valleys, of every draw. */
  readonly largest: readonly number[];
  readonly counts: readonly number[];
  /** Standard deviation of the smoothing, in samples; 0 for shuffled. */
  readonly smoothing: number;
};

export const SURPRISING = 0.05;

/** Yields after every draw, so that it can be shown and stopped by false. */
export function* persistenceNull(surface: SampledSurface, { kind, seed, neighbours, draws = 99 }: NullOptions): Generator<{ readonly done: number; readonly of: number }, NullTest, boolean | undefined> {
  const random = createRandom(seed);
  const smoothing = kind === 'smooth' ? likeness(surface) / 2 : 0;
  const finite = finiteValley(surface, neighbours);
  const [largest, counts]: [number[], number[]] = [[], []];
  for (let done = 1; done <= draws; done++) {
    const drawn = finiteValley(kind === 'smooth' ? smoothSurface(surface, smoothing, random) : shuffledSurface(surface, random), neighbours);
    largest.push(drawn[0] ? persistenceOf(drawn[0]) : 0);
    counts.push(drawn.length);
    if ((yield { done, of: draws }) === false) break;
  }
  const valleys = finite.map((valley) => {
    const persistence = persistenceOf(valley);
    return { ...valley, persistence, chance: (1 + largest.filter((value) => value >= persistence).length) / (1 + largest.length) };
  });
  return { valleys, exceeding: valleys.filter(({ chance }) => chance <= SURPRISING).length, largest, counts, smoothing };
}

const finiteValley = (surface: SampledSurface, neighbours: Neighbours): readonly Valley[] => mergeTree(surface, neighbours).valleys.filter(({ death }) => death !== null);

/** The finite losses in a chance order; what is not finite stays where it is. */
export function shuffledSurface(surface: SampledSurface, random: Random): SampledSurface {
  const [places, losses] = finiteOf(surface);
  for (let last = losses.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [losses[last], losses[other]] = [losses[other]!, losses[last]!];
  }
  return placed(surface, places, losses);
}

/** Smoothed white noise that takes the finite losses by rank. */
export function smoothSurface(surface: SampledSurface, smoothing: number, random: Random): SampledSurface {
  const [places, losses] = finiteOf(surface);
  const noise = Float64Array.from({ length: surface.values.length }, () => random.normal());
  const smooth = smoothed(smoothed(noise, surface.columns, surface.rows, smoothing, 1), surface.columns, surface.rows, smoothing, surface.columns);
  const order = places.toSorted((one, other) => smooth[one]! - smooth[other]! || one - other);
  return placed(surface, order, losses.toSorted((one, other) => one - other));
}

function finiteOf({ values }: SampledSurface): [places: number[], losses: number[]] {
  const places = Array.from({ length: values.length }, (_, at) => at).filter((at) => Number.isFinite(values[at]));
  return [places, places.map((at) => values[at]!)];
}

function placed(surface: SampledSurface, places: readonly number[], losses: readonly number[]): SampledSurface {
  const values = Float64Array.from(surface.values);
  for (const [index, at] of places.entries()) values[at] = losses[index]!;
  return { ...surface, values };
}

/** Along rows (stride 1) or columns, with weights that sum to 1 inside the grid. */
function smoothed(values: Float64Array, columns: number, rows: number, deviation: number, stride: number): Float64Array {
  const reach = Math.ceil(3 * deviation);
  const count = stride === 1 ? columns : rows;
  return values.map((_, at) => {
    const place = stride === 1 ? at % columns : Math.floor(at / columns);
    let [sum, whole] = [0, 0];
    for (let off = -Math.min(reach, place); off <= Math.min(reach, count - 1 - place); off++) {
      const weight = off === 0 ? 1 : Math.exp(-(off ** 2) / (2 * deviation ** 2));
      sum += weight * values[at + off * stride]!;
      whole += weight * weight;
    }
    // Noise smoothed near the rim keeps its variance.
    return sum / Math.sqrt(whole);
  });
}

/** Samples until the correlation of the ranks of losses falls below 1/e, along rows and columns together. */
function likeness(surface: SampledSurface): number {
  const [places, losses] = finiteOf(surface);
  const order = places.map((_, index) => index).sort((one, other) => losses[one]! - losses[other]!);
  const ranks = new Float64Array(surface.values.length).fill(NaN);
  for (const [rank, index] of order.entries()) ranks[places[index]!] = rank - (order.length - 1) / 2;
  const variance = (order.length ** 2 - 1) / 12;
  let before = 1;
  for (let lag = 1; lag < Math.max(surface.columns, surface.rows); lag++) {
    const now = correlation(ranks, surface, lag) / variance;
    if (!(now > Math.exp(-1))) return Number.isNaN(now) ? lag - 1 : lag - 1 + (before - Math.exp(-1)) / (before - now);
    before = now;
  }
  return Math.max(surface.columns, surface.rows);
}

function correlation(ranks: Float64Array, { columns, rows }: SampledSurface, lag: number): number {
  let [sum, count] = [0, 0];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      for (const product of [column + lag < columns ? ranks[at]! * ranks[at + lag]! : NaN, row + lag < rows ? ranks[at]! * ranks[at + lag * columns]! : NaN]) {
        if (Number.isNaN(product)) continue;
        sum += product;
        count++;
      }
    }
  }
  return sum / count;
}
