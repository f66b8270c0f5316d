/**
 * An auto-encoder with a picture in its middle: vectors → two numbers between −1 and 1 → vectors again, trained here.
 *
 * It works on principal scores: T checkpoints span at most T − 1 dimensions, so nothing is lost, and a network of thousands of weights does
 * what one on the parameters themselves would need billions for (Elhamod and Karpatne 2023 train on the parameters). Beside the bent way
 * from the scores to the picture and back there is a straight one that begins as the two leading principal components; so training begins
 * near their error and goes on from there. Whether it ends below it is measured, not assumed. Rule R8 in docs/SPEC.md.
 */
import { KnownError } from '#lib/knownError.ts';
import { createRandom } from '#lib/random.ts';
import { createAdam, type AdamMemory } from './adam.ts';
import { chainGradient, chainSize, runChain, writeGlorot, type DenseChain } from './denseChain.ts';
import type { MethodState } from './productMethod.ts';

/** Plain data, so that it can be kept, sent and used elsewhere. */
export type AutoEncoder = {
  /** Scores per point; numbers in the picture; units of the bent layers, from the scores inwards. */
  readonly inputs: number;
  readonly latent: number;
  readonly hidden: readonly number[];
  /** Scores are divided by it before they enter. */
  readonly scale: number;
  readonly weights: Float64Array;
};

export type AutoEncoderOptions = {
  readonly seed: number;
  /** [32, 16] where absent. */
  readonly hidden?: readonly number[];
  /** 2 where absent. */
  readonly latent?: number;
  /** 3000 where absent. */
  readonly epochs?: number;
  /** Adam's rate at the start, falling to nothing along half a cosine; 0.01 where absent. */
  readonly rate?: number;
  /** What an earlier training with the same options left. */
  readonly from?: MethodState | null;
};

export type TrainingProgress = {
  readonly done: number;
  readonly of: number;
  /** Of the best weights so far: root of the squared errors over root of the squares of the scores. */
  readonly relativeError: number;
  readonly best: () => AutoEncoder;
  /** From what training can be gone on with as if it had not been stopped. */
  readonly state: () => MethodState;
};

export const AUTO_ENCODER_DEFAULTS = { hidden: [32, 16], latent: 2, epochs: 3000, rate: 0.01 } as const;

/** How far the outermost point is from the middle of the picture at the start, before tanh. */
const REACH = 0.8;

/** Yields after every epoch over all points; given false, it stops. Answers with the best weights it has seen. @throws KnownError `too-few` for fewer than three points or no spread */
export function* trainAutoEncoder(scores: readonly ArrayLike<number>[], { seed, from, ...wished }: AutoEncoderOptions): Generator<TrainingProgress, AutoEncoder, boolean | undefined> {
  const { hidden, latent, epochs, rate } = { ...AUTO_ENCODER_DEFAULTS, ...wished };
  const inputs = scores[0]?.length ?? 0;
  const flat = Float64Array.from(scores.flatMap((row) => Array.from(row)));
  const total = flat.reduce((sum, value) => sum + value * value, 0);
  if (scores.length < 3 || !(total > 0)) throw new KnownError('too-few', `${scores.length} points that spread over nothing: an auto-encoder needs three different ones`);
  const scale = Math.sqrt(total / scores.length);
  for (let at = 0; at < flat.length; at++) flat[at]! /= scale;

  const shape = { inputs, latent, hidden };
  const known = from ? trainingFrom(from, partsOf(shape).size, epochs) : null;
  const weights = known?.weights ?? firstWeights(shape, flat, seed);
  const gradient = new Float64Array(weights.length);
  const adam = createAdam(weights.length, known?.adam);
  let best = known?.best ?? { weights: weights.slice(), error: Infinity };
  const keep = (): AutoEncoder => ({ ...shape, scale, weights: best.weights.slice() });
  for (let done = (known?.adam.steps ?? 0) + 1; done <= epochs; done++) {
    gradient.fill(0);
    const error = errorAndGradient(shape, weights, flat, gradient);
    if (error < best.error) best = { weights: weights.slice(), error };
    // The step of this epoch is not taken yet, so its gradient is worked out again by who goes on.
    const state = (): MethodState =>
      new Map([['weights', weights], ['means', adam.means], ['squares', adam.squares], ['best', best.weights], ['numbers', Float64Array.of(done - 1, best.error)]].map(([name, values]) => [name as string, (values as Float64Array).slice()]));
    const goOn = yield { done, of: epochs, relativeError: Math.sqrt(best.error), best: keep, state };
    if (goOn === false) return keep();
    adam.step(weights, gradient, (rate * (1 + Math.cos((Math.PI * done) / epochs))) / 2);
  }
  return keep();
}

function trainingFrom(state: MethodState, size: number, epochs: number): { readonly weights: Float64Array; readonly adam: AdamMemory; readonly best: { weights: Float64Array; error: number } } {
  const [weights, means, squares, best, numbers] = ['weights', 'means', 'squares', 'best', 'numbers'].map((name) => state.get(name));
  const [steps = -1, error = NaN] = numbers ?? [];
  const isOurs = [weights, means, squares, best].every((array) => array?.length === size) && numbers?.length === 2 && Number.isInteger(steps) && steps >= 0 && steps < epochs;
  if (!isOurs) throw new Error(`this is not what was kept of ${epochs} epochs of ${size} weights`);
  return { weights: weights!.slice(), adam: { means: means!, squares: squares!, steps }, best: { weights: best!.slice(), error } };
}

