/**
 * A frame: the vectors that a slice's recipe stands for, made once per subject and slice.
 *
 *     θ(α, β, γ) = origin + α·directions[0] + β·directions[1] + γ·directions[2]
 *
 * In the mode `interpolated` the batch-norm statistics move in the same way. Every participant makes the same frame from the same
 * recipe. An oblique plane is composed here, so that whoever evaluates it sees a plane like any other; a volume is a stack of planes, one
 * per γ. It evaluates nothing. Rules S4, S7, S8 and M2 in docs/SPEC.md.
 */
import { KnownError } from '#lib/knownError.ts';
import { checkpointIndex, type SubjectWeights } from '#lib/network/subject.ts';
import type { Cut } from './cut.ts';
import { directionOf, refuseCollinear, vectorNamed, type Direction, type Vectors } from './direction.ts';
import type { SliceRecipe } from './recipe.ts';
import { dot, normOf, withoutPartsWithin } from './vectors.ts';

export type Frame = {
  readonly origin: Float32Array;
  /** One for a line, two for a plane, three for a volume; each as long as θ. */
  readonly directions: readonly Float32Array[];
  /** Batch-norm statistics of the centre; empty for a network without. */
  readonly buffers: Float32Array;
  /** How the statistics move along each axis; absent unless the mode is `interpolated`. */
  readonly bufferDirections?: readonly Float32Array[];
};

const noVectors: Vectors = () => undefined;

/**
 * @param vectors the files that `filesOf(recipe)` names, by digest; a recipe that names none needs none
 * @throws KnownError where the recipe names directions that span nothing (`zero-direction`, `collinear`), or a file that is not at hand or
 * not of this network (`vectorMissing`, `vectorLength`)
 */
export function frameOf(recipe: SliceRecipe, subject: SubjectWeights, vectors: Vectors = noVectors): Frame {
  const frame = axesFrameOf(recipe, subject, vectors);
  return recipe.cut ? cutFrame(frame, recipe.cut) : frame;
}

/** The frame of the axes themselves: of the volume that an oblique plane lies in. @throws KnownError as frameOf */
export function axesFrameOf(recipe: SliceRecipe, subject: SubjectWeights, vectors: Vectors = noVectors): Frame {
  const row = checkpointIndex(subject.manifest, recipe.centre);
  const origin = recipe.origin ? vectorNamed(recipe.origin, { subject, vectors }) : subject.checkpoints[row]!;
  const buffers = subject.buffers[row]!;
  const made: Direction[] = [];
  for (const [index, { direction }] of recipe.axes.entries()) {
    const next = directionOf(direction, { subject, origin, buffers, name: recipe.origin?.title ?? recipe.centre, vectors, previous: made });
    refuseSpanless(next.weights, made.map(({ weights }) => weights), index, recipe.centre);
    made.push(next);
  }
  const frame = { origin, directions: made.map(({ weights }) => weights), buffers };
  return recipe.mode.batchNorm === 'interpolated' ? { ...frame, bufferDirections: made.map(({ statistics }) => statistics) } : frame;
}

function refuseSpanless(direction: Float32Array, earlier: readonly Float32Array[], index: number, centre: string): void {
  const norm = normOf(direction);
  if (norm === 0) {
    throw new KnownError('zero-direction', `axis ${index + 1} moves nothing here: the weights it is scaled to are all zero. Choose no normalisation, or another centre`);
  }
  if (earlier.length > 0) refuseCollinear(normOf(withoutPartsWithin(direction, earlier)), norm, [centre, earlier.length === 1 ? 'both axes' : 'all three axes']);
}

/** The plane of a cut: its centre and directions composed of those of the volume in float64, and rounded once. */
function cutFrame(frame: Frame, { at, u, v }: Cut): Frame {
  const composed = (vectors: readonly Float32Array[], [a, b, c]: Cut['u']): Float32Array =>
    Float32Array.from(vectors[0]!, (value, index) => a * value + b * vectors[1]![index]! + c * vectors[2]![index]!);
  const plane: Frame = {
    origin: Float32Array.from(parametersAt(frame, at[0], at[1], new Float64Array(frame.origin.length), at[2])),
    directions: [composed(frame.directions, u), composed(frame.directions, v)],
    buffers: Float32Array.from(buffersAt(frame, ...at)),
  };
  return frame.bufferDirections ? { ...plane, bufferDirections: [composed(frame.bufferDirections, u), composed(frame.bufferDirections, v)] } : plane;
}

/** One layer of a volume: the plane of the first two directions around the centre moved by γ of the third; any other frame as it is. */
export function layerFrame(frame: Frame, gamma: number): Frame {
  const { origin, directions, bufferDirections } = frame;
  if (directions.length < 3) return frame;
  const plane: Frame = {
    origin: gamma === 0 ? origin : Float32Array.from(parametersAt(frame, 0, 0, new Float64Array(origin.length), gamma)),
    directions: directions.slice(0, 2),
    buffers: gamma === 0 ? frame.buffers : Float32Array.from(buffersAt(frame, 0, 0, gamma)),
  };
  return bufferDirections ? { ...plane, bufferDirections: bufferDirections.slice(0, 2) } : plane;
}

/** Writes θ(a, b, c) into `out`, in float64; axes that are not there do not count. */
export const parametersAt = ({ origin, directions }: Frame, a: number, b: number, out: Float64Array, c = 0): Float64Array =>
  pointAt(origin, directions, [a, b, c], out);

/** The batch-norm statistics at (a, b, c), in float64: those of the centre, or moved like the weights. */
export const buffersAt = ({ buffers, bufferDirections = [] }: Frame, a: number, b: number, c = 0): Float64Array =>
  pointAt(buffers, bufferDirections, [a, b, c], new Float64Array(buffers.length));

function pointAt(origin: Float32Array, directions: readonly Float32Array[], [a, b, c]: readonly [number, number, number], out: Float64Array): Float64Array {
  const [first, second, third] = directions;
  for (let index = 0; index < out.length; index++) {
    out[index] = origin[index]! + a * (first ? first[index]! : 0) + b * (second ? second[index]! : 0) + c * (third ? third[index]! : 0);
  }
  return out;
}

export type AxisFacts = {
  readonly norms: readonly number[];
  /** Between the first two axes; null for a line. */
  readonly cosine: number | null;
  /** Between every two axes: αβ, αγ, βγ. */
  readonly cosines: readonly number[];
  /** Elements of θ that at least one axis moves. */
  readonly moved: number;
  /** What |cosine| is on average for two random axes in that many dimensions: √(2/(πn)). */
  readonly expectedCosine: number;
};

export function axisFacts({ directions }: Frame): AxisFacts {
  const norms = directions.map((direction) => normOf(direction));
  let moved = 0;
  for (let index = 0; index < (directions[0]?.length ?? 0); index++) if (directions.some((direction) => direction[index] !== 0)) moved++;
  const cosines = directions.flatMap((one, i) => directions.slice(i + 1).map((other, offset) => dot(one, other) / (norms[i]! * norms[i + 1 + offset]!)));
  return { norms, cosine: cosines[0] ?? null, cosines, moved, expectedCosine: Math.sqrt(2 / (Math.PI * moved)) };
}
