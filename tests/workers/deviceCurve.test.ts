/** Curves on the device: a step's gradient with the batch's own statistics, a training and what is measured along it, against float64. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pointOnCurve, straightState, trainCurve } from '#lib/analysis/curveTraining.ts';
import { CURVE_PLACES } from '#lib/analysis/requests/curve.ts';
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { kindOf, type RequestOf } from '#lib/analysis/requests/requests.ts';
import { layeredSubject } from '#lib/conformance/specimens.ts';
import { gradientAt } from '#lib/network/derivatives/derivatives.ts';
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import { firstOf, type Samples, type Subject } from '#lib/network/subject.ts';
import { readVectorFile } from '#lib/formats/vectorFile.ts';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { loadSubjects } from '#server/subjects.ts';
import { curveRun } from '#workers/analyses/curve.ts';
import type { Step, UnitOutcome } from '#workers/analyses/unitRun.ts';
import type { Evaluator } from '#workers/evaluator.ts';
import { openEvaluator } from '#workers/openEvaluator.ts';
import { deviceRate, processorRate } from '#workers/passRate.ts';

let evaluator: Evaluator;
let cnn: Subject;
beforeAll(async () => {
  evaluator = await openEvaluator({ wish: 'wasm', ...NODE_FILES });
  const subjects = await loadSubjects(join(fileURLToPath(new URL('../..', import.meta.url)), 'public/builtins'));
  cnn = [...subjects.values()].find(({ manifest }) => manifest.name === 'seed-cnn')!;
});
afterAll(() => evaluator.dispose());

const requestFor = (subject: Subject): RequestOf<'curve'> => ({
  kind: 'curve', format: 1, subject: subject.id, from: subject.manifest.checkpoints[0]!.id, to: subject.manifest.checkpoints.at(-1)!.id, shape: 'bezier',
  loss: 'crossEntropy', samples: 24, seed: 3, steps: 6, batch: 8, learningRate: 0.02, momentum: 0.9, weightDecay: 1e-4,
});

async function drive(request: RequestOf<'curve'>, subject: Subject, kept: Uint8Array | null, most = Infinity): Promise<UnitOutcome<'curve'> | Uint8Array> {
  const run = curveRun.run({ request, unit: 0, subject, kept, vectors: () => undefined, device: () => Promise.resolve(evaluator) });
  let step = await run.next();
  for (let steps = 1; !step.done; step = await run.next(), steps++) {
    if (steps < most) continue;
    const state = (step.value as Step).state!()!;
    await run.return(undefined as never);
    return state;
  }
  return step.value;
}

const relative = (made: ArrayLike<number>, truth: Float64Array): number => {
  const largest = truth.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return truth.reduce((most, value, index) => Math.max(most, Math.abs(value - made[index]!)), 0) / largest;
};

function picked({ inputs, targets, count }: Samples, chosen: readonly number[]): Samples {
  const width = inputs.length / count;
  return { count: chosen.length, inputs: Float32Array.from(chosen.flatMap((row) => [...inputs.subarray(row * width, (row + 1) * width)])), targets: Float32Array.from(chosen, (row) => targets[row]!) };
}

describe('curves on the device', () => {
  test('[Q8] the gradient over other samples at another point, with their own statistics, is that of float64; the point of products stays, and nothing is left behind', async () => {
    const subject = layeredSubject();
    const { network, loss } = subject.manifest;
    const buffers = subject.buffers[0]!;
    const theta = subject.checkpoints[0]!;
    const curvature = await evaluator.differentiate({ network, loss, buffers, samples: firstOf(subject.sets.train, 100) }, theta);
    const vector = Float64Array.from(theta, (_, index) => Math.sin(index));
    const before = await curvature.multiply(vector);
    const elsewhere = Float64Array.from(theta, (value, index) => Math.fround(value + 0.1 * Math.cos(index)));
    const batch = picked(subject.sets.train, [5, 150, 42, 17, 99, 3, 120, 77, 60, 8, 9]);
    await curvature.gradientOver(batch, elsewhere);
    const { numTensors } = tf.memory();
    const found = await curvature.gradientOver(batch, elsewhere);
    expect(tf.memory().numTensors).toBe(numTensors);
    const own = forwardOf(network).statistics(elsewhere, buffers, batch, batch.count, null);
    const truth = gradientAt({ network, loss, buffers: own, samples: batch }, elsewhere);
    expect(Math.abs(found.loss - truth.loss) / truth.loss).toBeLessThan(1e-5);
    expect(relative(found.gradient, truth.gradient)).toBeLessThan(1e-5);
    // With the stored statistics it would be another gradient.
    expect(relative(found.gradient, gradientAt({ network, loss, buffers, samples: batch }, elsewhere).gradient)).toBeGreaterThan(1e-2);
    expect(await curvature.multiply(vector)).toEqual(before);
    curvature.dispose();
  });

  test('[R20] [Q8] a network too large for float64 is trained on the device, to where float64 comes; its losses along the curve are those of float64', async () => {
    const request = requestFor(cnn);
    expect(kindOf(request).runsOn(request, cnn.manifest)).toBe('device');
    const outcome = await drive(request, cnn, null);
    if (outcome instanceof Uint8Array) throw new Error('it did not end');
    expect(outcome.engine).toMatch(/^TensorFlow.js operators on WASM/);
    const { network } = cnn.manifest;
    const samples = firstOf(cnn.sets.train, request.samples);
    const ends = { from: cnn.checkpoints[0]!, to: cnn.checkpoints.at(-1)! };
    const state = straightState(ends);
    for await (const _ of trainCurve(ends, request, samples.count, (parameters, chosen) => gradientAt({ network, loss: 'crossEntropy', buffers: [], samples: picked(samples, chosen) }, parameters), state));
    const file = readVectorFile(outcome.files![0]!);
    if (!file.ok) throw new Error('no bend');
    const moved = state.bend.map((value, index) => value - (ends.from[index]! + ends.to[index]!) / 2);
    expect(relative(Float64Array.from(file.value.values, (value, index) => value - (ends.from[index]! + ends.to[index]!) / 2), moved)).toBeLessThan(1e-3);
    for (const [index, loss] of outcome.unit.losses.entries()) expect(Math.abs(fromJsonNumber(loss) - state.losses[index]!) / state.losses[index]!).toBeLessThan(1e-4);
    for (const place of [0, 7, 20]) {
      const at = pointOnCurve('bezier', ends, file.value.values, place / (CURVE_PLACES - 1), new Float64Array(state.bend.length));
      const [sums] = evaluateAt({ network, loss: 'crossEntropy', buffers: [], sets: [{ set: 'train', samples }] }, at);
      const truth = sums!.lossSum / samples.count;
      expect(Math.abs(fromJsonNumber(outcome.unit.along[place]!) - truth) / Math.max(truth, 0.01)).toBeLessThan(1e-4);
    }
    // Stopped in the middle of the training, it ends with the same bits on the same device.
    const kept = await drive(request, cnn, null, 3);
    if (!(kept instanceof Uint8Array)) throw new Error('it was not stopped');
    expect(await drive(request, cnn, kept)).toEqual(outcome);
  });

  test('[R20] a small network is priced and trained in float64', () => {
    const subject = layeredSubject();
    const request = { ...requestFor(subject), samples: 100 };
    expect(kindOf(request).runsOn(request, subject.manifest)).toBe('processor');
  });

  test('[U21] the rate of the device is measured by its products, that of the processor by its passes', async () => {
    const [onDevice, here] = [await deviceRate(cnn, evaluator), processorRate(cnn)];
    expect(onDevice).toBeGreaterThan(0);
    expect(here).toBeGreaterThan(0);
  });
});
