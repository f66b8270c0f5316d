/** The spectral measure of one random start on this device. */
import { seedOfUnit } from '#lib/analysis/requests/askedPoint.ts';
import { lanczos } from '#lib/analysis/lanczos.ts';
import { randomSigns } from '#lib/analysis/spectralDensity.ts';
import { createRandom } from '#lib/random.ts';
import { curvatureOf, runMethod } from './curvatureRun.ts';
import type { UnitRun } from './unitRun.ts';

export const densityRun: UnitRun<'density'> = {
  engine: 'the device',
  async *run(job) {
    const { request, unit, subject, device } = job;
    const curved = await curvatureOf(request, subject, await device());
    try {
      const { size } = curved.group;
      const start = randomSigns(size, createRandom(seedOfUnit(request.seed, unit)));
      const { values, weights } = yield* runMethod(curved, job, (from) => lanczos({ size, steps: request.steps, start, from }));
      return { unit: { size, nodes: values, weights }, engine: curved.curvature.title };
    } finally {
      curved.curvature.dispose();
    }
  },
};
