/** The name of everything that the cost of a job depends on: the network, its loss and mode, how many samples. Not its numbers. */
import { canonicalJson, digestOf } from '#lib/digest.ts';
import type { EvaluationJob } from './evaluator.ts';

export function jobKey({ network, loss, sets, mode }: EvaluationJob): string {
  const { input_shape_chw, parameter_order, program } = network;
  const policy = mode?.batchNorm;
  const batchNorm = policy?.policy === 'recomputed' ? { ...policy, samples: policy.samples.count } : policy;
  const shapes = parameter_order.map(({ name, shape }) => ({ name, shape }));
  return digestOf(canonicalJson({ input_shape_chw, shapes, program, loss, batchNorm: batchNorm ?? null, dropout: mode?.dropout !== undefined && mode.dropout !== null, sets: sets.map(({ samples }) => samples.count) })).slice(0, 32);
}
