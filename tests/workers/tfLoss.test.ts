/** The losses as tensor operations, against the float64 ones, where they are easy and where they are not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { LOSS_NAMES, isClassification, isCorrect, lossOfSample } from '#lib/network/loss.ts';
import type { Engine } from '#workers/evaluator.ts';
import { activateBackend } from '#workers/operators/tensorFlow.ts';
import { disposeTargets, lossesOf, targetsOf } from '#workers/operators/tfLoss.ts';
import { BACKENDS_IN_NODE, noise, operatorsOn } from './engines.ts';

describe.each(BACKENDS_IN_NODE)('%s', (backend) => {
  let engine: Engine;
  beforeAll(async () => {
    ({ engine } = await operatorsOn(backend));
    await activateBackend(backend);
  });
  afterAll(() => engine.dispose());

  async function measured(loss: (typeof LOSS_NAMES)[number], rows: readonly (readonly number[])[], wanted: readonly number[]) {
    const width = rows[0]!.length;
    const targets = targetsOf(loss, width, Float32Array.from(wanted));
    const outputs = tf.tensor2d(rows.flat(), [rows.length, width]);
    const { losses, correct } = tf.tidy(() => lossesOf(outputs, targets));
    const answer = { losses: [...(await losses.data())], correct: [...(await correct.data())] };
    tf.dispose([outputs, losses, correct]);
    disposeTargets(targets);
    return answer;
  }

  test.each(LOSS_NAMES)('[N4] %s of every sample is what float64 gives', async (loss) => {
    const width = isClassification(loss) ? 5 : 1;
    const values = noise(3, 40 * width, 3);
    const rows = Array.from({ length: 40 }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
    const wanted = isClassification(loss) ? rows.map((_, row) => row % width) : rows.map(() => Math.fround(0.3));
    const before = engine.held().tensors;
    const { losses, correct } = await measured(loss, rows, wanted);
    expect(engine.held().tensors).toBe(before);
    for (const [row, target] of wanted.entries()) {
      const truth = lossOfSample(loss, Float64Array.from(values), row, width, target);
      expect(Math.abs(losses[row]! - truth) / Math.max(truth, 0.01)).toBeLessThan(3e-6);
      expect(correct[row]).toBe(isClassification(loss) && isCorrect(Float64Array.from(values), row, width, target) ? 1 : 0);
    }
  });

  test('[N5] a loss of 1e-9 keeps its digits in float32', async () => {
    const rows = [
      [0, 20.7, -1],
      [12.5, -8.25, -7],
    ];
    const { losses } = await measured('crossEntropy', rows, [1, 0]);
    for (const [row, target] of [1, 0].entries()) {
      const truth = lossOfSample('crossEntropy', Float64Array.from(rows.flat(), Math.fround), row, 3, target);
      expect(truth).toBeLessThan(1e-8);
      expect(Math.abs(losses[row]! / truth - 1)).toBeLessThan(1e-3);
    }
  });

  /** Outputs and targets that give a tiny loss, by loss. */
  const TINY: Readonly<Partial<Record<(typeof LOSS_NAMES)[number], { readonly outputs: readonly number[]; readonly target: number; readonly below: number }>>> = {
    softmaxSquaredError: { outputs: [0, 12, -1], target: 1, below: 1e-9 },
    focal: { outputs: [0, 9, -1], target: 1, below: 1e-10 },
    // Nearly the smoothed target itself: 0.9 + 0.1/3 and twice 0.1/3.
    kullbackLeibler: { outputs: [Math.log(0.1 / 3), Math.log(0.9 + 0.1 / 3) + 1e-4, Math.log(0.1 / 3)], target: 1, below: 1e-8 },
    squaredError: { outputs: [1.0001], target: 1, below: 1e-7 },
    huber: { outputs: [1.0001], target: 1, below: 1e-8 },
    logCosh: { outputs: [1.0001], target: 1, below: 1e-8 },
  };

  test.each(Object.keys(TINY) as (keyof typeof TINY)[])('[N5] a tiny %s keeps its digits in float32', async (loss) => {
    const { outputs, target, below } = TINY[loss]!;
    const { losses } = await measured(loss, [outputs], [target]);
    const truth = lossOfSample(loss, Float64Array.from(outputs, Math.fround), 0, outputs.length, target);
    expect(truth).toBeLessThan(below);
    expect(truth).toBeGreaterThan(0);
    expect(Math.abs(losses[0]! / truth - 1)).toBeLessThan(4e-3);
  });

  test.each(LOSS_NAMES)('[N6] %s of an output that is no number is none', async (loss) => {
    const rows = isClassification(loss) ? [[1, NaN, 2], [NaN, 0, 0]] : [[NaN]];
    const { losses } = await measured(loss, rows, rows.map(() => 0));
    expect(losses.map(Number.isNaN)).toEqual(rows.map(() => true));
  });

  test('[N6] outputs that are not finite give the loss that float64 gives', async () => {
    const rows = [
      [1, NaN, 2],
      [NaN, 1, 2],
      [1, Infinity, 2],
      [1, Infinity, 2],
      [1, -Infinity, 2],
    ];
    const wanted = [2, 2, 2, 1, 1];
    const { losses } = await measured('crossEntropy', rows, wanted);
    for (const [row, target] of wanted.entries()) {
      expect(losses[row], `row ${row}`).toBe(lossOfSample('crossEntropy', Float64Array.from(rows.flat()), row, 3, target));
    }
  });

  test('[N4] of equal outputs the first is the answer', async () => {
    const { correct } = await measured('crossEntropy', [[1, 1, 0], [1, 1, 0]], [0, 1]);
    expect(correct).toEqual([1, 0]);
  });

  test('[N4] a class that the network has no output for is refused', () => {
    expect(() => targetsOf('crossEntropy', 3, Float32Array.of(0, 3))).toThrow('class 3 is not one of the 3');
  });
});
