/**
 * The gradient at one point of a slice, exact in float64 (lib/network/derivatives), summed over blocks of samples.
 *
 * Kept while it runs: the sums, and over how many samples.
 */
import { toJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { gradientAt } from '#lib/network/derivatives/derivatives.ts';
import { firstOf } from '#lib/network/subject.ts';
import { placeOnCurve } from '#lib/slice/curve.ts';
import { buffersAt, frameOf, parametersAt } from '#lib/slice/frame.ts';
import { projectorOf } from '#lib/slice/projection.ts';
import { normOf } from '#lib/slice/vectors.ts';
import { keptBroken, readKept, writeKept } from './keptState.ts';
import { sampleBlocks } from './sampleBlocks.ts';
import type { UnitJob, UnitRun } from './unitRun.ts';

export const gradientRun: UnitRun<'gradient'> = {
  engine: 'float64 on the processor',
  *run(given) {
    const { request: { recipe, points }, unit, subject, vectors } = given;
    const frame = frameOf(recipe, subject, vectors);
    const [first = 0, second = 0, c = 0] = points[unit]!;
    const [a, b] = recipe.curve ? placeOnCurve(recipe.curve.kind, first) : [first, second];
    const parameters = parametersAt(frame, a, b, new Float64Array(frame.origin.length), c);
    const { set, count } = recipe.samples[0]!;
    const job = { network: subject.manifest.network, loss: recipe.loss, buffers: buffersAt(frame, a, b, c) };
    const sums = given.kept ? readSums(given.kept, given, parameters.length) : { gradient: new Float64Array(parameters.length), loss: 0, done: 0 };
    const { gradient } = sums;
    const save = () => writeKept(given, new Map([['gradient', gradient], ['sums', Float64Array.of(sums.loss, sums.done)]]));
    let before = 0;
    for (const samples of sampleBlocks(firstOf(subject.sets[set], count))) {
      before += samples.count;
      if (before <= sums.done) continue;
      const part = gradientAt({ ...job, samples }, parameters);
      const weight = samples.count / count;
      sums.loss += part.loss * weight;
      for (let index = 0; index < gradient.length; index++) gradient[index]! += part.gradient[index]! * weight;
      sums.done = before;
      yield { share: before / count, state: save };
    }
    const norm = normOf(gradient);
    const { captured } = projectorOf({ origin: new Float32Array(gradient.length), directions: frame.directions }).project(gradient);
    return { unit: { loss: toJsonNumber(sums.loss), norm: toJsonNumber(norm), inSlice: toJsonNumber(norm * Math.sqrt(captured)) } };
  },
};

function readSums(bytes: Uint8Array, job: UnitJob<'gradient'>, size: number): { readonly gradient: Float64Array; loss: number; done: number } {
  const arrays = readKept(bytes, job);
  const [gradient, sums] = [arrays.get('gradient'), arrays.get('sums')];
  if (gradient?.length !== size || sums?.length !== 2) throw keptBroken();
  return { gradient: gradient.slice(), loss: sums[0]!, done: sums[1]! };
}
