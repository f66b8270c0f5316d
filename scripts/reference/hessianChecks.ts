/** Curvature at one point: gradient, products with the Hessian, its eigenvalues, trace samples and spectral density, by an engine's own products. */
import * as z from 'zod/mini';
import { denseMatrix, DENSE_SIZE, eigenvaluesOf } from '#lib/analysis/denseMatrix.ts';
import { lanczos } from '#lib/analysis/lanczos.ts';
import { groupOf, restrictedLater, type GroupChoice } from '#lib/analysis/parameterGroup.ts';
import { powerIteration } from '#lib/analysis/powerIteration.ts';
import { solveStepwise, type MultiplyLater } from '#lib/analysis/productMethod.ts';
import { momentOf, smoothedDensity, spectralMeasures, type Measure } from '#lib/analysis/spectralDensity.ts';
import { estimateOf } from '#lib/analysis/trace.ts';
import type { Differentiable } from '#lib/network/derivatives/derivatives.ts';
import { layoutOf, type Layout } from '#lib/network/layout.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';
import { networkOf, pointNamed, samplesOf, type ReferenceCase, type Tensors } from './caseFile.ts';
import type { Check } from './checks.ts';
import type { Curvature, Engine } from './engines.ts';
import { peerMeasure } from './peerRitz.ts';
import { sampledProducts } from './sampledProducts.ts';

const some = z.optional(z.number());
const list = z.array(z.number());

const statedSchema = z.object({
  loss: some,
  gradient_norm: some,
  peer: z.optional(z.looseObject({ functions: z.optional(z.array(z.string())) })),
  /** Beside these: `exact_top<K>_by_magnitude`, `pyhessian_top<K>_tol<t>` and `pyhessian_trace_mean_of_<K>`, for any K. */
  expected: z.looseObject({
    exact_trace: some,
    exact_slq_moments_1_to_4_per_start: z.optional(z.array(z.array(z.number()))),
    exact_min: some,
    exact_max: some,
    exact_min_matrices_only: some,
    exact_max_matrices_only: some,
    exact_convexity_ratio: some,
    exact_convexity_ratio_matrices_only: some,
  }),
});

/** The numbers under the first name that fits. @throws where there is such a name and no numbers */
function listNamed(expected: Readonly<Record<string, unknown>>, pattern: RegExp): readonly number[] | undefined {
  const name = Object.keys(expected).find((each) => pattern.test(each));
  return name === undefined ? undefined : list.parse(expected[name]);
}

/** Tolerances where a case states none: those of the cases in tests/reference. */
const OTHERWISE = { hvp_rel_to_max_float64: 1e-9, hvp_rel_to_max_float32: 1e-4, top5_rel_converged: 1e-4, trace_sample_rel: 1e-8, ritz_extreme_rel: 1e-5, exact_moment_rel: 1e-8, peer_ritz_moment_rel: 1e-3 };

/** How sure Lanczos has to be of an end of the spectrum, and power iteration of a value: in float64, and where products are float32. */
const SURE = { double: { ends: 1e-11, power: 1e-9 }, single: { ends: 1e-7, power: 1e-7 } } as const;
const SEED = 1;
/** What the peer's way with norms (peerRitz.ts) costs its Ritz values at most, by the README of the cases. */
const PEER_NORMS = 1e-4;
/** The peer widens the range of a density by this at both ends. */
const PEER_MARGIN = 0.01;

/** What is differentiated, and where: the point, set and loss that a case states. @throws for a loss that is not understood */
export function differentiableOf(found: ReferenceCase): { readonly subject: Differentiable; readonly parameters: Float64Array; readonly layout: Layout } {
  const { description } = found;
  const network = networkOf(found);
  const point = pointNamed(found, description.point ?? 'that');
  if (!point) throw new Error(`${description.id} has no weights ${description.point ?? 'that'}`);
  const words = description.evaluation?.loss ?? 'cross-entropy';
  if (!words.includes('cross-entropy')) throw new Error(`${description.id}: the loss "${words}" is not understood`);
  const set = Object.keys(description.data?.n ?? {})[0] ?? 'train';
  return { subject: { network, loss: 'crossEntropy', buffers: point.buffers, samples: samplesOf(found, set) }, parameters: point.parameters, layout: layoutOf(network) };
}

