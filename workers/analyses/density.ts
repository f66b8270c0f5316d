/** The spectral measure of one random start on this device. */
import { spectralMeasures } from '#lib/analysis/spectralDensity.ts';
import { curvatureOf, runMethod, seedOfUnit } from './curvatureRun.ts';
import type { UnitRun } from './unitRun.ts';

export const densityRun: UnitRun<'density'> = {
  engine: 'the device',
  async *run({ request, unit, subject, device }) {
    const curved = await curvatureOf(request, subject, await device());
    try {
      const { size } = curved.group;
      const [measure] = yield* runMethod(curved, spectralMeasures({ size, steps: request.steps, starts: { seed: seedOfUnit(request.seed, unit), count: 1 } }));
      return { unit: { size, nodes: measure!.nodes, weights: measure!.weights }, engine: curved.curvature.title };
    } finally {
      curved.curvature.dispose();
    }
  },
};
