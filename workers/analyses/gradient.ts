/** The gradient at one point of a slice, exact in float64 (lib/network/derivatives), summed over blocks of samples. */
import { toJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { gradientAt } from '#lib/network/derivatives/derivatives.ts';
import { firstOf } from '#lib/network/subject.ts';
import { placeOnCurve } from '#lib/slice/curve.ts';
import { buffersAt, frameOf, parametersAt } from '#lib/slice/frame.ts';
import { projectorOf } from '#lib/slice/projection.ts';
import { normOf } from '#lib/slice/vectors.ts';
import { sampleBlocks } from './sampleBlocks.ts';
import type { UnitRun } from './unitRun.ts';

export const gradientRun: UnitRun<'gradient'> = {
  engine: 'float64 on the processor',
  *run({ request: { recipe, points }, unit, subject, vectors }) {
    const frame = frameOf(recipe, subject, vectors);
    const [first = 0, second = 0, c = 0] = points[unit]!;
    const [a, b] = recipe.curve ? placeOnCurve(recipe.curve.kind, first) : [first, second];
    const parameters = parametersAt(frame, a, b, new Float64Array(frame.origin.length), c);
    const { set, count } = recipe.samples[0]!;
    const job = { network: subject.manifest.network, loss: recipe.loss, buffers: buffersAt(frame, a, b, c) };
    const gradient = new Float64Array(parameters.length);
    let loss = 0;
    let done = 0;
    for (const samples of sampleBlocks(firstOf(subject.sets[set], count))) {
      const part = gradientAt({ ...job, samples }, parameters);
      const weight = samples.count / count;
      loss += part.loss * weight;
      for (let index = 0; index < gradient.length; index++) gradient[index]! += part.gradient[index]! * weight;
      done += samples.count;
      yield { share: done / count };
    }
    const norm = normOf(gradient);
    const { captured } = projectorOf({ origin: new Float32Array(gradient.length), directions: frame.directions }).project(gradient);
    return { unit: { loss: toJsonNumber(loss), norm: toJsonNumber(norm), inSlice: toJsonNumber(norm * Math.sqrt(captured)) } };
  },
};
