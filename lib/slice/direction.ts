/**
 * The vector that a direction recipe stands for, the same bits on every machine.
 *
 * Random directions come from lib/random.ts, keyed by (seed, axis, tensor, element), and are scaled to the weights.
 * Formulas: Li et al. 2018, section 4; Garipov et al. 2018 for the plane through three networks. Rules S3–S7 and S21 in docs/SPEC.md.
 */
import { KnownError } from '#lib/knownError.ts';
import { fillNormal } from '#lib/random.ts';
import { layoutOf, type Layout, type Placed } from '#lib/network/layout.ts';
import { checkpointIndex, type SubjectWeights } from '#lib/network/subject.ts';
import type { DirectionRecipe, Normalisation, VectorName, VectorPolicy } from './recipe.ts';
import { normOf, partsWithin, without, withoutPartsWithin } from './vectors.ts';

type Vector = Float32Array | Float64Array;

/** The vector kept under a digest, as long as θ; undefined where it is not at hand. */
export type Vectors = (digest: string) => Float32Array | undefined;

/** Where directions are made: around which point, beside which earlier ones. */
export type Around = {
  readonly subject: SubjectWeights;
  /** The point itself, as long as θ. */
  readonly origin: Float32Array;
  /** Its batch-norm statistics. */
  readonly buffers: Float32Array;
  /** What people call it. */
  readonly name: string;
  readonly vectors: Vectors;
  /** The earlier axes of the slice, in order. */
  readonly previous: readonly { readonly weights: Float32Array; readonly statistics: Float32Array }[];
};

/** A direction: how the weights move along it, and how the batch-norm statistics do. */
export type Direction = { readonly weights: Float32Array; readonly statistics: Float32Array };

/** Two axes whose angle has a smaller sine than this span no plane. */
const COLLINEAR = 1e-6;

/** As in the reference tool; it also keeps a filter without weights or noise at 0 where 0/0 would be NaN. */
const NORM_FLOOR = 1e-10;

/**
 * The direction that a recipe stands for around a point.
 *
 * Towards a checkpoint the statistics are scaled and made orthogonal by exactly the numbers that the weights are; a random direction and
 * one from a file lead to no other statistics, so they stand still.
 * @throws KnownError `zero-direction`, `collinear`, `vectorMissing`, `vectorLength`
 */
export function directionOf(recipe: DirectionRecipe, around: Around): Direction {
  const { subject, origin, buffers, previous } = around;
  const earlier = previous.map(({ weights }) => weights);
  switch (recipe.kind) {
    case 'random': {
      const layout = layoutOf(subject.manifest.network);
      const scaled = normalise(noiseOf(layout, recipe.seed, previous.length), origin, layout, recipe.normalisation, recipe.vectors);
      return still(recipe.orthogonal ? withoutPartsWithin(scaled, earlier) : scaled, buffers);
    }
    case 'vector': {
      const vector = vectorNamed(recipe, around);
      if (recipe.as === 'point') return still(vector.map((value, index) => value - origin[index]!), buffers);
      if (!recipe.scaled) return still(vector, buffers);
      return still(normalise(vector, origin, layoutOf(subject.manifest.network), recipe.scaled.normalisation, recipe.scaled.vectors), buffers);
    }
    case 'towards':
      return towards(recipe, around);
  }
}

const still = (weights: Vector, buffers: Float32Array): Direction => ({ weights: Float32Array.from(weights), statistics: new Float32Array(buffers.length) });

/** The vector of a file, as long as θ. @throws KnownError `vectorMissing`, `vectorLength` */
export function vectorNamed({ digest, title }: VectorName, { subject, vectors }: Pick<Around, 'subject' | 'vectors'>): Float32Array {
  const vector = vectors(digest);
  if (!vector) throw new KnownError('vectorMissing', `the file of “${title}” is not here: put it in this session first (${digest.slice(0, 12)}…)`);
  const { size } = layoutOf(subject.manifest.network);
  if (vector.length !== size) throw new KnownError('vectorLength', `“${title}” has ${vector.length} numbers, ${subject.manifest.title} has ${size} parameters: choose a vector of this network`);
  return vector;
}

