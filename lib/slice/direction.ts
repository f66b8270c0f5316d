/**
 * The vector that a direction recipe stands for, the same bits on every machine.
 *
 * Random directions come from lib/random.ts, keyed by (seed, axis, tensor, element), and are scaled to the weights.
 * Formulas: Li et al. 2018, section 4; Garipov et al. 2018 for the plane through three networks. Rules S3–S6 in docs/SPEC.md.
 */
import { KnownError } from '#lib/knownError.ts';
import { fillNormal } from '#lib/random.ts';
import { layoutOf, type Layout, type Placed } from '#lib/network/layout.ts';
import { checkpointIndex, type Subject, type SubjectManifest } from '#lib/network/subject.ts';
import type { DirectionRecipe, Normalisation, VectorPolicy } from './recipe.ts';
import { normOf, partAlong, withoutPartAlong } from './vectors.ts';

type Vector = Float32Array | Float64Array;

/** Also those that only the reference tool has: unit length per filter, per tensor. */
export type AnyNormalisation = Normalisation | 'dfilter' | 'dlayer';

/** Also the reference tool's unadvertised one: the direction copies the weights themselves. */
export type AnyVectorPolicy = VectorPolicy | 'copy';

/** Two axes whose angle has a smaller sine than this span no plane. */
const COLLINEAR = 1e-6;

/** As in the reference tool; it also keeps a filter without weights or noise at 0 where 0/0 would be NaN. */
const NORM_FLOOR = 1e-10;

/**
 * The direction of axis `axisIndex` around checkpoint `centre`, as long as θ.
 * @param previous the first axis, needed where the recipe asks for an orthogonal second one
 * @throws KnownError `zero-direction`, `collinear`
 */
export function directionOf(recipe: DirectionRecipe, subject: Subject, centre: string, axisIndex: number, previous?: Float32Array): Float32Array {
  const { manifest } = subject;
  const origin = subject.checkpoints[checkpointIndex(manifest, centre)]!;
  if (recipe.kind === 'random') {
    const layout = layoutOf(manifest.network);
    const noise = noiseOf(layout, recipe.seed, axisIndex);
    return Float32Array.from(normalise(noise, origin, layout, recipe.normalisation, recipe.vectors));
  }
  const difference = differenceOf(subject.checkpoints, manifest, centre, recipe.checkpoint);
  return combined(difference, combinationOf(recipe, difference, centre, axisIndex, previous), previous);
}

/**
 * How the batch-norm statistics move along the same axis, as long as the buffers: towards a checkpoint they are scaled and made
 * orthogonal by exactly the numbers that the weights are; a random direction leads to no other statistics, so they stand still.
 * @param previous the first axis, of the weights and of the statistics
 * @throws KnownError as directionOf
 */
export function statisticsDirectionOf(
  recipe: DirectionRecipe,
  subject: Subject,
  centre: string,
  axisIndex: number,
  previous?: { readonly weights: Float32Array; readonly statistics: Float32Array },
): Float32Array {
  const { manifest } = subject;
  if (recipe.kind === 'random') return new Float32Array(subject.buffers[checkpointIndex(manifest, centre)]!.length);
  const difference = differenceOf(subject.checkpoints, manifest, centre, recipe.checkpoint);
  const combination = combinationOf(recipe, difference, centre, axisIndex, previous?.weights);
  return combined(differenceOf(subject.buffers, manifest, centre, recipe.checkpoint), combination, previous?.statistics);
}

/** How a direction is made of a difference and the first axis: factor · (difference − along · first). */
type Combination = { readonly factor: number; readonly along: number };

function combinationOf(
  recipe: Extract<DirectionRecipe, { kind: 'towards' }>,
  difference: Float32Array,
  centre: string,
  axisIndex: number,
  previous: Float32Array | undefined,
): Combination {
  const reach = normOf(difference);
  if (reach === 0) throw new KnownError('zero-direction', `${recipe.checkpoint} has the same weights as ${centre}: there is no direction between them`);
  if (!recipe.orthogonal) return { factor: recipe.length === 'unit' ? 1 / reach : 1, along: 0 };
  if (!previous) throw new Error(`axis ${axisIndex} is to be orthogonal to a first axis that was not given`);
  const distance = normOf(withoutPartAlong(difference, previous));
  refuseCollinear(distance, Math.max(reach, normOf(previous)), [centre, recipe.checkpoint]);
  return { factor: recipe.length === 'unit' ? 1 / distance : 1, along: partAlong(difference, previous) };
}

const combined = (difference: Float32Array, { factor, along }: Combination, first: Float32Array | undefined): Float32Array =>
  Float32Array.from(difference, (value, index) => (along === 0 ? value : value - along * first![index]!) * factor);

/** From the centre to the target, rounded to float32. */
function differenceOf(rows: readonly Float32Array[], manifest: SubjectManifest, centre: string, target: string): Float32Array {
  const origin = rows[checkpointIndex(manifest, centre)]!;
  return rows[checkpointIndex(manifest, target)]!.map((value, index) => value - origin[index]!);
}

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
 * A filter is a slice along the first axis of a tensor with two or more axes: d ← d · ‖w‖ / (‖d‖ + 1e-10).
 * A tensor of rank ≤ 1 stands still (`ignore`), is treated as one filter (`layer`), or becomes the weights (`copy`).
 * @param parameters θ, as long as `direction`
 * @returns float64, so that a caller rounds once or not at all
 */
export function normalise(
  direction: Vector,
  parameters: Vector,
  layout: Layout,
  normalisation: AnyNormalisation,
  vectors: AnyVectorPolicy,
): Float64Array {
  const out = Float64Array.from(direction);
  for (const tensor of layout.tensors) {
    const { offset, size, filters } = tensor;
    const isVector = filters === 0;
    if (isVector && vectors !== 'layer') {
      for (let index = offset; index < offset + size; index++) out[index] = vectors === 'copy' ? parameters[index]! : 0;
      continue;
    }
    if (normalisation === 'none') continue;
    if (normalisation === 'weight') {
      for (let index = offset; index < offset + size; index++) out[index]! *= parameters[index]!;
      continue;
    }
    scaleParts(out, parameters, tensor, normalisation);
  }
  return out;
}

/** Whether two axes span no plane, in the words of the three networks involved. @throws KnownError `collinear` */
export function refuseCollinear(distance: number, reach: number, names: readonly string[]): void {
  if (distance < COLLINEAR * reach) {
    throw new KnownError('collinear', `the two axes point along the same line (${names.join(', ')}), so they span no plane: choose another checkpoint`);
  }
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
