/**
 * First and second derivatives of every loss with respect to the outputs of one sample.
 *
 * The losses themselves are in loss.ts. Where a loss has a kink, its second derivative there counts as 0. It knows no network.
 */
import { FOCAL_GAMMA, HINGE_MARGIN, HUBER_DELTA, LABEL_SMOOTHING, type LossName } from '#lib/network/loss.ts';

/** One sample's outputs z, its target, and a change R{z} of the outputs where one is asked for. */
type Sample = { readonly outputs: Float64Array; readonly start: number; readonly width: number; readonly target: number };

export type LossDerivatives = {
  /** Writes ∂L/∂z at `out[start …]`. */
  readonly gradient: (sample: Sample, out: Float64Array) => void;
  /** Writes (∂²L/∂z²)·R{z} at `out[start …]`. */
  readonly curvature: (sample: Sample, change: Float64Array, out: Float64Array) => void;
};

export function lossDerivatives(loss: LossName, width: number): LossDerivatives {
  switch (loss) {
    case 'crossEntropy':
      return softmaxLoss(width, crossEntropy);
    case 'kullbackLeibler':
      return softmaxLoss(width, smoothedCrossEntropy);
    case 'focal':
      return softmaxLoss(width, focal);
    case 'softmaxSquaredError':
      return softmaxLoss(width, softmaxSquaredError);
    case 'hinge':
      return HINGE;
    case 'squaredError':
      return ofError((error) => 2 * error, () => 2);
    case 'absoluteError':
      return ofError(Math.sign, () => 0);
    case 'huber':
      return ofError((error) => Math.max(-HUBER_DELTA, Math.min(HUBER_DELTA, error)), (error) => (Math.abs(error) <= HUBER_DELTA ? 1 : 0));
    case 'logCosh':
      return ofError(Math.tanh, (error) => 1 / Math.cosh(error) ** 2);
  }
}

/** Regression: the first output against the target. */
const ofError = (slope: (error: number) => number, bend: (error: number) => number): LossDerivatives => ({
  gradient: ({ outputs, start, width, target }, out) => {
    out.fill(0, start, start + width);
    out[start] = slope(outputs[start]! - target);
  },
  curvature: ({ outputs, start, width, target }, change, out) => {
    out.fill(0, start, start + width);
    out[start] = bend(outputs[start]! - target) * change[start]!;
  },
});

/**
 * A loss of the probabilities p = softmax(z).
 * @param errors p − (1 at the target), with the target's own entry summed from the others so that a small one keeps its digits
 */
type OfSoftmax = {
  readonly gradient: (p: Float64Array, errors: Float64Array, target: number, out: Float64Array, start: number) => void;
  readonly curvature: (p: Float64Array, errors: Float64Array, target: number, change: Float64Array, out: Float64Array, start: number) => void;
};

function softmaxLoss(width: number, { gradient, curvature }: OfSoftmax): LossDerivatives {
  const [p, errors] = [new Float64Array(width), new Float64Array(width)];
  const prepare = ({ outputs, start, target }: Sample): void => {
    let largest = -Infinity;
    for (let k = 0; k < width; k++) largest = Math.max(largest, outputs[start + k]!);
    let sum = 0;
    for (let k = 0; k < width; k++) sum += p[k] = Math.exp(outputs[start + k]! - largest);
    let others = 0;
    for (let k = 0; k < width; k++) {
      p[k]! /= sum;
      errors[k] = p[k]!;
      if (k !== target) others += p[k]!;
    }
    errors[target] = -others;
  };
  return {
    gradient: (sample, out) => {
      prepare(sample);
      gradient(p, errors, sample.target, out, sample.start);
    },
    curvature: (sample, change, out) => {
      prepare(sample);
      curvature(p, errors, sample.target, change, out, sample.start);
    },
  };
}

/** (diag(p) − p·pᵀ)·vector, the derivative of softmax: each entry is pₖ times the vector's deviation from its mean under p. */
function throughSoftmax(p: Float64Array, vector: Float64Array, vectorStart: number, out: Float64Array, start: number): void {
  let mean = 0;
  for (let k = 0; k < p.length; k++) mean += p[k]! * vector[vectorStart + k]!;
  for (let k = 0; k < p.length; k++) out[start + k] = p[k]! * (vector[vectorStart + k]! - mean);
}