function towards(recipe: Extract<DirectionRecipe, { kind: 'towards' }>, { subject, origin, buffers, name, previous }: Around): Direction {
  const row = checkpointIndex(subject.manifest, recipe.checkpoint);
  const difference = differenceOf(subject.checkpoints[row]!, origin);
  const earlier = recipe.orthogonal ? previous : [];
  const reach = normOf(difference);
  if (reach === 0) throw new KnownError('zero-direction', `${recipe.checkpoint} has the same weights as ${name}: there is no direction between them`);
  const axes = earlier.map(({ weights }) => weights);
  const parts = partsWithin(difference, axes);
  const distance = axes.length === 0 ? reach : normOf(without(difference, axes, parts));
  if (axes.length > 0) refuseCollinear(distance, Math.max(reach, ...axes.map((axis) => normOf(axis))), [name, recipe.checkpoint]);
  const factor = recipe.length === 'unit' ? 1 / distance : 1;
  const made = (vector: Float32Array, within: readonly Float32Array[]): Float32Array => Float32Array.from(without(vector, within, parts), (value) => value * factor);
  return {
    weights: made(difference, axes),
    statistics: made(differenceOf(subject.buffers[row]!, buffers), earlier.map(({ statistics }) => statistics)),
  };
}

/** From one to another, rounded to float32. */
const differenceOf = (target: Float32Array, from: Float32Array): Float32Array => target.map((value, index) => value - from[index]!);

/** Standard normal noise as long as θ; differs between seeds, axes and tensors. */
export function noiseOf(layout: Layout, seed: number, axisIndex: number): Float32Array {
  const noise = new Float32Array(layout.size);
  for (const { name, offset, size } of layout.tensors) {
    fillNormal(noise.subarray(offset, offset + size), { seed, role: axisIndex, name });
  }
  return noise;
}

/**
 * Scales raw noise to the weights.
 *
 * A filter is a slice along the first axis of a tensor with two or more axes: d ← d · ‖w‖ / (‖d‖ + 1e-10). `model` does so once, over all
 * tensors that move at random.
 * A tensor of rank ≤ 1 stands still (`ignore`), is treated as one filter (`layer`), or becomes the weights (`copy`).
 * @param parameters θ, as long as `direction`
 * @returns float64, so that a caller rounds once or not at all
 */
export function normalise(
  direction: Vector,
  parameters: Vector,
  layout: Layout,
  normalisation: Normalisation,
  vectors: VectorPolicy,
): Float64Array {
  const out = Float64Array.from(direction);
  const moved: Placed[] = [];
  for (const tensor of layout.tensors) {
    const { offset, size, filters } = tensor;
    if (filters > 0 || vectors === 'layer') moved.push(tensor);
    else for (let index = offset; index < offset + size; index++) out[index] = vectors === 'copy' ? parameters[index]! : 0;
  }
  switch (normalisation) {
    case 'none':
      break;
    case 'weight':
      for (const { offset, size } of moved) for (let index = offset; index < offset + size; index++) out[index]! *= parameters[index]!;
      break;
    case 'model':
      scaleTogether(out, parameters, moved);
      break;
    default:
      for (const tensor of moved) scaleParts(out, parameters, tensor, normalisation);
  }
  return out;
}

/** Whether two axes span no plane, in the words of the three networks involved. @throws KnownError `collinear` */
export function refuseCollinear(distance: number, reach: number, names: readonly string[]): void {
  if (distance < COLLINEAR * reach) {
    throw new KnownError('collinear', `the two axes point along the same line (${names.join(', ')}), so they span no plane: choose another checkpoint`);
  }
}

function scaleTogether(out: Float64Array, parameters: Vector, moved: readonly Placed[]): void {
  const norm = (vector: Vector): number => Math.hypot(...moved.map(({ offset, size }) => normOf(vector, offset, offset + size)));
  const factor = norm(parameters) / (norm(out) + NORM_FLOOR);
  for (const { offset, size } of moved) for (let index = offset; index < offset + size; index++) out[index]! *= factor;
}

function scaleParts(out: Float64Array, parameters: Vector, tensor: Placed, normalisation: 'filter' | 'layer' | 'dfilter' | 'dlayer'): void {
  const isPerFilter = normalisation === 'filter' || normalisation === 'dfilter';
  const parts = isPerFilter && tensor.filters > 0 ? tensor.filters : 1;
  const length = tensor.size / parts;
  for (let part = 0; part < parts; part++) {
    const start = tensor.offset + part * length;
    const wanted = normalisation === 'filter' || normalisation === 'layer' ? normOf(parameters, start, start + length) : 1;
    const factor = wanted / (normOf(out, start, start + length) + NORM_FLOOR);
    for (let index = start; index < start + length; index++) out[index]! *= factor;
  }
}
