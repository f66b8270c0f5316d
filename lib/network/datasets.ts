/**
 * Small data sets made from a seed: two spirals to tell apart, and a noisy line to fit.
 *
 * The generator's random numbers are the caller's; everything else is fixed here.
 */
import type { Random } from '#lib/random.ts';
import type { Samples } from './subject.ts';

/** Turns of each arm around the origin, and how far points stray from it. */
const TURNS = 1.5;
const SPIRAL_NOISE = 0.05;

/** The line that the noisy points stray from. */
export const TRUE_LINE = { slope: 1.5, intercept: -0.5, noise: 0.35 } as const;

/** Two interleaved spirals in [−1, 1]²: inputs [count, 2], targets 0 and 1 by turns. */
export function twoSpirals(random: Random, count: number): Samples {
  const inputs = new Float32Array(2 * count);
  const targets = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    const arm = index % 2;
    const along = Math.sqrt(0.02 + 0.98 * random.uniform());
    const angle = along * TURNS * 2 * Math.PI + arm * Math.PI;
    inputs[2 * index] = 0.95 * along * Math.cos(angle) + SPIRAL_NOISE * random.normal();
    inputs[2 * index + 1] = 0.95 * along * Math.sin(angle) + SPIRAL_NOISE * random.normal();
    targets[index] = arm;
  }
  return { count, inputs, targets };
}

/** y = slope·x + intercept + noise with x uniform in [−1, 1]: inputs [count, 1], targets the values y. */
export function noisyLine(random: Random, count: number): Samples {
  const inputs = Float32Array.from({ length: count }, () => 2 * random.uniform() - 1);
  const targets = inputs.map((x) => TRUE_LINE.slope * x + TRUE_LINE.intercept + TRUE_LINE.noise * random.normal());
  return { count, inputs, targets };
}
