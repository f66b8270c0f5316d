/**
 * A slice whose points are both ends of the Hessian's spectrum, beside the loss that comes with them.
 *
 * At every point the same Lanczos steps from the same start, with this device's own products. It does not know tiles or messages.
 * Rules E10 and C13 in docs/SPEC.md.
 */
import { convexityOfMeasure } from '#lib/analysis/convexityMeasure.ts';
import { solveStepwise } from '#lib/analysis/productMethod.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { buffersAt, parametersAt } from '#lib/slice/frame.ts';
import type { Measure } from '#lib/slice/measure.ts';
import type { PointCurvature, SetSums } from '#lib/work/tileResult.ts';
import type { EvaluationJob, Evaluator, PreparedSlice } from '#workers/evaluator.ts';
import { PRODUCT_ERROR, type DeviceCurvature } from './deviceCurvature.ts';

/** @throws NoEngine where no backend here gets the derivatives at the centre right */
export async function prepareConvexity(evaluator: Evaluator, job: EvaluationJob, measure: Measure, signal?: AbortSignal): Promise<Omit<PreparedSlice, 'outputs'>> {
  const layout = layoutOf(job.network);
  const curvatures: DeviceCurvature[] = [];
  try {
    for (const { samples } of job.sets) {
      curvatures.push(await evaluator.differentiate({ network: job.network, loss: job.loss, buffers: job.buffers, samples }, job.origin, signal));
    }
  } catch (error) {
    for (const each of curvatures) each.dispose();
    throw error;
  }

  return {
    title: curvatures[0]!.title,
    async evaluate(points, abort) {
      const sets = job.sets.map(({ set, samples }) => emptySums(set, samples.count, points.length));
      const theta = new Float64Array(layout.size);
      for (const [index, { a, b }] of points.entries()) {
        parametersAt(job, a, b, theta);
        for (const [which, curvature] of curvatures.entries()) {
          curvature.moveTo(theta, buffersAt(job, a, b));
          const { loss, correct } = await curvature.gradient(abort);
          const found = await solveStepwise(convexityOfMeasure(measure, layout), (vector) => curvature.multiply(vector, abort));
          const sums = sets[which]!;
          sums.lossSum[index] = loss * sums.samples;
          sums.correct[index] = correct;
          for (const name of ['min', 'max', 'products'] as const) sums.curvature[name][index] = found[name];
          const rounding = PRODUCT_ERROR * Math.max(Math.abs(found.min), Math.abs(found.max));
          for (const name of ['minError', 'maxError'] as const) sums.curvature[name][index] = Math.max(found[name], rounding);
        }
      }
      return { points: points.length, sets };
    },
    dispose() {
      for (const each of curvatures) each.dispose();
    },
  };
}

function emptySums(set: SetSums['set'], samples: number, points: number): SetSums & { readonly curvature: PointCurvature } {
  const doubles = (): Float64Array => new Float64Array(points);
  const curvature = { min: doubles(), max: doubles(), minError: doubles(), maxError: doubles(), products: new Uint32Array(points) };
  return { set, samples, lossSum: doubles(), correct: new Uint32Array(points), curvature };
}
