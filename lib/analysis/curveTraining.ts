/**
 * Trains the bend of a curve between two networks: stochastic gradient descent over random places of the curve.
 *
 * Minimises E over t ~ U(0, 1) of L(φ(t)), φ a quadratic Bézier curve or a chain with one bend (Garipov et al. 2018, section 3); the
 * gradient by the bend is the gradient at φ(t) times how much of the bend is in φ(t). Which samples and which t belong to a step follows
 * from the seed and the step alone, so a training that was interrupted goes on as if it had not been. Rule R20 in docs/SPEC.md.
 */
import { createRandom } from '#lib/random.ts';
import { placeOnCurve, type CurveKind } from '#lib/slice/curve.ts';

export type CurveTrainingOptions = {
  readonly shape: CurveKind;
  readonly seed: number;
  readonly steps: number;
  /** Samples that a step looks at, drawn without order from all there are. */
  readonly batch: number;
  readonly learningRate: number;
  /** Share of the last step that the next begins with. */
  readonly momentum: number;
  /** Share of the bend's own weights that is added to the gradient. */
  readonly weightDecay: number;
};

/** Where a training stands: all that the next step needs. */
export type CurveState = {
  readonly bend: Float64Array;
  readonly velocity: Float64Array;
  /** The loss that each step met, at its own t and on its own samples. */
  readonly losses: number[];
};

export type CurveEnds = { readonly from: ArrayLike<number>; readonly to: ArrayLike<number> };

/** Loss and gradient at θ over the samples named by their index. */
export type BatchGradient = (parameters: Float64Array, samples: readonly number[]) => Loss | Promise<Loss>;
type Loss = { readonly loss: number; readonly gradient: Float64Array };

/** The bend starts in the middle of the straight line. */
export const straightState = ({ from, to }: CurveEnds): CurveState => {
  const bend = Float64Array.from({ length: from.length }, (_, index) => (from[index]! + to[index]!) / 2);
  return { bend, velocity: new Float64Array(bend.length), losses: [] };
};

/** How much of the bend is in φ(t). */
export const bendShare = (shape: CurveKind, t: number): number => placeOnCurve(shape, t)[1];

/** Writes φ(t) into `out`. */
export function pointOnCurve(shape: CurveKind, { from, to }: CurveEnds, bend: ArrayLike<number>, t: number, out: Float64Array): Float64Array {
  const [alpha, beta] = placeOnCurve(shape, t);
  for (let index = 0; index < out.length; index++) out[index] = from[index]! + alpha * (to[index]! - from[index]!) + beta * (bend[index]! - from[index]!);
  return out;
}

/** The rate of a step: whole for the first half, then falling along a line to a hundredth at nine tenths (Garipov et al. 2018). */
export function rateAt(progress: number): number {
  if (progress <= 0.5) return 1;
  return progress >= 0.9 ? 0.01 : 1 - (0.99 * (progress - 0.5)) / 0.4;
}

/**
 * Takes the steps that are missing, each yielded after it was taken; `state` is changed in place.
 * @throws when the loss stops being a number: the rate is too large
 */
export async function* trainCurve(ends: CurveEnds, options: CurveTrainingOptions, total: number, gradientOf: BatchGradient, state: CurveState): AsyncGenerator<number, void, void> {
  const { shape, steps, learningRate, momentum, weightDecay } = options;
  const { bend, velocity, losses } = state;
  const point = new Float64Array(bend.length);
  for (let step = losses.length; step < steps; step++) {
    const { t, samples } = drawStep(options, step, total);
    const { loss, gradient } = await gradientOf(pointOnCurve(shape, ends, bend, t, point), samples);
    if (!Number.isFinite(loss)) throw new Error(`the loss at step ${step + 1} is ${loss}: choose a smaller learning rate`);
    const share = bendShare(shape, t);
    const rate = learningRate * rateAt(step / steps);
    for (let index = 0; index < bend.length; index++) {
      velocity[index] = momentum * velocity[index]! + share * gradient[index]! + weightDecay * bend[index]!;
      bend[index]! -= rate * velocity[index]!;
    }
    losses.push(loss);
    yield loss;
  }
}

/** The place on the curve and the samples of one step. */
function drawStep({ seed, batch }: CurveTrainingOptions, step: number, total: number): { readonly t: number; readonly samples: readonly number[] } {
  const random = createRandom(seed + step * 2 ** 32);
  const t = random.uniform();
  const chosen = new Set<number>();
  // Floyd's way: as many draws as samples, each subset equally likely.
  for (let index = total - Math.min(batch, total); index < total; index++) {
    const drawn = random.integer(index + 1);
    chosen.add(chosen.has(drawn) ? index : drawn);
  }
  return { t, samples: [...chosen] };
}
