/** A few probes of the trace on this device. */
import { seedOfUnit } from '#lib/analysis/requests/askedPoint.ts';
import { probesOfUnit } from '#lib/analysis/requests/trace.ts';
import { hutchinson } from '#lib/analysis/trace.ts';
import { curvatureOf, runMethod } from './curvatureRun.ts';
import type { UnitRun } from './unitRun.ts';

export const traceRun: UnitRun<'trace'> = {
  engine: 'the device',
  async *run(job) {
    const { request, unit, subject, device } = job;
    const curved = await curvatureOf(request, subject, await device());
    try {
      const options = { size: curved.group.size, seed: seedOfUnit(request.seed, unit), probes: probesOfUnit(request, unit) };
      const { samples } = yield* runMethod(curved, job, (from) => hutchinson({ ...options, from }));
      return { unit: { size: curved.group.size, samples }, engine: curved.curvature.title };
    } finally {
      curved.curvature.dispose();
    }
  },
};