/** Where a point stands in the picture, each number between −1 and 1. */
export function encode(encoder: AutoEncoder, scores: ArrayLike<number>): Float64Array {
  checkLength(scores.length, encoder.inputs);
  return forwardEncode(encoder, encoder.weights, Float64Array.from(scores, (value) => value / encoder.scale)).picture;
}

/** The scores that a place of the picture stands for; with pca's axes, a point of parameter space. */
export function decode(encoder: AutoEncoder, picture: ArrayLike<number>): Float64Array {
  checkLength(picture.length, encoder.latent);
  return forwardDecode(encoder, encoder.weights, Float64Array.from(picture)).outputs.map((value) => value * encoder.scale);
}

function checkLength(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${found} numbers, the auto-encoder takes ${wanted}`);
}

type Shape = Pick<AutoEncoder, 'inputs' | 'latent' | 'hidden'>;

/** The four parts and where each begins in the weights: bent and straight inwards, bent and straight outwards. */
function partsOf({ inputs, latent, hidden }: Shape) {
  const bentIn: DenseChain = { widths: [inputs, ...hidden, latent], bent: [...hidden.map(() => true), false] };
  const straightIn: DenseChain = { widths: [inputs, latent], bent: [false] };
  const bentOut: DenseChain = { widths: [latent, ...hidden.toReversed(), inputs], bent: [...hidden.map(() => true), false] };
  const straightOut: DenseChain = { widths: [latent, inputs], bent: [false] };
  const sizes = [bentIn, straightIn, bentOut, straightOut].map(chainSize) as [number, number, number, number];
  const starts = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0));
  return { chains: [bentIn, straightIn, bentOut, straightOut] as const, starts, size: starts[3]! + sizes[3] };
}

const partOf = (whole: Float64Array, { chains, starts }: ReturnType<typeof partsOf>, which: 0 | 1 | 2 | 3): Float64Array =>
  whole.subarray(starts[which]!, starts[which]! + chainSize(chains[which]));

function forwardEncode(shape: Shape, weights: Float64Array, inputs: Float64Array) {
  const parts = partsOf(shape);
  const bent = runChain(parts.chains[0], partOf(weights, parts, 0), inputs);
  const straight = runChain(parts.chains[1], partOf(weights, parts, 1), inputs);
  const other = straight.at(-1)!;
  return { bent, straight, picture: bent.at(-1)!.map((value, at) => Math.tanh(value + other[at]!)) };
}

function forwardDecode(shape: Shape, weights: Float64Array, picture: Float64Array) {
  const parts = partsOf(shape);
  const bent = runChain(parts.chains[2], partOf(weights, parts, 2), picture);
  const straight = runChain(parts.chains[3], partOf(weights, parts, 3), picture);
  const other = straight.at(-1)!;
  return { bent, straight, outputs: bent.at(-1)!.map((value, at) => value + other[at]!) };
}

/** Squared relative error; adds its gradient. */
function errorAndGradient(shape: Shape, weights: Float64Array, inputs: Float64Array, gradient: Float64Array): number {
  const parts = partsOf(shape);
  const inward = forwardEncode(shape, weights, inputs);
  const outward = forwardDecode(shape, weights, inward.picture);
  const rows = inputs.length / shape.inputs;
  let error = 0;
  const slopes = outward.outputs.map((value, at) => {
    const off = value - inputs[at]!;
    error += off * off;
    return (2 * off) / rows;
  });
  const back = (which: 0 | 1 | 2 | 3, made: readonly Float64Array[], flow: Float64Array): Float64Array =>
    chainGradient(parts.chains[which], partOf(weights, parts, which), made, flow, partOf(gradient, parts, which));
  const [byBent, byStraight] = [back(2, outward.bent, slopes), back(3, outward.straight, slopes)];
  const onPicture = inward.picture.map((value, at) => (byBent[at]! + byStraight[at]!) * (1 - value * value));
  back(0, inward.bent, onPicture);
  back(1, inward.straight, onPicture);
  // The inputs have a mean square length of 1.
  return error / rows;
}

/** Bent parts by chance, the straight ones so that they keep the leading scores; the last bent layer of each way begins at nothing. */
function firstWeights(shape: Shape, inputs: Float64Array, seed: number): Float64Array {
  const parts = partsOf(shape);
  const weights = new Float64Array(parts.size);
  const random = createRandom(seed);
  for (const which of [0, 2] as const) {
    const own = partOf(weights, parts, which);
    writeGlorot(parts.chains[which], random, own);
    const { widths } = parts.chains[which];
    own.fill(0, own.length - widths.at(-1)! * (widths.at(-2)! + 1));
  }
  let largest = 0;
  for (let at = 0; at < inputs.length; at++) if (at % shape.inputs < shape.latent) largest = Math.max(largest, Math.abs(inputs[at]!));
  for (let axis = 0; axis < Math.min(shape.latent, shape.inputs); axis++) {
    partOf(weights, parts, 1)[axis * shape.inputs + axis] = REACH / largest;
    partOf(weights, parts, 3)[axis * shape.latent + axis] = largest / REACH;
  }
  return weights;
}
