/** Traps of second derivatives: products with the Hessian, its largest eigenvalue, and its spectral density. */
import { lanczos } from '#lib/analysis/lanczos.ts';
import { solve, type Multiply } from '#lib/analysis/productMethod.ts';
import { momentOf, spectralMeasures, type Measure } from '#lib/analysis/spectralDensity.ts';
import { hessianAt, type HessianProduct } from '#lib/network/derivatives/derivatives.ts';
import { dot } from '#lib/slice/vectors.ts';
import { frameOf } from '#lib/slice/frame.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { Subject } from '#lib/network/subject.ts';
import { measuredOn, type Device } from './device.ts';
import { drawn, layeredSubject, randomRecipe } from './specimens.ts';
import { known } from './tools.ts';
import { relativeError, short, type Trap } from './trap.ts';

/** Products with the Hessian at the centre, accumulated over batches of so many samples. */
export type Batched = (subject: Subject, batch?: number) => HessianProduct;

export const batchedHessian: Batched = (subject, batch) =>
  hessianAt(
    { network: subject.manifest.network, loss: subject.manifest.loss, buffers: subject.buffers[0]!, samples: subject.sets.train, block: batch },
    Float64Array.from(subject.checkpoints[0]!),
  );

export const undividedHessian: Trap<Batched> = {
  name: 'Hessian times number of batches',
  who: known('lossLandscape'),
  claim: 'The Hessian is that of the mean loss, whatever the batches that it is summed over.',
  ours: () => batchedHessian,
  measure: (batched) => {
    const subject = layeredSubject();
    const size = subject.checkpoints[0]!.length;
    const [small, large] = [64, 128].map((batch) => solve(lanczos({ size, steps: size, start: { seed: 1 } }), batched(subject, batch)).max);
    return {
      measured: `largest eigenvalue ${short(small!, 7)} in batches of 64, ${short(large!, 7)} in batches of 128`,
      expected: 'equal within a thousandth',
      ok: relativeError(small!, large!) < 1e-3,
    };
  },
};

/** The spectral measure of a matrix of 100 rows, known by its products, from one start. */
export type SpectralMeasure = (multiply: Multiply, start: Float64Array) => Measure;

export const unweightedDensity: Trap<SpectralMeasure> = {
  name: 'density without weights',
  who: known('landscaper'),
  claim: 'A spectral density weighs each Ritz value: the weights sum to 1, and the moments are those of the matrix.',
  ours: () => (multiply, start) => solve(spectralMeasures({ size: start.length, steps: 20, starts: [start] }), multiply)[0]!,
  measure: (measureOf) => {
    const measure = measureOf((vector) => vector.map((value, index) => (index + 1) * value), new Float64Array(100).fill(0.1));
    const [total, first, second] = [0, 1, 2].map((order) => momentOf(measure, order));
    return {
      measured: `diag(1 … 100): weights sum to ${short(total!, 7)}, first moment ${short(first!, 7)}, second ${short(second!, 7)}`,
      expected: '1, 50.5 and 3383.5',
      ok: Math.abs(total! - 1) < 1e-9 && Math.abs(first! - 50.5) < 1e-6 && Math.abs(second! - 3383.5) < 1e-4,
    };
  },
};

export type SecondDerivatives = { readonly hessian: Batched; readonly device: Device };

/** Of the largest eigenvalue: float32 products are good to a tenth of it. */
const DEVICE_TOLERANCE = 1e-4;

/** Both ends of the spectrum at the centre, as the device finds them with its own products: what a convexity map is made of. */
async function endsOn(device: Device, recipe: SliceRecipe, subject: Subject): Promise<{ readonly min: number; readonly max: number }> {
  const map: SliceRecipe = { ...recipe, axes: recipe.axes.map((axis) => ({ ...axis, count: 3 })), measure: { kind: 'convexity', parameters: 'all', tolerance: 1e-6, steps: 150 } };
  const centre = (await measuredOn(device, map, subject)).valueAt('train', 1, 0)?.convexity;
  return centre ?? { min: NaN, max: NaN };
}

/** Half the width of the five-point stencil, in units of the direction. */
const STEP = 0.04;

export const wrongSecondDerivatives: Trap<SecondDerivatives> = {
  name: 'wrong second derivatives',
  who: known('tfjs'),
  claim: 'Products with the Hessian are symmetric, agree with the bend of the losses that this device measures along the same direction, and this device’s own products give the eigenvalues that float64 gives.',
  ours: (device) => ({ hessian: batchedHessian, device }),
  measure: async ({ hessian, device }) => {
    const subject = layeredSubject();
    const recipe = randomRecipe(subject, { seeds: [5], count: 5, reach: 2 * STEP });
    const v = Float64Array.from(frameOf(recipe, subject).directions[0]!);
    const u = Float64Array.from(drawn('other direction', v.length));
    const product = hessian(subject);
    const bent = product(v);
    const asymmetry = relativeError(dot(u, bent), dot(v, product(u)));
    const surface = await measuredOn(device, recipe, subject);
    // Central differences of fourth order: −f(−2h) + 16f(−h) − 30f(0) + 16f(h) − f(2h), over 12h².
    const bend = [-1, 16, -30, 16, -1].reduce((sum, weight, column) => sum + weight * (surface.valueAt('train', column, 0)?.loss ?? NaN), 0) / (12 * STEP ** 2);
    const curvature = dot(v, bent);
    const found = await endsOn(device, recipe, subject);
    const truth = solve(lanczos({ size: v.length, steps: v.length, start: { seed: 1 }, tolerance: 1e-9 }), product);
    const off = Math.max(Math.abs(found.min - truth.min), Math.abs(found.max - truth.max)) / Math.max(Math.abs(truth.min), Math.abs(truth.max));
    return {
      measured: `v·Hv ${short(curvature, 6)}, bend of the measured losses ${short(bend, 6)}; u·Hv and v·Hu differ by ${short(asymmetry)}; eigenvalues from ${short(found.min, 6)} to ${short(found.max, 6)} by this device’s products, off by ${short(off)} of the largest`,
      expected: 'equal within a hundredth; below 1e−9; below 1e−4',
      ok: relativeError(curvature, bend) < 1e-2 && asymmetry < 1e-9 && off < DEVICE_TOLERANCE,
    };
  },
};
