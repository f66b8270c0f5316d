/** Sharpness numbers as workers return them, against numbers worked out another way, and what a rescaling that changes nothing does to each. */
import { describe, expect, test } from 'vitest';
import { sharpnessOf } from '#lib/analysis/boxSharpness.ts';
import { denseMatrix } from '#lib/analysis/denseMatrix.ts';
import { solve } from '#lib/analysis/productMethod.ts';
import { highestOf } from '#lib/analysis/requests/boxSharpness.ts';
import { readRequest, type AnalysisRequest, type KindName, type UnitOf } from '#lib/analysis/requests/requests.ts';
import { estimateOf } from '#lib/analysis/trace.ts';
import { noisyLine } from '#lib/network/datasets/line.ts';
import { hessianAt } from '#lib/network/derivatives/derivatives.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Subject } from '#lib/network/subject.ts';
import { createRandom } from '#lib/random.ts';
import { normOf } from '#lib/slice/vectors.ts';
import { denseNetwork } from '#tests/network/networks.ts';
import { subjectOf } from '#tests/slice/subjects.ts';
import { MLP, spiralPoint, spirals, TWIN, WEIGHTS } from '#tests/support/spiralMlp.ts';
import { computedUnits } from '#tests/support/computedUnits.ts';
import { isSameNumber } from '#components/analyse/twinNumbers.ts';

async function unitsOf<Name extends KindName>(subject: Subject, request: Extract<AnalysisRequest, { kind: Name }>): Promise<readonly UnitOf<Name>[]> {
  return (await computedUnits<Name>(subject, request)).map(({ unit }) => unit);
}

const LAYOUT = layoutOf(MLP);
const point = spiralPoint;

describe('ε-sharpness, by ascents that several devices share', () => {
  test('[O13] of a quadratic loss in two weights it is that of the worst corner of the box', async () => {
    const samples = noisyLine(createRandom(3), 40);
    const line = subjectOf(denseNetwork(1, 1), [[0.3, -0.8]], { train: samples });
    const manifest = { ...line.manifest, loss: 'squaredError' as const, dataset: { ...line.manifest.dataset, classes: null } };
    const subject: Subject = { ...line, manifest };
    const epsilon = 0.05;
    const units = await unitsOf(subject, { kind: 'boxSharpness', format: 1, subject: subject.id, checkpoint: 'w0', samples: { set: 'train', count: 40 }, loss: 'squaredError', epsilon, starts: 3, steps: 10, seed: 1 });
    expect(units).toHaveLength(3);
    const [slope, intercept] = subject.checkpoints[0]! as unknown as [number, number];
    const lossAt = (m: number, b: number): number => samples.targets.reduce((sum, y, at) => sum + (m * samples.inputs[at]! + b - y) ** 2, 0) / samples.count;
    // A convex loss is largest in a corner: |y| = ε·(|θ| + 1) on both weights.
    const [dm, db] = [epsilon * (Math.abs(slope) + 1), epsilon * (Math.abs(intercept) + 1)];
    const corners = [-1, 1].flatMap((m) => [-1, 1].map((b) => lossAt(slope + m * dm, intercept + b * db)));
    const own = lossAt(slope, intercept);
    const found = highestOf(units)!;
    expect(found.loss).toBeCloseTo(own, 10);
    expect(found.highest).toBeCloseTo(Math.max(...corners), 10);
    expect(sharpnessOf(found)).toBeCloseTo((100 * (Math.max(...corners) - own)) / (1 + own), 8);
  });
});

describe('the rescaling counter-example for every sharpness number', () => {
  const twice = async <Name extends KindName>(request: Extract<AnalysisRequest, { kind: Name }>) => [await unitsOf<Name>(spirals, request), await unitsOf<Name>(spirals, { ...request, rescaled: TWIN })] as const;

  test('[O12] [O16] filter-normalised curvature is Σ ‖θ_f‖²/n_f · tr(H_ff), and stays', async () => {
    const [own, twin] = (await twice({ kind: 'filterCurvature', ...point, probes: 200, seed: 5 })).map((units) => estimateOf(units.flatMap(({ samples }) => samples)));
    const matrix = solve(denseMatrix(LAYOUT.size), hessianAt({ network: MLP, loss: 'crossEntropy', buffers: [], samples: spirals.sets.train }, Float64Array.from(WEIGHTS)));
    let exact = 0;
    for (const { offset, size, filters } of LAYOUT.tensors) {
      const length = size / Math.max(1, filters);
      for (let filter = 0; filter < filters; filter++) {
        const start = offset + filter * length;
        for (let at = start; at < start + length; at++) exact += (normOf(WEIGHTS, start, start + length) ** 2 / length) * matrix[at * LAYOUT.size + at]!;
      }
    }
    expect(own!.samples).toHaveLength(200);
    expect(Math.abs(own!.mean - exact)).toBeLessThan(4 * own!.standardError);
    expect(isSameNumber({ value: own!.mean, error: 0 }, { value: twin!.mean, error: 0 })).toBe(true);
  });

  test('[O16] λmax, trace and ε-sharpness change while the loss stays to 1e-5', async () => {
    const [[spectrum], [scaled]] = await twice({ kind: 'spectrum', ...point, parameters: 'all', ends: 1, steps: 32, seed: 1 });
    const [trace, scaledTrace] = (await twice({ kind: 'trace', ...point, parameters: 'all', probes: 40, seed: 1 })).map((units) => estimateOf(units.flatMap(({ samples }) => samples)).mean);
    const [box, scaledBox] = (await twice({ kind: 'boxSharpness', ...point, epsilon: 1e-3, starts: 2, steps: 5, seed: 1 })).map((units) => highestOf(units)!);
    expect(Math.abs(spectrum!.loss - scaled!.loss)).toBeLessThan(1e-5);
    expect(Math.abs(box!.loss - scaledBox!.loss)).toBeLessThan(1e-5);
    const pairs = [[spectrum!.largest[0]!.value, scaled!.largest[0]!.value], [trace!, scaledTrace!], [sharpnessOf(box!), sharpnessOf(scaledBox!)]] as const;
    for (const [one, other] of pairs) {
      expect(isSameNumber({ value: one, error: 0 }, { value: other, error: 0 })).toBe(false);
      expect(Math.abs(other / one - 1)).toBeGreaterThan(0.1);
    }
  });

  test('[O16] two layers that a factor does not pass between are refused in words', () => {
    const tanh = { ...spirals.manifest, network: { ...MLP, program: [MLP.program[0]!, { op: 'tanh' } as const, MLP.program[2]!] } };
    const problemsOf = (rescaled: unknown, manifest = spirals.manifest) => {
      const read = readRequest({ kind: 'trace', ...point, parameters: 'all', probes: 10, seed: 1, rescaled }, () => manifest);
      return read.ok ? [] : read.problems.map(({ path, message }) => `${path}: ${message}`);
    };
    expect(problemsOf({ from: 'c.weight', factor: 2 })).toEqual([expect.stringContaining('rescaled: Test has no layer c.weight')]);
    expect(problemsOf(TWIN, tanh)).toEqual([expect.stringContaining('tanh between them')]);
    expect(problemsOf({ from: 'a.weight', factor: 0 })).toEqual([expect.stringContaining('choose between 1/1024 and 1024')]);
  });
});
