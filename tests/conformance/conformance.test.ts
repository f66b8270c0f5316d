/** Every trap of the field's tools, by its name: it does not happen here, and the check would see it if it did. */
import { beforeAll, describe, expect, it } from 'vitest';
import { CHECKS } from '#lib/conformance/conformance.ts';
import { undividedHessian, unweightedDensity, wrongSecondDerivatives, batchedHessian } from '#lib/conformance/curvatureTraps.ts';
import type { Device } from '#lib/conformance/device.ts';
import { copiedBias, perTensor, sharedSeed, undividedGramSchmidt, uniformNoise, wrongAxis } from '#lib/conformance/directionTraps.ts';
import { coordinatesOf, lengthForCoordinate, rangeLabel, zeroBound } from '#lib/conformance/geometryTraps.ts';
import { missingCentre, transposed } from '#lib/conformance/gridTraps.ts';
import { ambiguousDropout } from '#lib/conformance/labelTraps.ts';
import { staticSplit } from '#lib/conformance/lendingTraps.ts';
import { filledGaps, filledSurface, sentinel } from '#lib/conformance/surfaceTraps.ts';
import { perturbedModel, perturbedStatistics } from '#lib/conformance/untouchedTraps.ts';
import { lanczos } from '#lib/analysis/lanczos.ts';
import { solve } from '#lib/analysis/productMethod.ts';
import { createRandom } from '#lib/random.ts';
import { noiseOf, normalise } from '#lib/slice/direction.ts';
import { problemsOf } from '#lib/slice/recipe.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';
import { workerOn } from './devices.ts';

const devices = new Map<'wasm' | 'cpu', Device>();

beforeAll(async () => {
  for (const backend of ['wasm', 'cpu'] as const) devices.set(backend, await workerOn(backend));
});

/** The rows of the table that the suite is made from; a check that goes missing is missed. */
const TRAPS = [
  'directions U[0,1)',
  'same seed for both axes / seed ignored by repeat index / same key for all tensors',
  'filter norm over wrong axis',
  'bias direction = weights unless ignored',
  'per-tensor called filter-wise',
  'Gram-Schmidt without dividing by d1.d1',
  'projection = length',
  'axes transposed / non-square wrong',
  'centre missing / uneven spacing',
  'range label not equal to real extent',
  'NaN/Inf filled or randomised',
  'sentinel collides with real values',
  'Hessian times number of batches',
  'density without weights',
  'running stats perturbed',
  'model left perturbed',
  'wrong second derivatives',
  '"dropout surface" ambiguous',
  'static equal split across workers',
  'zero bound refused',
];

describe('conformance', () => {
  it('[J3] every known trap has a check', () => {
    expect(CHECKS.map(({ name }) => name)).toEqual(TRAPS);
    for (const { who, claim } of CHECKS) expect(who.length * claim.length).toBeGreaterThan(0);
  });
});

describe.each(['wasm', 'cpu'] as const)('[J3] on %s:', (backend) => {
  // Not by it.each, which shortens names.
  for (const check of CHECKS) {
    it(check.name, async () => {
      const finding = await check.run(devices.get(backend)!);
      expect(finding, JSON.stringify(finding)).toMatchObject({ name: check.name, ok: true });
    });
  }
});

