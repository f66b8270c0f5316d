/** A few probes of the curvature along filter-normalised directions, on this device. */
import { parametersOf, seedOfUnit } from '#lib/analysis/requests/askedPoint.ts';
import { normalisedCurvature } from '#lib/analysis/normalisedCurvature.ts';
import { probesOfUnit } from '#lib/analysis/requests/trace.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { curvatureOf, runMethod } from './curvatureRun.ts';
import type { UnitRun } from './unitRun.ts';

export const filterCurvatureRun: UnitRun<'filterCurvature'> = {
  engine: 'the device',
  async *run(job) {
    const { request, unit, subject, device } = job;
    const curved = await curvatureOf({ ...request, parameters: 'all' }, subject, await device());
    try {
      const options = { seed: seedOfUnit(request.seed, unit), probes: probesOfUnit(request, unit) };
      const { samples } = yield* runMethod(curved, job, (from) => normalisedCurvature(parametersOf(request, subject), layoutOf(subject.manifest.network), { ...options, from }));
      return { unit: { samples }, engine: curved.curvature.title };
    } finally {
      curved.curvature.dispose();
    }
  },
};