/** @param progress is told what takes long */
export async function checkHessian(found: ReferenceCase, engine: Engine, progress: (words: string) => void = () => {}): Promise<readonly Check[]> {
  const { subject, parameters, layout } = differentiableOf(found);
  const curvature = await engine.curvature(subject, parameters);
  try {
    return await checksOf(found, layout, curvature, engine, progress);
  } finally {
    await curvature.close();
  }
}

async function checksOf(found: ReferenceCase, layout: Layout, { gradient: gradientHere, multiply }: Curvature, { isDouble, isSlow }: Pick<Engine, 'isDouble' | 'isSlow'>, progress: (words: string) => void): Promise<readonly Check[]> {
  const { description, tensors } = found;
  const stated = statedSchema.parse(found.raw);
  const { expected } = stated;
  const statedFor = (name: keyof typeof OTHERWISE): number => Number(description.tolerance?.[name] ?? OTHERWISE[name]);
  // What is stated for float64 a float32 engine is held to as far as its products are.
  const tolerance = (name: keyof typeof OTHERWISE): number => (isDouble ? statedFor(name) : Math.max(statedFor(name), statedFor('hvp_rel_to_max_float32')));
  const exact = tolerance('hvp_rel_to_max_float64');
  const sure = isDouble ? SURE.double : SURE.single;
  const checks: Check[] = [];
  const check = (what: string, allowed: number, error: number, points = 1): void => void checks.push({ what, error, tolerance: allowed, points });
  const number = (what: string, made: number, wanted: number | undefined, allowed = exact): void => {
    if (wanted !== undefined) check(what, allowed, Math.abs(made - wanted) / Math.abs(wanted));
  };
  const array = async (what: string, made: () => ArrayLike<number> | Promise<ArrayLike<number>>, name: string): Promise<void> => {
    const wanted = tensors.get(name);
    if (wanted) check(what, exact, relativeToMax(await made(), wanted.values), wanted.values.length);
  };

  const { loss, gradient } = await gradientHere();
  number('loss', loss, stated.loss);
  number('gradient norm', normOf(gradient), stated.gradient_norm);
  await array('gradient', () => gradient, 'exact.gradient');
  const probe = tensors.get('hvp_probe');
  if (probe) await array('Hessian-vector product', () => multiply(Float64Array.from(probe.values)), 'exact.hvp');
  // Power iteration takes thousands of products, so it has them from the matrix where there is one.
  let quick: MultiplyLater = multiply;
  if (layout.size <= DENSE_SIZE) {
    const dense = await solveStepwise(denseMatrix(layout.size), multiply, ({ done, of }) => {
      if (done % 100 === 0) progress(`product ${done + 1} of ${of}`);
      return true;
    });
    quick = (vector) => vector.map((_, row) => dot(dense.subarray(row * layout.size, (row + 1) * layout.size), vector));
    await array('Hessian', () => dense, 'exact.hessian');
    number('trace', dense.reduce((sum, value, index) => (index % (layout.size + 1) === 0 ? sum + value : sum), 0), expected.exact_trace);
    const eigenvalues = tensors.get('exact.eigenvalues');
    if (eigenvalues) check('all eigenvalues', exact, relativeToMax(eigenvaluesOf(dense, layout.size), [...eigenvalues.values].sort((one, other) => one - other)), layout.size);
    const ofMatrices = tensors.get('exact.eigenvalues_matrices_only');
    if (ofMatrices) {
      const group = groupOf(layout, 'matrices');
      const part = await solveStepwise(denseMatrix(group.size), restrictedLater(group, quick));
      check('all eigenvalues (matrices)', exact, relativeToMax(eigenvaluesOf(part, group.size), [...ofMatrices.values].sort((one, other) => one - other)), group.size);
    }
  }
  // Lanczos takes hundreds: a slow engine's own are a sample of them, once its matrix is known.
  const sampled = isSlow && quick !== multiply ? sampledProducts(multiply, quick, relativeToMax) : null;
  const many = sampled?.multiply ?? multiply;
  await ends('all', many, layout, expected.exact_min, expected.exact_max, expected.exact_convexity_ratio, exact, sure.ends, check);
  await ends('matrices', many, layout, expected.exact_min_matrices_only, expected.exact_max_matrices_only, expected.exact_convexity_ratio_matrices_only, exact, sure.ends, check);
  const top = listNamed(expected, /^exact_top\d+_by_magnitude$/);
  await checkTop(many, quick, layout.size, top, listNamed(expected, /^pyhessian_top\d+_tol/), exact, tolerance('top5_rel_converged'), sure, check);
  const vectors = tensors.get([...tensors.keys()].find((name) => /^pyhessian\.top\d+_vectors$/.test(name)) ?? '');
  if (vectors && top) await checkVectors(rowsOf(vectors.values, layout.size), quick, top, tolerance('top5_rel_converged'), check);
  await checkTrace(tensors, multiply, layout.size, expected, tolerance('trace_sample_rel'), check);
  const sigmaSquared = Number(/sigma_squared=([\d.e+-]+)/.exec(stated.peer?.functions?.join(' ') ?? '')?.[1] ?? Number.NaN);
  await checkDensity(tensors, many, layout.size, expected.exact_slq_moments_1_to_4_per_start, sigmaSquared, { extreme: tolerance('ritz_extreme_rel'), moment: tolerance('exact_moment_rel'), peer: tolerance('peer_ritz_moment_rel') }, check);
  const seen = sampled?.seen();
  if (seen && seen.compared > 0) check('products beside those of the matrix', exact, seen.error, seen.compared);
  return checks;
}

