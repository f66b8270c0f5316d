/**
 * ε-sharpness of Keskar et al. 2017: how far the loss rises within a small box around the network,
 * 100·(max L(θ + y) − L(θ)) / (1 + L(θ)) over |yᵢ| ≤ ε·(|θᵢ| + 1).
 *
 * By projected gradient ascent from chance places of the box: the rise that was found, so the true maximum is at least that. Not invariant
 * under rescaling of layers (rescaling.ts). Rule O13 in docs/SPEC.md.
 */
import { createRandom } from '#lib/random.ts';

export type BoxOptions = {
  /** Half the width of the box, relative to |θᵢ| + 1: 1e-3 and 5e-4 in the paper. */
  readonly epsilon: number;
  readonly seed: number;
  /** Ascents from different places, 3 where absent, of so many steps each, 10 where absent. */
  readonly starts?: number;
  readonly steps?: number;
};

export type BoxSharpness = {
  readonly epsilon: number;
  readonly loss: number;
  readonly highest: number;
  /** The number of the paper, in per cent. */
  readonly sharpness: number;
  readonly evaluations: number;
};

/** 100·(highest − L) / (1 + L): per cent. */
export const sharpnessOf = ({ loss, highest }: { readonly loss: number; readonly highest: number }): number => (100 * (highest - loss)) / (1 + loss);

/** Yields a point to be evaluated and is given loss and gradient there; given null, it stops. */
export type GradientMethod<Result> = Generator<
  { readonly parameters: Float64Array; readonly done: number; readonly of: number; readonly estimate: () => Result | null },
  Result,
  { readonly loss: number; readonly gradient: Float64Array } | null
>;

/** @throws when stopped before the loss of the network itself is known */
export function* boxSharpness(parameters: Float32Array | Float64Array, { epsilon, seed, starts = 3, steps = 10 }: BoxOptions): GradientMethod<BoxSharpness> {
  const random = createRandom(seed);
  const half = Float64Array.from(parameters, (value) => epsilon * (Math.abs(value) + 1));
  const of = 1 + starts * (steps + 1);
  // Places in the box by coordinates from −1 to 1.
  const point = (place: Float64Array): Float64Array => place.map((value, at) => parameters[at]! + value * half[at]!);
  const centre = yield { parameters: Float64Array.from(parameters), done: 0, of, estimate: () => null };
  if (!centre) throw new Error('the sharpness was stopped before its first loss');
  let [highest, done] = [centre.loss, 1];
  const result = (): BoxSharpness => ({ epsilon, loss: centre.loss, highest, sharpness: sharpnessOf({ loss: centre.loss, highest }), evaluations: done });
  for (let start = 0; start < starts; start++) {
    let place = half.map(() => 2 * random.uniform() - 1);
    for (let step = 0; step <= steps; step++) {
      const found = yield { parameters: point(place), done, of, estimate: result };
      if (!found) return result();
      done++;
      if (found.loss > highest) highest = found.loss;
      const uphill = found.gradient.map((value, at) => value * half[at]!);
      const largest = uphill.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      if (!(largest > 0)) break;
      // The steepest way in a box is along signs: to the rim first, then by smaller steps.
      const length = 2 / (1 + step / 2);
      place = place.map((value, at) => Math.max(-1, Math.min(1, value + length * Math.sign(uphill[at]!))));
    }
  }
  return result();
}
