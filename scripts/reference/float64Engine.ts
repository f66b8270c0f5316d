/** The float64 interpreter as an engine: what the other engines and the expected numbers are measured against. */
import { gradientAt, hessianAt } from '#lib/network/derivatives/derivatives.ts';
import { evaluateAt, forward as outputsOf, forwardOf } from '#lib/network/forward.ts';
import type { At, Engine } from './engines.ts';

export const float64Engine: Engine = {
  isDouble: true,
  isSlow: false,
  close: async () => {},
  curvature: async (subject, parameters) => {
    let at = parameters;
    let multiply = hessianAt(subject, at);
    return {
      moveTo: (next) => {
        at = next;
        multiply = hessianAt(subject, at);
      },
      gradient: async () => gradientAt(subject, at),
      multiply: (vector) => multiply(vector),
      close: () => {},
    };
  },
  outputs: async (network, parameters, buffers, samples) => outputsOf(network, parameters, buffers, samples),
  evaluate: async (job, points) => {
    const forward = forwardOf(job.network);
    const moved = (origin: Float64Array, directions: readonly Float64Array[], { a, b }: At): Float64Array =>
      origin.map((value, index) => value + a * (directions[0]?.[index] ?? 0) + b * (directions[1]?.[index] ?? 0));
    const truths = points.map((point) => {
      const buffers = job.bufferDirections ? moved(job.buffers, job.bufferDirections, point) : job.buffers;
      return evaluateAt({ ...job, buffers }, moved(job.origin, job.directions, point), forward);
    });
    return job.sets.map(({ samples }, set) => ({
      samples: samples.count,
      lossSum: truths.map((truth) => truth[set]!.lossSum),
      correct: truths.map((truth) => truth[set]!.correct),
    }));
  },
};
