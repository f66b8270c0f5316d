/**
 * The losses: what is summed over samples at a point of a slice.
 *
 * Each is given here in float64 for one sample; workers/ has them as tensor operations.
 * Rules N4–N6 in docs/SPEC.md.
 */
export const LOSS_NAMES = ['crossEntropy', 'softmaxSquaredError', 'squaredError'] as const;

export type LossName = (typeof LOSS_NAMES)[number];

/** How a loss is called on the screen. */
export const LOSS_TITLES: Readonly<Record<LossName, string>> = {
  crossEntropy: 'cross-entropy',
  softmaxSquaredError: 'squared error of the softmax',
  squaredError: 'squared error',
};

/** Whether the loss compares classes, so that counting correct answers means something. */
export const isClassification = (loss: LossName): boolean => loss !== 'squaredError';

/**
 * The loss of one sample.
 * @param outputs the network's outputs for many samples, row-major [samples, width]
 * @param row which sample
 * @param target its class index (classification) or its value (squared error)
 */
export function lossOfSample(loss: LossName, outputs: Float64Array, row: number, width: number, target: number): number {
  const start = row * width;
  if (loss === 'squaredError') return (outputs[start]! - target) ** 2;
  let top = 0;
  for (let k = 1; k < width; k++) if (outputs[start + k]! > outputs[start + top]!) top = k;
  const max = outputs[start + top]!;
  // Σ over the classes below the largest: log1p of it keeps a loss of 1e-9, where log(1 + 1e-9) would not.
  let rest = 0;
  for (let k = 0; k < width; k++) if (k !== top) rest += Math.exp(outputs[start + k]! - max);
  if (loss === 'crossEntropy') return max - outputs[start + target]! + Math.log1p(rest);
  let squares = 0;
  for (let k = 0; k < width; k++) {
    const probability = Math.exp(outputs[start + k]! - max) / (1 + rest);
    squares += (probability - (k === target ? 1 : 0)) ** 2;
  }
  return squares / width;
}

/** Whether the first largest output is the target class. */
export function isCorrect(outputs: Float64Array, row: number, width: number, target: number): boolean {
  const start = row * width;
  let top = 0;
  for (let k = 1; k < width; k++) if (outputs[start + k]! > outputs[start + top]!) top = k;
  return top === target && !Number.isNaN(outputs[start + top]!);
}
