/** A noisy line to fit. */
import type { Random } from '#lib/random.ts';
import type { Samples } from '#lib/network/subject.ts';
import type { Generator } from './generated.ts';

/** The line that the noisy points stray from. */
export const TRUE_LINE = { slope: 1.5, intercept: -0.5, noise: 0.35 } as const;

/** y = slope·x + intercept + noise with x uniform in [−1, 1]: inputs [count, 1], targets the values y. */
export function noisyLine(random: Random, count: number): Samples {
  const inputs = Float32Array.from({ length: count }, () => 2 * random.uniform() - 1);
  const targets = inputs.map((x) => TRUE_LINE.slope * x + TRUE_LINE.intercept + TRUE_LINE.noise * random.normal());
  return { count, inputs, targets };
}

export const line: Generator = {
  name: 'line',
  title: 'Noisy line',
  summary: 'Points around a straight line, to be fitted: the loss over slope and intercept is a parabola.',
  input: [1],
  classes: null,
  scale: null,
  generate: noisyLine,
};
