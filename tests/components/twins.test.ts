/** The live counter-example: what the rescaling card asks two networks that compute the same, and what they answer. */
import { expect, test } from 'vitest';
import { rescalablePairs } from '#lib/analysis/rescaling.ts';
import { twoSpirals } from '#lib/network/datasets/spirals.ts';
import type { Network } from '#lib/network/program.ts';
import { createRandom } from '#lib/random.ts';
import type { InspectQuestion } from '#lib/wire/inspectMessages.ts';
import { inspect } from '#workers/inspectJob.ts';
import { twinQuestions } from '#components/analyse/twins.ts';
import { planeRecipe } from '#tests/support/subjects.ts';
import { subjectOf } from '#tests/slice/subjects.ts';

const NETWORK: Network = {
  id: 'two-layers',
  input_shape_chw: [2],
  parameter_order: [{ name: 'a.weight', shape: [6, 2] }, { name: 'a.bias', shape: [6] }, { name: 'b.weight', shape: [2, 6] }, { name: 'b.bias', shape: [2] }],
  buffers: [],
  program: [{ op: 'linear', weight: 'a.weight', bias: 'a.bias' }, { op: 'relu' }, { op: 'linear', weight: 'b.weight', bias: 'b.bias' }],
};

function answerTo(question: InspectQuestion) {
  const run = inspect(question);
  let step = run.next();
  while (!step.done) step = run.next();
  return step.value;
}

const lossesOf = (question: InspectQuestion): number[] => {
  const answer = answerTo(question);
  return answer.ask === 'values' ? answer.values.map(([value]) => value!.level.mean) : [];
};

const largestOf = (question: InspectQuestion): number => {
  const answer = answerTo(question);
  return answer.ask === 'largest' ? answer.eigenvalues[0]!.max : NaN;
};

test('[O11] loss to 1e-5 and normalised curve are the same, the raw curve and the largest eigenvalue are not', () => {
  const random = createRandom(8);
  const subject = subjectOf(NETWORK, [Float32Array.from({ length: 32 }, () => random.normal())], { train: twoSpirals(random, 50) });
  const recipe = planeRecipe({ subject: subject.id, centre: 'w0', loss: 'crossEntropy', samples: [{ set: 'train', count: 50 }] });
  const [own, twin] = twinQuestions(recipe, subject, rescalablePairs(NETWORK)[0]!, 8);
  const [mine, theirs] = [lossesOf(own.normalised), lossesOf(twin.normalised)];
  expect(mine).toHaveLength(21);
  for (const [at, loss] of theirs.entries()) expect(Math.abs(loss - mine[at]!)).toBeLessThan(1e-5);
  expect(lossesOf(twin.raw)[10]).toBeCloseTo(lossesOf(own.raw)[10]!, 6);
  expect(Math.max(...lossesOf(twin.raw).map((loss, at) => Math.abs(loss - lossesOf(own.raw)[at]!)))).toBeGreaterThan(0.1);
  expect(largestOf(twin.largest) / largestOf(own.largest)).toBeGreaterThan(2);
});
