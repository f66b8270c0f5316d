/**
 * The losses: what is summed over samples at a point of a slice.
 *
 * Each is given here in float64 for one sample; workers/ has them as tensor operations.
 * Rules N4–N6 and N9 in docs/SPEC.md.
 */
export const LOSS_NAMES = [
  'crossEntropy',
  'softmaxSquaredError',
  'focal',
  'hinge',
  'kullbackLeibler',
  'squaredError',
  'absoluteError',
  'huber',
  'logCosh',
] as const;

export type LossName = (typeof LOSS_NAMES)[number];

/** How a loss is called on the screen. */
export const LOSS_TITLES: Readonly<Record<LossName, string>> = {
  crossEntropy: 'cross-entropy',
  softmaxSquaredError: 'squared error of the softmax',
  focal: 'focal loss',
  hinge: 'hinge loss',
  kullbackLeibler: 'Kullback–Leibler divergence',
  squaredError: 'squared error',
  absoluteError: 'absolute error',
  huber: 'Huber loss',
  logCosh: 'log-cosh',
};

/** γ of the focal loss (Lin et al. 2017), (1 − p)^γ times the cross-entropy. */
export const FOCAL_GAMMA = 2;
/** The margin of the hinge loss of Crammer and Singer: max(0, margin + the largest other output − the target's). */
export const HINGE_MARGIN = 1;
/** How much of the target distribution is spread evenly over all classes; without it the divergence would be the cross-entropy. */
export const LABEL_SMOOTHING = 0.1;
/** Where the Huber loss turns from ½e² to straight. */
export const HUBER_DELTA = 1;

const REGRESSION: ReadonlySet<LossName> = new Set(['squaredError', 'absoluteError', 'huber', 'logCosh']);

/** Whether the loss compares classes, so that counting correct answers means something. */
export const isClassification = (loss: LossName): boolean => !REGRESSION.has(loss);

/** The losses that fit a dataset with classes, or one with values, in the order of the registry. */
export const lossesFor = (hasClasses: boolean): readonly LossName[] => LOSS_NAMES.filter((loss) => isClassification(loss) === hasClasses);

/**
 * The loss of one sample; NaN and infinity in its outputs are never lost.
 * @param outputs the network's outputs for many samples, row-major [samples, width]
 * @param row which sample
 * @param target its class index (classification) or its value (regression, which reads the first output)
 */
export function lossOfSample(loss: LossName, outputs: Float64Array, row: number, width: number, target: number): number {
  const start = row * width;
  switch (loss) {
    case 'squaredError':
      return (outputs[start]! - target) ** 2;
    case 'absoluteError':
      return Math.abs(outputs[start]! - target);
    case 'huber':
      return huber(Math.abs(outputs[start]! - target));
    case 'logCosh':
      return logCosh(Math.abs(outputs[start]! - target));
    case 'hinge':
      return hinge(outputs, start, width, target);
    default:
      return lossOfSoftmax(loss, outputs, start, width, target);
  }
}

/** Whether the first largest output is the target class. */
export function isCorrect(outputs: Float64Array, row: number, width: number, target: number): boolean {
  const start = row * width;
  let top = 0;
  for (let k = 1; k < width; k++) if (outputs[start + k]! > outputs[start + top]!) top = k;
  return top === target && !Number.isNaN(outputs[start + top]!);
}

type SoftmaxLoss = 'crossEntropy' | 'softmaxSquaredError' | 'focal' | 'kullbackLeibler';

/** Losses of p = softmax(outputs), all through ln p_k = output_k − largest − log1p(rest). */
function lossOfSoftmax(loss: SoftmaxLoss, outputs: Float64Array, start: number, width: number, target: number): number {
  let top = 0;
  for (let k = 1; k < width; k++) if (outputs[start + k]! > outputs[start + top]!) top = k;
  const max = outputs[start + top]!;
  // Σ over the classes below the largest: log1p of it keeps a loss of 1e-9, where log(1 + 1e-9) would not.
  let rest = 0;
  for (let k = 0; k < width; k++) if (k !== top) rest += Math.exp(outputs[start + k]! - max);
  const crossEntropy = max - outputs[start + target]! + Math.log1p(rest);
  switch (loss) {
    case 'crossEntropy':
      return crossEntropy;
    case 'focal':
      // 1 − p = 1 − e^(−cross-entropy), by expm1 so that it keeps its digits where p is nearly 1.
      return (-Math.expm1(-crossEntropy)) ** FOCAL_GAMMA * crossEntropy;
    case 'softmaxSquaredError': {
      let squares = 0;
      for (let k = 0; k < width; k++) {
        const probability = Math.exp(outputs[start + k]! - max) / (1 + rest);
        squares += (probability - (k === target ? 1 : 0)) ** 2;
      }
      return squares / width;
    }
    case 'kullbackLeibler': {
      // Σ q ln(q / p), with q the target smoothed over all classes.
      let divergence = 0;
      for (let k = 0; k < width; k++) {
        const wanted = LABEL_SMOOTHING / width + (k === target ? 1 - LABEL_SMOOTHING : 0);
        divergence += wanted * (Math.log(wanted) - (outputs[start + k]! - max - Math.log1p(rest)));
      }
      return divergence;
    }
  }
}

/** Crammer and Singer 2001: how far the target's output is from leading all others by the margin. */
function hinge(outputs: Float64Array, start: number, width: number, target: number): number {
  let other = -Infinity;
  // Math.max keeps a NaN, which a comparison would lose.
  for (let k = 0; k < width; k++) if (k !== target) other = Math.max(other, outputs[start + k]!);
  return Math.max(0, HINGE_MARGIN + other - outputs[start + target]!);
}

/** Huber 1964, scaled as in PyTorch: ½e² up to δ, then δ(e − ½δ). @param e the absolute error */
const huber = (e: number): number => (e > HUBER_DELTA ? HUBER_DELTA * (e - 0.5 * HUBER_DELTA) : 0.5 * e * e);

/** ln cosh e = ½ log1p(sinh² e), which keeps tiny errors, and e + log1p(e^(−2e)) − ln 2, which does not overflow. @param e the absolute error */
const logCosh = (e: number): number => (e < 1 ? 0.5 * Math.log1p(Math.sinh(e) ** 2) : e + Math.log1p(Math.exp(-2 * e)) - Math.LN2);