const crossEntropy: OfSoftmax = {
  gradient: (p, errors, _target, out, start) => {
    for (let k = 0; k < p.length; k++) out[start + k] = errors[k]!;
  },
  curvature: (p, _errors, _target, change, out, start) => throughSoftmax(p, change, start, out, start),
};

/** The target distribution is even over all classes with weight ε; its entropy is a constant. */
const smoothedCrossEntropy: OfSoftmax = {
  gradient: (p, errors, target, out, start) => {
    for (let k = 0; k < p.length; k++) out[start + k] = errors[k]! + LABEL_SMOOTHING * ((k === target ? 1 : 0) - 1 / p.length);
  },
  curvature: crossEntropy.curvature,
};

/**
 * −(1 − p)^γ·ln p of the target's p, as F(ℓ) with ℓ = ln p: F′ = u^γ·(γ·p·ℓ/u − 1) with u = 1 − p,
 * F″ = γ·p·u^(γ−2)·(u·ℓ + 2u − (γ − 1)·p·ℓ); and ∂ℓ/∂z = (1 at the target) − p.
 */
const focal: OfSoftmax = {
  gradient: (p, errors, target, out, start) => {
    const first = focalSlope(p[target]!, -errors[target]!);
    for (let k = 0; k < p.length; k++) out[start + k] = -first * errors[k]!;
  },
  curvature: (p, errors, target, change, out, start) => {
    const [own, rest] = [p[target]!, -errors[target]!];
    const log = logOf(own, rest);
    const first = focalSlope(own, rest);
    const second = FOCAL_GAMMA * own * rest ** (FOCAL_GAMMA - 2) * (rest * log + 2 * rest - (FOCAL_GAMMA - 1) * own * log);
    let along = 0;
    for (let k = 0; k < p.length; k++) along += errors[k]! * change[start + k]!;
    throughSoftmax(p, change, start, out, start);
    for (let k = 0; k < p.length; k++) out[start + k] = second * along * errors[k]! - first * out[start + k]!;
  },
};

/** ln p, from 1 − p where p is near 1. */
const logOf = (p: number, rest: number): number => (rest < 0.5 ? Math.log1p(-rest) : Math.log(p));

const focalSlope = (p: number, rest: number): number => FOCAL_GAMMA * rest ** (FOCAL_GAMMA - 1) * p * logOf(p, rest) - rest ** FOCAL_GAMMA;

/** mean over classes of (pₖ − 1 at the target)². With d its derivative by p and J that of softmax: gradient J·d. */
const softmaxSquaredError: OfSoftmax = {
  gradient: (p, errors, _target, out, start) => {
    throughSoftmax(p, errors.map((error) => (2 * error) / p.length), 0, out, start);
  },
  curvature: (p, errors, _target, change, out, start) => {
    const d = errors.map((error) => (2 * error) / p.length);
    const moved = new Float64Array(p.length);
    throughSoftmax(p, change, start, moved, 0);
    let [mean, meanChange] = [0, 0];
    for (let k = 0; k < p.length; k++) {
      mean += p[k]! * d[k]!;
      meanChange += moved[k]! * d[k]! + (p[k]! * 2 * moved[k]!) / p.length;
    }
    for (let k = 0; k < p.length; k++) out[start + k] = moved[k]! * (d[k]! - mean) + p[k]! * ((2 * moved[k]!) / p.length - meanChange);
  },
};

/** max(0, margin + largest other − target's): straight on both sides of its kinks. */
const HINGE: LossDerivatives = {
  gradient: ({ outputs, start, width, target }, out) => {
    out.fill(0, start, start + width);
    let rival = -1;
    for (let k = 0; k < width; k++) if (k !== target && (rival < 0 || outputs[start + k]! > outputs[start + rival]!)) rival = k;
    if (rival < 0 || !(HINGE_MARGIN + outputs[start + rival]! - outputs[start + target]! > 0)) return;
    out[start + rival] = 1;
    out[start + target] = -1;
  },
  curvature: ({ start, width }, _change, out) => {
    out.fill(0, start, start + width);
  },
};
