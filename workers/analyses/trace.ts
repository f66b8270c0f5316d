/** A few probes of the trace on this device. */
import { probesOfUnit } from '#lib/analysis/requests/trace.ts';
import { hutchinson } from '#lib/analysis/trace.ts';
import { curvatureOf, runMethod, seedOfUnit } from './curvatureRun.ts';
import type { UnitRun } from './unitRun.ts';

export const traceRun: UnitRun<'trace'> = {
  engine: 'the device',
  async *run({ request, unit, subject, device }) {
    const curved = await curvatureOf(request, subject, await device());
    try {
      const method = hutchinson({ size: curved.group.size, seed: seedOfUnit(request.seed, unit), probes: probesOfUnit(request, unit) });
      const { samples } = yield* runMethod(curved, method);
      return { unit: { size: curved.group.size, samples }, engine: curved.curvature.title };
    } finally {
      curved.curvature.dispose();
    }
  },
};
