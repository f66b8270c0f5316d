/** Gradients and Hessian-vector products on a device: against PyTorch's double backward, and against the float64 interpreter. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { caseNamed, distance, NAMES } from '#tests/network/derivativeCases.ts';
import { openBackend, type OpenBackend } from '#workers/backend.ts';
import { createDeviceCurvature } from '#workers/curvature/deviceCurvature.ts';
import { startTensorFlow } from '#workers/operators/tensorFlow.ts';
import { createPace } from '#workers/pace.ts';

/** What issue and method promise: float32 on the device beside float64. */
const TOLERANCE = 1e-5;

let open: OpenBackend;
beforeAll(async () => {
  open = await openBackend('wasm', 'wasm');
  await startTensorFlow(open, NODE_FILES.wasmPath);
});

describe('curvature on WASM', () => {
  test.each(NAMES)('[Q5] %s: gradient and H·v are those of PyTorch, in blocks of two samples', async (name) => {
    const { golden, subject, theta, direction } = caseNamed(name);
    const before = tf.memory().numTensors;
    const curvature = createDeviceCurvature(open, { ...subject, block: 2 }, theta, createPace());
    const { loss, gradient } = await curvature.gradient();
    const product = await curvature.multiply(direction);
    const again = await curvature.multiply(direction);
    curvature.dispose();
    expect(Math.abs(loss - golden.value)).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(golden.value)));
    expect(distance(gradient, golden.gradient)).toBeLessThan(TOLERANCE);
    expect(distance(product, golden.product)).toBeLessThan(TOLERANCE);
    expect(again).toEqual(product);
    expect(tf.memory().numTensors).toBe(before);
  });
});
