/** What the server asks float64 of ε-sharpness, filter-normalised curvature, traces and densities: true results pass, wrong ones are told from them. */
import { describe, expect, test } from 'vitest';
import type { AnalysisRequest, KindName, UnitOf } from '#lib/analysis/requests/requests.ts';
import { readVectorFile } from '#lib/formats/vectorFile.ts';
import { digestOf } from '#lib/digest.ts';
import { checksOf } from '#lib/work/unitChecks.ts';
import { createInlineProber } from '#server/prober.ts';
import { disagreementOf } from '#server/unitJudge.ts';
import { computedUnits } from '#tests/support/computedUnits.ts';
import { spiralPoint, spirals, TWIN } from '#tests/support/spiralMlp.ts';

const subject = spirals;
const point = spiralPoint;

/** The disagreements of all checks of one unit, with the files at hand by their digests. */
async function said(request: AnalysisRequest, unit: number, result: unknown, files: ReadonlyMap<string, Float32Array> = new Map(), pick = 0.5): Promise<readonly (string | null)[]> {
  const prober = createInlineProber(new Map([[subject.id, subject]]), async (digest) => files.get(digest));
  return Promise.all(checksOf(request, unit, result, subject.manifest, pick).map((check) => disagreementOf(check, prober)));
}

const unitsOf = async <Name extends KindName>(request: Extract<AnalysisRequest, { kind: Name }>) => (await computedUnits<Name>(subject, request)).map(({ unit }) => unit);

describe('ε-sharpness that is shared', () => {
  const request = { kind: 'boxSharpness', ...point, epsilon: 1e-2, starts: 1, steps: 4, seed: 1 } as const;
  const computed = async (asked: Extract<AnalysisRequest, { kind: 'boxSharpness' }> = request) => {
    const { unit, files } = (await computedUnits<'boxSharpness'>(subject, asked))[0]!;
    const file = readVectorFile(files[0]!);
    if (!file.ok) throw new Error('no vector');
    expect(digestOf(files[0]!)).toBe(unit.worst);
    return { unit, worst: file.value.values };
  };

  test('[U20] of the network and of its rescaled twin, the loss at the place that the file leads to is what is said', async () => {
    for (const asked of [request, { ...request, rescaled: TWIN }]) {
      const { unit, worst } = await computed(asked);
      expect(Number(unit.highest)).toBeGreaterThan(Number(unit.loss));
      expect(await said(asked, 0, unit, new Map([[unit.worst, worst]]))).toEqual([null]);
    }
  });

  test('[U20] a loss that is not there, one that was not the network’s, a place outside the box and another network’s file are taken back', async () => {
    const { unit, worst } = await computed();
    const files = new Map([[unit.worst, worst]]);
    const rise = Number(unit.highest) - Number(unit.loss);
    expect(await said(request, 0, { ...unit, highest: Number(unit.highest) + 0.01 * rise }, files)).toEqual([expect.stringContaining('at its highest place, float64 says')]);
    expect(await said(request, 0, { ...unit, loss: Number(unit.loss) - 0.01 * rise }, files)).toEqual([expect.stringContaining('float64 says')]);
    expect(await said(request, 0, { ...unit, highest: 'NaN' }, files)).toEqual([expect.stringContaining('at its highest place')]);
    const farther = new Map([[unit.worst, worst.map((value) => 1.01 * value)]]);
    expect(await said(request, 0, unit, farther)).toEqual([expect.stringMatching(/times as far out as the box/)]);
    expect(await said(request, 0, unit, new Map([[unit.worst, worst.slice(1)]]))).toEqual([expect.stringContaining('of another network')]);
    await expect(said(request, 0, unit)).rejects.toThrow('not at hand');
  });
});

describe('products of seeded vectors that are shared', () => {
  const requests = [
    { kind: 'filterCurvature', ...point, probes: 12, seed: 5 },
    { kind: 'filterCurvature', ...point, probes: 12, seed: 5, rescaled: TWIN },
    { kind: 'trace', ...point, parameters: 'matrices', probes: 12, seed: 3 },
  ] as const;

  test.each(requests)('[U20] every probe of $kind that a device computed passes; one that is off, or missing, does not', async (request) => {
    const units = await unitsOf<'trace' | 'filterCurvature'>(request as never);
    expect(units.map(({ samples }) => samples.length)).toEqual([10, 2]);
    for (const [unit, result] of units.entries()) {
      for (const probe of result.samples.keys()) expect(await said(request, unit, result, undefined, (probe + 0.5) / result.samples.length)).toEqual([null]);
    }
    const [first] = units as [UnitOf<'trace'>];
    const changed = (at: number) => ({ ...first, samples: first.samples.map((value, index) => (index === at ? 1.5 * value : value)) });
    expect(await said(request, 0, changed(5))).toEqual([expect.stringContaining('at probe 5, float64 says')]);
    // Another unit's numbers are those of other vectors.
    expect(await said(request, 1, { ...first, samples: first.samples.slice(0, 2) })).toEqual([expect.stringContaining('float64 says')]);
    expect(await said(request, 0, { ...first, samples: first.samples.slice(0, 9) })).toEqual([expect.stringContaining('9 probes, asked for 10')]);
  });

  test('[U20] a density has the mean and the mean square of its start, or is taken back', async () => {
    const request = { kind: 'density', ...point, parameters: 'all', starts: 2, steps: 20, seed: 4 } as const;
    const units = await unitsOf<'density'>(request);
    for (const [unit, result] of units.entries()) expect(await said(request, unit, result)).toEqual([null]);
    const [first] = units as [UnitOf<'density'>];
    expect(await said(request, 0, { ...first, nodes: first.nodes.map((node) => 1.01 * node) })).toEqual([expect.stringContaining('a moment of order')]);
    expect(await said(request, 0, { ...first, nodes: first.nodes.map((node) => -node) })).toEqual([expect.stringContaining('a moment of order 1')]);
    expect(await said(request, 0, { ...first, weights: first.weights.map((weight) => 2 * weight) })).toEqual([expect.stringContaining('a moment of order 0')]);
    expect(await said(request, 0, { ...first, weights: first.weights.slice(1) })).toEqual([expect.stringContaining('weights')]);
  });

  test('[U20] what would cost too much is not begun, and stays what its author says', () => {
    const many = { kind: 'trace', ...point, samples: { set: 'train', count: 100_000_000 }, parameters: 'all', probes: 10, seed: 1 } as const;
    expect(checksOf(many, 0, { size: 1, samples: [1] }, subject.manifest, 0)).toEqual([]);
  });
});
