/** Slices too large for anybody are refused before anybody sees them; a fuzz of bad recipes never throws and never passes. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { readRecipe } from '#lib/slice/recipe.ts';
import { costOfSlice, costProblems, needsOf } from '#lib/work/costCaps.ts';
import { refusalOf } from '#lib/session/policy.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const { manifest } = lineSubject();

/** y = Wx, as wide as wanted, on as many samples. */
function wide(inputs: number, outputs: number, samples: number): SubjectManifest {
  return {
    ...manifest,
    network: {
      ...manifest.network,
      input_shape_chw: [inputs],
      parameter_order: [{ name: 'fc.weight', shape: [outputs, inputs], layout: 'out,in' }],
      program: [{ op: 'linear', weight: 'fc.weight', bias: null }],
    },
    dataset: { ...manifest.dataset, input_shape_chw: [inputs], samples: { train: samples, test: 1 } },
  };
}
const of = (count: number, points: readonly [number, number] = [9, 9]) => planeRecipe({ samples: [{ set: 'train', count }] }, points);

describe('cost caps', () => {
  it('[V14] counts multiply-adds, bytes and the largest buffer', () => {
    expect(costOfSlice(of(8), wide(100, 10, 8))).toEqual({ pointWork: 8000, sliceWork: 648_000, bytes: 4 * (1000 * 3 + 100 * 8), largestBuffer: 4000 });
  });

  it('[V14] [L25] of a dataset in parts a device holds two shards at once; where batches share statistics, all', () => {
    const whole = wide(1000, 10, 100_000);
    const parts = { train: [], test: [] };
    const divided = { ...whole, dataset: { ...whole.dataset, parts } };
    const weights = 4 * 10_000 * 3;
    expect(needsOf(of(50_000), whole).all).toBe(weights + 4 * 1000 * 50_000);
    expect(needsOf(of(50_000), divided).all).toBe(weights + 2 * 4 * 1000 * 1024);
    expect(needsOf(of(2000), divided).all).toBe(weights + 4 * 1000 * 2000);
    const shared = { ...of(50_000), mode: { ...of(1).mode, batchNorm: { policy: 'batch' as const, batch: 50 } } };
    expect(needsOf(shared, divided).all).toBe(weights + 4 * 1000 * 50_000);
    expect(needsOf(of(8), whole).piece).toBe(40_000);
  });

  it.each([
    ['too much at one point', of(1e9), wide(1000, 1000, 1e9), 'samples.0.count', /one point would take 10 times.*fewer samples/],
    ['too much together', of(1e6, [1025, 1025]), wide(1000, 1000, 1e6), 'axes.0.count', /whole slice.*fewer points/],
    ['one buffer too large', of(8), wide(10_000, 10_000, 8), 'subject', /382 MB in one piece, of which 128 MB.*smaller network/],
    ['too much to hold', of(300_000), wide(1000, 10, 300_000), 'samples.0.count', /hold 1,145 MB.*fewer samples/],
  ])('[V14] %s is refused, with what to reduce', (_, recipe, subject, path, words) => {
    const problems = costProblems(recipe, subject);
    expect(problems[0]!.path).toBe(path);
    expect(problems[0]!.message).toMatch(words);
    const record = { by: 'ada', byName: 'Ada', at: 1, recipe, isPutAway: false };
    const around = { person: { id: 'ada', role: 'edit' as const }, subjectOf: () => subject, hasSlice: () => false, sizes: { session: 0, slices: 1, annotations: 0, analyses: 0 }, points: 81, work: 0 };
    expect(refusalOf({ map: 'slices', key: sliceIdOf(recipe), before: undefined, after: record }, around)).toMatch(words);
  });

  it('[V14] every built-in kind of slice at its usual size is lent', () => {
    expect(costProblems(of(8, [1025, 1025]), manifest)).toEqual([]);
    // Fifty thousand images through 250 million multiply-adds each, on a grid of 51 by 51.
    expect(costProblems(of(50_000, [51, 51]), wide(3072, 5000, 50_000))).toEqual([]);
  });

  it('[V14] of thousands of bad recipes none throws, and none that is read exceeds a cap unnoticed', () => {
    const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(NaN, Infinity, -1, 0, 1e308, 2 ** 53), fc.constant('9'), fc.constant(null));
    const part = fc.record({ kind: fc.constantFrom('random', 'towards', 'vector', 'code'), seed: number, normalisation: fc.constantFrom('filter', 'none', 'eval'), vectors: fc.constantFrom('layer', 'x') }, { requiredKeys: [] });
    const bad = fc.record(
      {
        format: fc.constantFrom(1, 2),
        subject: fc.constantFrom(lineSubject().id, 'x', ''),
        samples: fc.array(fc.record({ set: fc.constantFrom('train', 'test', 'all'), count: number }), { maxLength: 3 }),
        loss: fc.constantFrom('squaredError', 'crossEntropy', 'alert(1)'),
        mode: fc.anything(),
        centre: fc.constantFrom('trained', 'nowhere'),
        axes: fc.array(fc.record({ direction: part, min: number, max: number, count: number }), { maxLength: 4 }),
        measure: fc.option(fc.record({ kind: fc.constant('convexity'), parameters: fc.constant('all'), tolerance: number, steps: number })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(bad, (input) => {
        const outcome = readRecipe(input, () => manifest);
        if (!outcome.ok) return outcome.problems.every(({ message }) => message.length > 0);
        const cost = costOfSlice(outcome.value, manifest);
        return Object.values(cost).every(Number.isFinite) && (costProblems(outcome.value, manifest).length > 0 || cost.sliceWork <= 1e17);
      }),
      { numRuns: 3000, seed: 7 },
    );
  });
});
