/**
 * A frame: the vectors that a slice's recipe stands for, made once per subject and slice.
 *
 *     θ(α, β) = origin + α·directions[0] + β·directions[1]
 *
 * In the mode `interpolated` the batch-norm statistics move in the same way. Every participant makes the same frame from the same
 * recipe. It evaluates nothing. Rules S4 and M2 in docs/SPEC.md.
 */
import { KnownError } from '#lib/knownError.ts';
import { checkpointIndex, type Subject } from '#lib/network/subject.ts';
import { directionOf, refuseCollinear, statisticsDirectionOf } from './direction.ts';
import type { SliceRecipe } from './recipe.ts';
import { dot, normOf, withoutPartAlong } from './vectors.ts';

export type Frame = {
  readonly origin: Float32Array;
  /** One for a line, two for a plane; each as long as θ. */
  readonly directions: readonly Float32Array[];
  /** Batch-norm statistics of the centre; empty for a network without. */
  readonly buffers: Float32Array;
  /** How the statistics move along each axis; absent unless the mode is `interpolated`. */
  readonly bufferDirections?: readonly Float32Array[];
};

/** @throws KnownError where the recipe names directions that span nothing (`zero-direction`, `collinear`) */
export function frameOf(recipe: SliceRecipe, subject: Subject): Frame {
  const row = checkpointIndex(subject.manifest, recipe.centre);
  const directions: Float32Array[] = [];
  for (const [index, { direction }] of recipe.axes.entries()) {
    directions.push(directionOf(direction, subject, recipe.centre, index, directions[0]));
  }
  for (const [index, each] of directions.entries()) {
    if (normOf(each) === 0) {
      throw new KnownError('zero-direction', `axis ${index + 1} moves nothing here: the weights it is scaled to are all zero. Choose no normalisation, or another centre`);
    }
  }
  const [first, second] = directions;
  if (first && second) refuseCollinear(normOf(withoutPartAlong(second, first)), normOf(second), [recipe.centre, 'both axes']);
  const frame = { origin: subject.checkpoints[row]!, directions, buffers: subject.buffers[row]! };
  return recipe.mode.batchNorm === 'interpolated' ? { ...frame, bufferDirections: statisticsDirections(recipe, subject, directions) } : frame;
}

function statisticsDirections({ axes, centre }: SliceRecipe, subject: Subject, directions: readonly Float32Array[]): readonly Float32Array[] {
  const made: Float32Array[] = [];
  for (const [index, { direction }] of axes.entries()) {
    made.push(statisticsDirectionOf(direction, subject, centre, index, made[0] && { weights: directions[0]!, statistics: made[0] }));
  }
  return made;
}

/** Writes θ(a, b) into `out`, in float64. */
export function parametersAt({ origin, directions }: Frame, a: number, b: number, out: Float64Array): Float64Array {
  return pointAt(origin, directions, a, b, out);
}

/** The batch-norm statistics at (a, b), in float64: those of the centre, or moved like the weights. */
export function buffersAt({ buffers, bufferDirections = [] }: Frame, a: number, b: number): Float64Array {
  return pointAt(buffers, bufferDirections, a, b, new Float64Array(buffers.length));
}

function pointAt(origin: Float32Array, [first, second]: readonly Float32Array[], a: number, b: number, out: Float64Array): Float64Array {
  for (let index = 0; index < out.length; index++) {
    out[index] = origin[index]! + a * (first ? first[index]! : 0) + b * (second ? second[index]! : 0);
  }
  return out;
}

export type AxisFacts = {
  readonly norms: readonly number[];
  /** Between the two axes; null for a line. */
  readonly cosine: number | null;
  /** Elements of θ that at least one axis moves. */
  readonly moved: number;
  /** What |cosine| is on average for two random axes in that many dimensions: √(2/(πn)). */
  readonly expectedCosine: number;
};

export function axisFacts({ directions }: Frame): AxisFacts {
  const norms = directions.map((direction) => normOf(direction));
  const [first, second] = directions;
  let moved = 0;
  for (let index = 0; index < (first?.length ?? 0); index++) if (directions.some((direction) => direction[index] !== 0)) moved++;
  const cosine = first && second ? dot(first, second) / (norms[0]! * norms[1]!) : null;
  return { norms, cosine, moved, expectedCosine: Math.sqrt(2 / (Math.PI * moved)) };
}
