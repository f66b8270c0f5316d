/**
 * A direction along which the loss has a wanted shape, looked for within the span of a few given directions.
 *
 * Gaussian directions show almost only a v-basin; other shapes have to be looked for (Xu, Li, Li and Zhan, arXiv 2405.12493). Each round turns
 * the best direction so far towards a random one by even angles, and keeps what comes nearest to the wanted shape: losses scaled to 0 … 1, the
 * root of the mean squared difference to one curve of that shape. What was tried is counted, so that a find is not taken for the usual.
 * It evaluates nothing. Rule O17 in docs/SPEC.md.
 */
import { createRandom } from '#lib/random.ts';
import { classifyCurve, type CurveClass } from './curveClass.ts';

export type MinedClass = Exclude<CurveClass, 'unclassified'>;

/** One curve of each shape over −1 … 1, the network at 0. */
const SHAPES: Readonly<Record<MinedClass, (x: number) => number>> = {
  'v-basin': (x) => x * x,
  'v-side': (x) => (x - 0.4) ** 2,
  'w-basin': (x) => ((x + 0.32) ** 2 - 0.1024) ** 2,
  'w-peak': (x) => (x * x - 0.16) ** 2,
  'vvv-basin': (x) => 1 - Math.cos(6 * Math.PI * x),
};

export const MINED_CLASSES = Object.keys(SHAPES) as readonly MinedClass[];

export type MiningPlan = {
  readonly wanted: MinedClass;
  /** Given directions. */
  readonly span: number;
  readonly rounds: number;
  /** Directions of a round. */
  readonly angles: number;
  /** Samples of a curve, odd: the network is the middle one. */
  readonly samples: number;
  readonly seed: number;
};

/** What a round asks for: losses along each direction, at even steps from −1 to 1. A direction is a unit vector of coefficients of the given ones. */
export type MiningRound = { readonly directions: readonly (readonly number[])[]; readonly tried: number };

export type Mined = {
  readonly direction: readonly number[];
  readonly losses: readonly number[];
  readonly class: CurveClass;
  /** From the wanted shape; 0 is that shape. */
  readonly distance: number;
};

export type Mining = {
  /** The nearest to the wanted shape among those of its class, or among all where none has it; null where no loss was finite. */
  readonly best: Mined | null;
  readonly tried: number;
  readonly counts: Readonly<Record<CurveClass, number>>;
};

/** Yields a round and is given its losses, direction by direction. Ends with the first round that finds the class. @throws for a plan that asks for nothing */
export function* mineCurve({ wanted, span, rounds, angles, samples, seed }: MiningPlan): Generator<MiningRound, Mining, readonly (readonly number[])[]> {
  if (span < 2 || rounds < 1 || angles < 2 || samples < 5 || samples % 2 === 0) throw new Error('mining needs two directions or more, a round, two angles, and an odd count of at least five samples');
  const random = createRandom(seed);
  const draw = (): number[] => unit(Array.from({ length: span }, () => random.normal()));
  const middle = (samples - 1) / 2;
  const shape = scaled(Array.from({ length: samples }, (_, at) => SHAPES[wanted](at / middle - 1)))!;
  const counts: Record<CurveClass, number> = { 'v-basin': 0, 'v-side': 0, 'w-basin': 0, 'w-peak': 0, 'vvv-basin': 0, unclassified: 0 };
  let best: Mined | null = null;
  let tried = 0;
  for (let round = 0; round < rounds && best?.class !== wanted; round++) {
    const from = best?.direction ?? draw();
    const towards = across(draw(), from);
    // Half a turn: the other half has the same lines, backwards. The best of before is known already.
    const directions = Array.from({ length: angles }, (_, step) => turned(from, towards, (Math.PI * (step + (best ? 1 : 0))) / (angles + (best ? 1 : 0))));
    const curves = yield { directions, tried };
    for (const [which, losses] of curves.entries()) {
      tried++;
      const found: Mined = { direction: directions[which]!, losses, class: classifyCurve(losses, middle).class, distance: apart(losses, shape) };
      counts[found.class]++;
      if (found.distance < Infinity && isBetter(found, best, wanted)) best = found;
    }
  }
  return { best, tried, counts };
}

function isBetter(found: Mined, best: Mined | null, wanted: MinedClass): boolean {
  if (!best) return true;
  const [isWanted, wasWanted] = [found.class === wanted, best.class === wanted];
  return isWanted === wasWanted ? found.distance < best.distance : isWanted;
}

/** To the shape or to its mirror image, which is the same line backwards. */
function apart(losses: readonly number[], shape: readonly number[]): number {
  const values = scaled(losses);
  if (!values) return Infinity;
  const to = (other: readonly number[]): number => Math.sqrt(values.reduce((sum, value, at) => sum + (value - other[at]!) ** 2, 0) / values.length);
  return Math.min(to(shape), to(shape.toReversed()));
}

/** To 0 … 1; null for a curve that is flat or not finite. */
function scaled(values: readonly number[]): readonly number[] | null {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return Number.isFinite(low) && Number.isFinite(high) && high > low ? values.map((value) => (value - low) / (high - low)) : null;
}

function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** What of a vector is at right angles to a unit vector, of length 1. */
function across(vector: readonly number[], axis: readonly number[]): readonly number[] {
  const along = vector.reduce((sum, value, at) => sum + value * axis[at]!, 0);
  return unit(vector.map((value, at) => value - along * axis[at]!));
}

const turned = (from: readonly number[], towards: readonly number[], angle: number): readonly number[] => from.map((value, at) => Math.cos(angle) * value + Math.sin(angle) * towards[at]!);
