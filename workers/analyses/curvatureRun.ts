/** What every analysis of curvature begins with: the network at its checkpoint on this device, checked, and the block of its parameters. */
import { differentiableOf, parametersOf } from '#lib/analysis/requests/askedPoint.ts';
import type { CurvaturePoint } from '#lib/analysis/requests/curvaturePoint.ts';
import { groupOf, inGroup, type ParameterGroup } from '#lib/analysis/parameterGroup.ts';
import type { MethodState, ProductMethod } from '#lib/analysis/productMethod.ts';
import { KnownError } from '#lib/knownError.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { DeviceCurvature } from '#workers/curvature/deviceCurvature.ts';
import type { Evaluator } from '#workers/evaluator.ts';
import { begun, MOST_KEPT, readKept, writeKept } from './keptState.ts';
import type { Step, UnitJob } from './unitRun.ts';

export type Curved = { readonly curvature: DeviceCurvature; readonly group: ParameterGroup };

/** The caller disposes of it. @throws NoEngine in words where no backend here gets the derivatives right */
export async function curvatureOf(point: CurvaturePoint, subject: Subject, evaluator: Evaluator): Promise<Curved> {
  const group = groupOf(layoutOf(subject.manifest.network), point.parameters);
  return { group, curvature: await evaluator.differentiate(differentiableOf(point, subject), parametersOf(point, subject)) };
}

type CurvatureJob = UnitJob<'spectrum' | 'trace' | 'density' | 'filterCurvature'>;

/**
 * Runs a method on the block, a step for every product, and goes on with what was kept of it.
 * @param begin makes the method, from the state of an earlier run where there is one
 * @param live what is worth showing of an estimate
 */
export async function* runMethod<Estimate, Result>(
  { curvature, group }: Curved,
  job: CurvatureJob,
  begin: (from: MethodState | null) => ProductMethod<Estimate, Result>,
  live: (estimate: Estimate | null) => readonly number[] = () => [],
): AsyncGenerator<Step, Result, void> {
  const from = job.kept && readKept(job.kept, job);
  const whole = inGroup(group, begin(from));
  let step = begun(whole, from !== null);
  while (!step.done) {
    const { vector, done, of, estimate, state } = step.value;
    // What is not worth a file yet, such as no steps at all, leaves what was kept before.
    const kept = state && ((): Uint8Array<ArrayBuffer> | null => {
      const arrays = state(MOST_KEPT);
      return arrays && writeKept(job, arrays);
    });
    // An estimate costs an eigenproblem of its own.
    yield { share: done / of, live: done % 5 === 0 ? live(estimate()) : undefined, state: kept };
    const product = await curvature.multiply(vector);
    if (!product.every(Number.isFinite)) throw new KnownError('notFinite', 'The derivatives at this checkpoint are not finite numbers, so nothing can be said of its curvature.');
    step = whole.next(product);
  }
  return step.value;
}
