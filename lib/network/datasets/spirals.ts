/**
 * Two interleaved spirals to tell apart.
 *
 * Made with Math.cos and Math.sin, which may differ between engines in the last bit of a double: the points are float32, so that
 * almost never shows, but a file made from them is what counts.
 */
import type { Random } from '#lib/random.ts';
import type { Samples } from '#lib/network/subject.ts';
import type { Generator } from './generated.ts';

/** Turns of each arm around the origin, and how far points stray from it. */
const TURNS = 1.5;
const SPIRAL_NOISE = 0.05;

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

export const spirals: Generator = {
  name: 'spiral',
  title: 'Two spirals',
  summary: 'Two arms wound around each other one and a half times: no straight line comes near to telling them apart.',
  input: [2],
  classes: 2,
  scale: null,
  generate: twoSpirals,
};
