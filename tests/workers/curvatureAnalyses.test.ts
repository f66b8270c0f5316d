/** Spectrum, trace and density as a worker returns them, against the Hessian written out in float64, and the plane of the two eigenvectors. */
import { describe, expect, test } from 'vitest';
import { denseMatrix, eigenvaluesOf } from '#lib/analysis/denseMatrix.ts';
import { namedGroups } from '#lib/analysis/namedGroups.ts';
import { solve } from '#lib/analysis/productMethod.ts';
import { readRequest, type AnalysisRequest, type KindName } from '#lib/analysis/requests/requests.ts';
import { momentOf } from '#lib/analysis/spectralDensity.ts';
import { estimateOf } from '#lib/analysis/trace.ts';
import { layeredSubject, randomRecipe } from '#lib/conformance/specimens.ts';
import { trueLossAt } from '#lib/conformance/device.ts';
import { digestOf } from '#lib/digest.ts';
import { readVectorFile } from '#lib/formats/vectorFile.ts';
import { gradientAt, hessianAt } from '#lib/network/derivatives/derivatives.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { frameOf, parametersAt } from '#lib/slice/frame.ts';
import { planeOfVectors } from '#lib/slice/planeOfVectors.ts';
import { problemsOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';
import { evaluateAt } from '#lib/network/forward.ts';
import { computedUnits } from '#tests/support/computedUnits.ts';

const subject = layeredSubject();
const { network, loss } = subject.manifest;
const theta = Float64Array.from(subject.checkpoints[0]!);
const point = { format: 1, subject: subject.id, checkpoint: 'centre', samples: { set: 'train', count: 200 }, loss, parameters: 'all' } as const;
const job = { network, loss, buffers: subject.buffers[0]!, samples: subject.sets.train };
const size = layoutOf(network).size;
const dense = solve(denseMatrix(size), hessianAt(job, theta));
const exact = eigenvaluesOf(dense, size);

const unitsOf = <Name extends KindName>(request: Extract<AnalysisRequest, { kind: Name }>, units: number) => computedUnits<Name>(subject, request, units);

describe('analyses of curvature', () => {
  test('[Q7] a spectrum has both ends with their errors, and its eigenvectors and gradient as files', async () => {
    const [{ unit, files, engine }] = (await unitsOf({ kind: 'spectrum', ...point, ends: 3, steps: 110, seed: 1 }, 1)) as [Awaited<ReturnType<typeof unitsOf<'spectrum'>>>[number]];
    const scale = exact.at(-1)!;
    expect(engine).toMatch(/^TensorFlow.js operators on WASM/);
    for (const [rank, { value, error }] of unit.largest.entries()) expect(Math.abs(value - exact.at(-1 - rank)!)).toBeLessThan(1e-5 * scale + error);
    for (const [rank, { value, error }] of unit.least.entries()) expect(Math.abs(value - exact[rank]!)).toBeLessThan(1e-5 * scale + error);
    const { gradient } = gradientAt(job, theta);
    expect(Math.abs(unit.gradientNorm - normOf(gradient)) / normOf(gradient)).toBeLessThan(1e-5);
    const read = new Map(files.map((bytes) => [digestOf(bytes), readVectorFile(bytes)]));
    const vector = (digest: string | null): Float32Array => {
      const file = read.get(digest!);
      if (!file?.ok) throw new Error('no such vector');
      return file.value.values;
    };
    expect(dot(Float64Array.from(vector(unit.vectors.gradient)), gradient) / normOf(gradient)).toBeCloseTo(1, 5);

    // METHODS 3.8: the second difference along d_k at the centre is λ_k, and the saddle is there to see.
    const axis = (digest: string) => ({ direction: { kind: 'vector', digest, title: '' }, min: -1, max: 1, count: 3 }) as const;
    const plane: SliceRecipe = { ...randomRecipe(subject, { seeds: [1, 2], count: 3 }), axes: [axis(unit.vectors.largest), axis(unit.vectors.least)] };
    const frame = frameOf(plane, subject, vector);
    const at = (a: number, b: number): number => {
      const [sums] = evaluateAt({ ...job, sets: [{ set: 'train', samples: job.samples }] }, parametersAt(frame, a, b, new Float64Array(size)));
      return sums!.lossSum / sums!.samples;
    };
    const step = 1e-3;
    const bend = (a: number, b: number): number => (at(a * step, b * step) - 2 * at(0, 0) + at(-a * step, -b * step)) / step ** 2;
    expect(Math.abs(bend(1, 0) - unit.largest[0]!.value) / scale).toBeLessThan(1e-4);
    expect(Math.abs(bend(0, 1) - unit.least[0]!.value) / scale).toBeLessThan(1e-4);
    expect(bend(0, 1)).toBeLessThan(0);
    // A random plane of the same point shows a bowl, both ways.
    const random = randomRecipe(subject, { seeds: [3, 4], count: 3 });
    const loss0 = trueLossAt(random, subject, 0, 0);
    for (const [a, b] of [[0.05, 0], [0, 0.05]] as const) expect(trueLossAt(random, subject, a, b) + trueLossAt(random, subject, -a, -b) - 2 * loss0).toBeGreaterThan(0);
  });

  test('[Q7] units of a trace together are unbiased, and those of a density have weights that sum to 1', async () => {
    const traceUnits = await unitsOf({ kind: 'trace', ...point, probes: 45, seed: 3 }, 5);
    const samples = traceUnits.flatMap(({ unit }) => unit.samples);
    expect(traceUnits.map(({ unit }) => unit.samples.length).toSorted()).toEqual([10, 10, 10, 10, 5]);
    expect(new Set(samples).size).toBe(45);
    const { mean, standardError } = estimateOf(samples);
    const trace = exact.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(mean - trace)).toBeLessThan(4 * standardError);
    const densityUnits = await unitsOf({ kind: 'density', ...point, parameters: { tensors: ['fc1.weight', 'fc1.bias'] }, starts: 2, steps: 12, seed: 4 }, 2);
    for (const { unit } of densityUnits) {
      expect(momentOf(unit, 0)).toBeCloseTo(1, 9);
      expect(unit.size).toBe(72);
      expect(unit.nodes.length).toBe(12);
    }
    expect(densityUnits[0]!.unit.nodes).not.toEqual(densityUnits[1]!.unit.nodes);
  });

  test('[S19] the plane of two vectors reaches as far as the loss is doubled, and is a recipe', () => {
    const recipe = randomRecipe(subject, { seeds: [1, 2], count: 3 });
    const digest = (letter: string) => letter.repeat(64);
    const of = (curvature: number, letter: string) => ({ digest: digest(letter), title: letter, curvature });
    const plane = planeOfVectors({ recipe, checkpoint: 'centre', loss: 0.5, axes: [of(4, 'a'), of(-1, 'b')] });
    expect(problemsOf(plane, subject.manifest)).toEqual([]);
    expect(plane.axes.map(({ min, max }) => [min, max])).toEqual([[-0.5, 0.5], [-1, 1]]);
    const flat = planeOfVectors({ recipe, checkpoint: 'centre', loss: 0, axes: [of(4, 'a'), of(-1e-9, 'b')] });
    expect(flat.axes.map(({ max }) => max)).toEqual([0.16, 0.63]);
  });

  test('[E8] layers and stages are named by their tensors', () => {
    expect(namedGroups(network).map(({ kind, name, size: numbers }) => [kind, name, numbers])).toEqual([['layer', 'fc1', 72], ['layer', 'bn', 16], ['layer', 'fc2', 27]]);
    const staged = { ...network, parameter_order: ['a.c1.w', 'a.c2.w', 'b.w', 'b.x.w'].map((name) => ({ name, shape: [2] })) };
    expect(namedGroups(staged).map(({ kind, name, tensors }) => [kind, name, tensors.length])).toEqual([['stage', 'a', 2], ['stage', 'b', 2], ['layer', 'a.c1', 1], ['layer', 'a.c2', 1], ['layer', 'b', 1], ['layer', 'b.x', 1]]);
  });

  test('[Q7] what cannot be asked for is said beside its field', () => {
    const outcome = readRequest({ kind: 'spectrum', ...point, checkpoint: 'nowhere', samples: { set: 'train', count: 0 }, parameters: { tensors: ['fc9'] }, ends: 1, steps: 20, seed: 1 }, () => subject.manifest);
    expect(outcome.ok ? [] : outcome.problems.map(({ path }) => path)).toEqual(['checkpoint', 'samples.0.count', 'parameters']);
  });
});
