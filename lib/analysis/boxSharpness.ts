/**
 * ε-sharpness of Keskar et al. 2017: how far the loss rises within a small box around the network,
 * 100·(max L(θ + y) − L(θ)) / (1 + L(θ)) over |yᵢ| ≤ ε·(|θᵢ| + 1).
 *
 * By projected gradient ascent from chance places of the box: the rise that was found, so the true maximum is at least that. Not invariant
 * under rescaling of layers (rescaling.ts). Rule O13 in docs/SPEC.md.
 */
import { createRandom } from '#lib/random.ts';
import type { MethodState } from './productMethod.ts';

export type BoxOptions = {
  /** Half the width of the box, relative to |θᵢ| + 1: 1e-3 and 5e-4 in the paper. */
  readonly epsilon: number;
  readonly seed: number;
  /** Ascents from different places, 3 where absent, of so many steps each, 10 where absent. */
  readonly starts?: number;
  readonly steps?: number;
  /** What an earlier run with the same options left. */
  readonly from?: MethodState | null | undefined;
};

export type BoxSharpness = {
  readonly epsilon: number;
  readonly loss: number;
  readonly highest: number;
  /** The number of the paper, in per cent. */
  readonly sharpness: number;
  readonly evaluations: number;
  /** y at the highest place: as long as θ, within the box; zero where nothing was higher than the network itself. */
  readonly worst: Float64Array;
};

/** 100·(highest − L) / (1 + L): per cent. */
export const sharpnessOf = ({ loss, highest }: { readonly loss: number; readonly highest: number }): number => (100 * (highest - loss)) / (1 + loss);

/** Yields a point to be evaluated and is given loss and gradient there; given null, it stops. */
export type GradientMethod<Result> = Generator<
  {
    readonly parameters: Float64Array;
    readonly done: number;
    readonly of: number;
    readonly estimate: () => Result | null;
    /** From what it can be gone on with as if it had not been stopped; null before there is anything. */
    readonly state: () => MethodState | null;
  },
  Result,
  { readonly loss: number; readonly gradient: Float64Array } | null
>;

/** |yᵢ| at most: half the width of the box around each parameter. */
export const halfWidths = (parameters: Float32Array | Float64Array, epsilon: number): Float64Array => Float64Array.from(parameters, (value) => epsilon * (Math.abs(value) + 1));

/** Where an ascent stands: its place by coordinates from −1 to 1, which start and step come next, and the best so far. */
type Stand = { readonly start: number; readonly step: number; readonly done: number; readonly loss: number; readonly highest: number; readonly place: Float64Array; readonly worst: Float64Array };

/** @throws when stopped before the loss of the network itself is known, and for a state that is not of this box */
export function* boxSharpness(parameters: Float32Array | Float64Array, { epsilon, seed, starts = 3, steps = 10, from }: BoxOptions): GradientMethod<BoxSharpness> {
  const random = createRandom(seed);
  const half = halfWidths(parameters, epsilon);
  const of = 1 + starts * (steps + 1);
  const point = (place: Float64Array): Float64Array => place.map((value, at) => parameters[at]! + value * half[at]!);
  const drawn = (): Float64Array => half.map(() => 2 * random.uniform() - 1);
  const known = from ? standFrom(from, half.length, starts, steps) : null;
  let own = known?.loss;
  if (own === undefined) {
    const centre = yield { parameters: Float64Array.from(parameters), done: 0, of, estimate: () => null, state: () => null };
    if (!centre) throw new Error('the sharpness was stopped before its first loss');
    own = centre.loss;
  }
  const loss = own;
  let { highest, done, worst } = known ?? { highest: loss, done: 1, worst: new Float64Array(half.length) };
  const result = (): BoxSharpness => ({ epsilon, loss, highest, sharpness: sharpnessOf({ loss, highest }), evaluations: done, worst: worst.map((value, at) => value * half[at]!) });
  for (let start = 0; start < starts; start++) {
    // Places that were drawn before are drawn again, to come to the next one.
    let place = drawn();
    if (known && start < known.start) continue;
    const isGoneOnWith = known?.start === start;
    if (isGoneOnWith) place = known.place;
    for (let step = isGoneOnWith ? known.step : 0; step <= steps; step++) {
      const stand: Stand = { start, step, done, loss, highest, place, worst };
      const found = yield { parameters: point(place), done, of, estimate: result, state: () => stateOf(stand) };
      if (!found) return result();
      done++;
      if (found.loss > highest) [highest, worst] = [found.loss, place];
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

const stateOf = ({ start, step, done, loss, highest, place, worst }: Stand): MethodState => new Map([['place', place], ['worst', worst], ['numbers', Float64Array.of(start, step, done, loss, highest)]]);

function standFrom(state: MethodState, size: number, starts: number, steps: number): Stand {
  const [place, worst] = [state.get('place'), state.get('worst')];
  const [start = -1, step = -1, done = -1, loss = NaN, highest = NaN] = state.get('numbers') ?? [];
  const isOurs = place?.length === size && worst?.length === size && start >= 0 && start < starts && step >= 0 && step <= steps && done > 0 && state.get('numbers')!.length === 5;
  if (!isOurs) throw new Error(`this is not what was kept of ${starts} ascents in a box of ${size} parameters`);
  return { start, step, done, loss, highest, place, worst };
}