type Add = (what: string, allowed: number, error: number, points?: number) => void;

/** Both ends of the spectrum and their ratio, for a group of parameters. */
async function ends(choice: GroupChoice & string, multiply: MultiplyLater, layout: Layout, min: number | undefined, max: number | undefined, ratio: number | undefined, allowed: number, sure: number, add: Add): Promise<void> {
  if (min === undefined || max === undefined) return;
  const group = groupOf(layout, choice);
  const found = await solveStepwise(lanczos({ size: group.size, steps: group.size, start: { seed: SEED }, tolerance: sure }), restrictedLater(group, multiply));
  const scale = Math.max(Math.abs(min), Math.abs(max));
  add(`least eigenvalue (${choice})`, allowed, Math.abs(found.min - min) / scale);
  add(`greatest eigenvalue (${choice})`, allowed, Math.abs(found.max - max) / scale);
  if (ratio !== undefined) add(`convexity ratio (${choice})`, allowed, Math.abs(Math.abs(found.min / found.max) - ratio));
}

/** The eigenvalues of largest magnitude: by Lanczos against the exact ones, by power iteration against the peer's. */
async function checkTop(
  multiply: MultiplyLater,
  quick: MultiplyLater,
  size: number,
  exact: readonly number[] | undefined,
  peer: readonly number[] | undefined,
  allowed: number,
  peerAllowed: number,
  sure: { readonly ends: number; readonly power: number },
  add: Add,
): Promise<void> {
  if (exact) {
    const { values } = await solveStepwise(lanczos({ size, steps: size, start: { seed: SEED }, tolerance: sure.ends, ends: exact.length }), multiply);
    const top = values.toSorted((one, other) => Math.abs(other) - Math.abs(one)).slice(0, exact.length);
    add('eigenvalues of largest magnitude', allowed, relativeToMax(top, exact), exact.length);
  }
  if (peer) {
    const pairs = await solveStepwise(powerIteration({ size, count: peer.length, seed: SEED, iterations: 5000, tolerance: sure.power }), quick);
    add('power iteration', peerAllowed, Math.max(...peer.map((value, rank) => Math.abs((pairs[rank]?.value ?? Number.NaN) - value) / Math.abs(value))), peer.length);
  }
}

/** vᵀ·H·v of the peer's vectors against the eigenvalues that they belong to. */
async function checkVectors(vectors: readonly Float64Array[], quick: MultiplyLater, exact: readonly number[], allowed: number, add: Add): Promise<void> {
  const off: number[] = [];
  for (const [rank, vector] of vectors.slice(0, exact.length).entries()) off.push(Math.abs(dot(vector, await quick(vector)) / dot(vector, vector) - exact[rank]!) / Math.abs(exact[rank]!));
  add("the peer's eigenvectors", allowed, Math.max(...off), off.length);
}

