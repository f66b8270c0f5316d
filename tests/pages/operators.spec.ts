/** TensorFlow.js's operators on WebGPU in a real browser: every operation, every mode and every loss against float64. */
import { expect } from '@playwright/test';
import { test } from './support/people.ts';
import { LOSS_NAMES, isClassification } from '#lib/network/loss.ts';
import { evaluateInPage } from '#scripts/browserJob.ts';
import { runInBrowser } from '#scripts/browserHarness.ts';
import { errorOf, jobOf, truthAt } from '#tests/workers/engines.ts';
import { CASES, chw, conv, linear, NORMED_MODES } from '#tests/workers/operatorCases.ts';
import { networkOf } from '#tests/workers/engines.ts';

const POINTS = [
  { a: 0, b: 0 },
  { a: 0.7, b: -0.4 },
];

const jobs = [
  ...Object.entries(CASES).map(([name, network]) => [name, jobOf(network)] as const),
  ...NORMED_MODES,
  ...LOSS_NAMES.map((loss) => [loss, jobOf(networkOf([5], [linear('w', 'b')], { w: [isClassification(loss) ? 3 : 1, 5], b: [isClassification(loss) ? 3 : 1] }), { loss, samples: 9 })] as const),
];

test('[N1] every operation on WebGPU gives what float64 gives', async () => {
  test.setTimeout(300_000);
  const wrong = await runInBrowser('scripts/browserEvaluate.ts', async (page) => {
    const found: string[] = [];
    for (const [name, job] of jobs) {
      const { report, sets } = await evaluateInPage(page, 'webgpu', job, POINTS, { onOperators: true });
      if (report.backend !== 'webgpu') throw new Error(report.why);
      for (const [index, { a, b }] of POINTS.entries()) {
        for (const [set, truth] of truthAt(job, a, b).entries()) {
          const error = errorOf(sets[set]!.lossSum[index]!, truth);
          if (!(error < 4e-6) || sets[set]!.correct[index] !== truth.correct) found.push(`${name}: ${sets[set]!.lossSum[index]} where ${truth.lossSum} is right`);
        }
      }
    }
    return found;
  });
  expect(wrong).toEqual([]);
});

test('[N6] a number that is not finite inside a network is not lost on WebGPU', async () => {
  const steps = [conv('k', null, 1, 0), { op: 'relu' }, { op: 'maxpool', kernel: 2, stride: 2 }, chw, linear('w')] as const;
  const job = jobOf(networkOf([1, 6, 6], steps, { k: [2, 1, 3, 3], w: [3, 8] }));
  const losses = await runInBrowser('scripts/browserEvaluate.ts', async (page) => {
    const points = [{ a: 0.5, b: 0 }, { a: 3e38, b: 3e38 }, { a: 0, b: 0 }];
    const { sets } = await evaluateInPage(page, 'webgpu', { ...job, directions: [job.directions[0]!.map((value) => value * 100), job.directions[1]!] }, points, { onOperators: true });
    return sets[0]!.lossSum;
  });
  expect(losses.map(Number.isFinite)).toEqual([true, false, true]);
});