describe('[J4] the check fails for:', () => {
  const fails = async (measurement: ReturnType<typeof uniformNoise.measure>) => expect((await measurement).ok).toBe(false);
  const wasm = () => devices.get('wasm')!;

  it('directions U[0,1)', () =>
    fails(uniformNoise.measure((layout, seed) => Float32Array.from({ length: layout.size }, createRandom(seed).uniform))));

  it('same seed for both axes', () => fails(sharedSeed.measure((layout, seed) => noiseOf(layout, seed, 0))));
  it('seed ignored by repeat index', () => fails(sharedSeed.measure((layout, _seed, axis) => noiseOf(layout, 7, axis))));
  it('same key for all tensors', () =>
    fails(
      sharedSeed.measure((layout, seed, axis) => {
        const noise = noiseOf(layout, seed, axis);
        for (const { offset, size } of layout.tensors) noise.copyWithin(offset, 0, size);
        return noise;
      }),
    ));
  it('another generator on another machine', () => fails(sharedSeed.measure((layout, seed, axis) => noiseOf(layout, seed + 100, axis))));

  it('filter norm over wrong axis', () =>
    fails(wrongAxis.measure(([a, b, c, d], [w0, w1, w2, w3]) => {
      // The norm over columns of [out, in].
      const [first, second] = [Math.hypot(w0!, w2!) / Math.hypot(a!, c!), Math.hypot(w1!, w3!) / Math.hypot(b!, d!)];
      return Float64Array.of(a! * first, (b! * second) || 0, c! * first, d! * second);
    })));

  it('bias direction = weights unless ignored', () => fails(copiedBias.measure((direction, weights, layout, norm) => normalise(direction, weights, layout, norm, 'copy'))));

  it('per-tensor called filter-wise', () => fails(perTensor.measure((direction, weights, layout, _norm, vectors) => normalise(direction, weights, layout, 'layer', vectors))));

  it('Gram-Schmidt without dividing by d1.d1', () =>
    fails(
      undividedGramSchmidt.measure((vector, axis) => {
        const along = dot(vector, axis);
        return Float64Array.from(vector, (value, index) => value - along * axis[index]!);
      }),
    ));

  it('projection = length', () =>
    fails(lengthForCoordinate.measure((axes, displacement) => ({ coordinates: axes.map((axis) => dot(axis, displacement) / normOf(axis)), outOfPlane: 7, captured: 13 / 62 }))));

  it('axes transposed', () =>
    fails(
      transposed.measure({
        evaluate: (recipe, subject, tile) => {
          const [alpha, beta] = recipe.axes;
          return wasm().evaluate({ ...recipe, axes: [{ ...alpha!, direction: beta!.direction }, { ...beta!, direction: alpha!.direction }] }, subject, tile);
        },
      }),
    ));
  it('non-square wrong', () =>
    fails(
      transposed.measure({
        evaluate: async (recipe, subject, tile) => {
          const result = await wasm().evaluate(recipe, subject, tile);
          // Written for [5, 9], read as [9, 5].
          return { ...result, sets: result.sets.map((sums) => ({ ...sums, lossSum: sums.lossSum.map((_, index) => sums.lossSum[(index % 5) * 9 + Math.floor(index / 5)]!) })) };
        },
      }),
    ));

  it('centre missing', () =>
    fails(
      missingCentre.measure({
        coordinates: coordinatesOf,
        device: {
          evaluate: (recipe, subject, tile) => {
            const axes = recipe.axes.map((axis) => {
              const step = (axis.max - axis.min) / (axis.count - 1);
              return { ...axis, min: axis.min + step, max: axis.max + step };
            });
            return wasm().evaluate({ ...recipe, axes }, subject, tile);
          },
        },
      }),
    ));
  it('uneven spacing', () =>
    fails(
      missingCentre.measure({
        device: wasm(),
        // An even count with its middle overwritten, as if it were odd.
        coordinates: ({ min, max, count }) => Array.from({ length: count }, (_, index) => (index === (count - 1) / 2 ? 0 : min + ((max - min) * index) / count)),
      }),
    ));

  it('range label not equal to real extent', () =>
    fails(rangeLabel.measure(({ min, max, count }) => Array.from({ length: count }, (_, index) => min + ((max - min) * (index + 0.5)) / count))));

  it('NaN/Inf filled', () =>
    fails(
      filledGaps.measure((losses) => {
        const finite = (losses ?? []).filter(Number.isFinite);
        const mean = finite.reduce((sum, loss) => sum + loss, 0) / finite.length;
        return filledSurface(losses && losses.map((loss) => (Number.isNaN(loss) ? mean : loss === Infinity ? Math.max(...finite) : loss)));
      }),
    ));
  it('NaN counted as zero', () => fails(filledGaps.measure((losses) => filledSurface(losses && losses.map((loss) => loss || 0)))));

  it('sentinel collides with real values', () =>
    fails(
      sentinel.measure((losses) => {
        const surface = filledSurface(losses);
        const values = losses ?? [];
        // −1 stands for "not measured", and whatever is not positive is computed again.
        return {
          ...surface,
          counts: (set) => ({ ...surface.counts(set), measured: values.filter((loss) => loss > 0).length }),
          valueAt: (set, column, row) => ((values[row * 5 + column] ?? -1) > 0 ? surface.valueAt(set, column, row) : null),
        };
      }),
    ));

  it('Hessian times number of batches', () =>
    fails(
      undividedHessian.measure((subject, batch) => {
        const product = batchedHessian(subject, batch);
        const batches = Math.ceil(subject.sets.train.count / (batch ?? subject.sets.train.count));
        return (vector) => product(vector).map((value) => value * batches);
      }),
    ));

  it('density without weights', () =>
    fails(
      unweightedDensity.measure((multiply, start) => {
        const { values } = solve(lanczos({ size: start.length, steps: 20, start }), multiply);
        return { nodes: values, weights: values.map(() => 1 / values.length) };
      }),
    ));

  it('running stats perturbed', () =>
    fails(
      perturbedStatistics.measure({
        evaluate: (recipe, subject, tile) => {
          const buffers = subject.buffers.map((each) => each.map((value) => value * 1.1));
          return wasm().evaluate({ ...recipe, subject: 'moved' }, { ...subject, id: 'moved', buffers }, tile);
        },
      }),
    ));
  it('running stats left changed', () =>
    fails(
      perturbedStatistics.measure({
        evaluate: async (recipe, subject, tile) => {
          const result = await wasm().evaluate(recipe, subject, tile);
          subject.buffers[0]![0]! += 1e-3;
          return result;
        },
      }),
    ));

  it('model left perturbed', () =>
    fails(
      perturbedModel.measure({
        evaluate: async (recipe, subject, tile) => {
          const result = await wasm().evaluate(recipe, subject, tile);
          // Added and taken away again in float32, as when weights are moved in place.
          for (const values of subject.checkpoints) for (let index = 0; index < values.length; index++) values[index] = Math.fround(values[index]! + 0.7) - Math.fround(0.7);
          return result;
        },
      }),
    ));
  it('model left perturbed on the device only', async () => {
    let tiles = 0;
    await fails(
      perturbedModel.measure({
        evaluate: (recipe, subject, tile) => {
          const checkpoints = subject.checkpoints.map((values) => values.map((value) => value * (1 + 1e-3 * tiles)));
          const id = `after ${tiles++} tiles`;
          return wasm().evaluate({ ...recipe, subject: id }, { ...subject, id, checkpoints }, tile);
        },
      }),
    );
  });

  it('wrong second derivatives: half the truth', () =>
    fails(
      wrongSecondDerivatives.measure({
        device: wasm(),
        hessian: (subject) => {
          const product = batchedHessian(subject);
          return (vector) => product(vector).map((value) => value / 2);
        },
      }),
    ));
  it('wrong second derivatives: not symmetric', () =>
    fails(
      wrongSecondDerivatives.measure({
        device: wasm(),
        hessian: (subject) => {
          const product = batchedHessian(subject);
          return (vector) => product(vector).map((value, index) => value + 1e-4 * vector[0]! * index);
        },
      }),
    ));

  it('wrong second derivatives: on the device alone', () =>
    fails(
      wrongSecondDerivatives.measure({
        hessian: batchedHessian,
        device: {
          evaluate: async (recipe, subject, tile) => {
            const result = await wasm().evaluate(recipe, subject, tile);
            const half = (values: Float64Array): Float64Array => values.map((value) => value / 2);
            return { ...result, sets: result.sets.map((sums) => ({ ...sums, ...(sums.curvature && { curvature: { ...sums.curvature, min: half(sums.curvature.min), max: half(sums.curvature.max) } }) })) };
          },
        },
      }),
    ));

  it('"dropout surface" ambiguous', () => fails(ambiguousDropout.measure((_mode, _network, training) => (training !== 'none' && training && training.dropout > 0 ? 'with dropout' : 'without dropout'))));

  it('static equal split across workers', () => fails(staticSplit.measure((tiles, msPerTile) => Math.max(...msPerTile.map((ms) => Math.ceil(tiles.length / msPerTile.length) * ms)))));

  it('zero bound refused', () =>
    fails(
      zeroBound.measure((recipe, manifest) => [
        ...problemsOf(recipe, manifest),
        ...recipe.axes.flatMap(({ min, max }) => (min && max ? [] : [{ path: 'axes', message: 'must not be zero' }])),
      ]),
    ));
});