/** Every row of the probes: zᵀ·H·z. */
async function checkTrace(tensors: Tensors, multiply: MultiplyLater, size: number, stated: Readonly<Record<string, unknown>>, allowed: number, add: Add): Promise<void> {
  const probes = tensors.get('trace_probes');
  const expected = tensors.get('pyhessian.trace_samples')?.values;
  if (!probes || !expected) return;
  const samples: number[] = [];
  for (const row of rowsOf(probes.values, size)) samples.push(dot(row, await multiply(row)));
  add('trace samples', allowed, Math.max(...samples.map((value, index) => Math.abs(value - expected[index]!) / Math.abs(expected[index]!))), samples.length);
  const mean = stated[`pyhessian_trace_mean_of_${samples.length}`];
  if (typeof mean === 'number') add('trace, mean of the probes', allowed, Math.abs(estimateOf(samples).mean - mean) / Math.abs(mean));
}

async function checkDensity(
  tensors: Tensors,
  multiply: MultiplyLater,
  size: number,
  moments: readonly (readonly number[])[] | undefined,
  sigmaSquared: number,
  allowed: { readonly extreme: number; readonly moment: number; readonly peer: number },
  add: Add,
): Promise<void> {
  const starts = tensors.get('slq_probes');
  const [values, weights] = [tensors.get('pyhessian.ritz_values'), tensors.get('pyhessian.ritz_weights')];
  if (!starts || !values || !weights) return;
  const steps = values.shape[1]!;
  const rows = rowsOf(starts.values, size);
  const measures = await solveStepwise(spectralMeasures({ size, steps, starts: rows }), multiply);
  const asPeer: Measure[] = [];
  for (const start of rows) asPeer.push(await peerMeasure(multiply, start, steps));
  const weightsOf = rowsOf(weights.values, steps);
  const ends = ({ nodes }: Measure): readonly number[] => [Math.min(...nodes), Math.max(...nodes)];
  for (const [index, nodes] of rowsOf(values.values, steps).entries()) {
    const made = measures[index]!;
    const peer: Measure = { nodes: [...nodes], weights: [...weightsOf[index]!] };
    add(`extreme Ritz values with the peer's norms, start ${index}`, allowed.extreme, relativeToMax(ends(asPeer[index]!), ends(peer)), 2);
    add(`extreme Ritz values, start ${index}`, PEER_NORMS, relativeToMax(ends(made), ends(peer)), 2);
    add(`sum of weights, start ${index}`, allowed.moment, Math.abs(momentOf(made, 0) - 1));
    for (const order of [1, 2, 3, 4]) {
      const exact = moments?.[index]?.[order - 1];
      if (exact !== undefined) add(`moment ${order}, start ${index}`, allowed.moment, Math.abs(momentOf(made, order) - exact) / Math.abs(exact));
      const theirs = momentOf(peer, order);
      add(`moment ${order} beside the peer's, start ${index}`, allowed.peer, Math.abs(momentOf(made, order) - theirs) / Math.abs(theirs));
    }
  }
  const [grid, density] = [tensors.get('pyhessian.density_grid')?.values, tensors.get('pyhessian.density')?.values];
  if (!grid || !density || Number.isNaN(sigmaSquared)) return;
  const made = smoothedDensity(measures, { bins: grid.length, sigmaSquared, margin: PEER_MARGIN });
  add('places of the density', PEER_NORMS, relativeToMax(made.at, grid), grid.length);
  // Its weights carry the error that its moments do.
  add('density', allowed.peer, relativeToMax(made.density, density), density.length);
}

const rowsOf = (values: ArrayLike<number>, width: number): readonly Float64Array[] =>
  Array.from({ length: values.length / width }, (_, row) => Float64Array.from({ length: width }, (_entry, index) => values[row * width + index]!));

/** Largest difference, as a share of the largest number expected; infinite where the counts differ. */
export function relativeToMax(made: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (made.length !== expected.length) return Infinity;
  let [error, largest] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs(made[index]! - expected[index]!);
    if (Number.isNaN(difference)) return Infinity;
    error = Math.max(error, difference);
    largest = Math.max(largest, Math.abs(expected[index]!));
  }
  return largest === 0 ? error : error / largest;
}
