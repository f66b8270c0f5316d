/**
 * The surfaces of a case: for every tag that its tensors name, what to evaluate, where, and what is expected.
 *
 * Tags, sets and grid sizes come from the tensor names and the description; a surface whose frame cannot be made out is an error.
 */
import { layoutOf } from '#lib/network/layout.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { Network } from '#lib/network/program.ts';
import type { SetName } from '#lib/network/subject.ts';
import { normalise } from '#lib/slice/direction.ts';
import type { Normalisation } from '#lib/slice/recipe.ts';
import { componentsOf, gathered, networkOf, pointNamed, samplesOf, type ReferenceCase, type ReferenceSamples } from './caseFile.ts';
import { formulaWordsOf, rawDirection } from './formula.ts';

/** θ = origin + a·directions[0] + b·directions[1], the statistics likewise; all in float64. */
export type ReferenceFrame = {
  readonly origin: Float64Array;
  readonly directions: readonly Float64Array[];
  readonly buffers: Float64Array;
  readonly bufferDirections: readonly Float64Array[] | null;
};

export type ReferenceJob = ReferenceFrame & {
  readonly network: Network;
  readonly loss: LossName;
  readonly sets: readonly { readonly set: SetName; readonly samples: ReferenceSamples }[];
};

export type Surface = {
  readonly tag: string;
  readonly job: ReferenceJob;
  readonly x: readonly number[];
  /** Null for a line. */
  readonly y: readonly number[] | null;
  /** Where point (column, row) stands in the arrays. */
  readonly indexOf: (column: number, row: number) => number;
  /** In the order of the job's sets. */
  readonly expected: readonly { readonly set: SetName; readonly loss: ArrayLike<number>; readonly accuracy: ArrayLike<number> | null }[];
};

const SURFACE = /^(.+)\.(train|test)\.(loss|acc)\.f64$/;
const SQUARED = /(^|[._-])mse([._-]|$)/;

export function surfacesOf(found: ReferenceCase): readonly Surface[] {
  const sets = new Map<string, SetName[]>();
  for (const name of found.tensors.keys()) {
    const match = SURFACE.exec(name);
    if (!match) continue;
    const [, tag, set, what] = match;
    if (what === 'loss') sets.set(tag!, [...(sets.get(tag!) ?? []), set as SetName]);
    else if (!found.tensors.has(`${tag}.${set}.loss.f64`)) throw new Error(`${found.description.id}: ${tag}.${set} has an accuracy and no loss`);
  }
  return [...sets].map(([tag, names]) => surfaceOf(found, tag, names));
}

function surfaceOf(found: ReferenceCase, tag: string, sets: readonly SetName[]): Surface {
  const { description, tensors } = found;
  const shape = tensors.get(`${tag}.${sets[0]}.loss.f64`)!.shape;
  const isPlane = shape.length === 2;
  // The notebook's planes are [i_alpha][i_beta]; all others are [iy][ix].
  const isTransposed = isPlane && (description.array_order?.plane ?? '').startsWith('[i_alpha][i_beta]');
  const [rows, columns] = isPlane ? (isTransposed ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!]) : [1, shape[0]!];
  const frame = frameFor(found, tag);
  const job: ReferenceJob = {
    ...frame,
    directions: frame.directions.slice(0, isPlane ? 2 : 1),
    network: networkOf(found),
    loss: SQUARED.test(tag) ? 'softmaxSquaredError' : 'crossEntropy',
    sets: sets.map((set) => ({ set, samples: samplesOf(found, set) })),
  };
  return {
    tag,
    job,
    x: coordinates(found, tag, 'x', columns),
    y: isPlane ? coordinates(found, tag, 'y', rows) : null,
    indexOf: isTransposed ? (column, row) => column * rows + row : (column, row) => row * columns + column,
    expected: sets.map((set) => ({
      set,
      loss: tensors.get(`${tag}.${set}.loss.f64`)!.values,
      accuracy: tensors.get(`${tag}.${set}.acc.f64`)?.values ?? null,
    })),
  };
}

function coordinates({ description, tensors }: ReferenceCase, tag: string, axis: 'x' | 'y', count: number): readonly number[] {
  const stored = tensors.get(`${tag}.${axis}`);
  if (stored) {
    if (stored.values.length !== count) throw new Error(`${tag}.${axis} has ${stored.values.length} coordinates for ${count} samples`);
    return [...stored.values];
  }
  const line = description.lines?.[tag];
  const along = axis === 'x' && typeof line === 'object' && line !== null && 't' in line && Array.isArray(line.t) ? line.t.map(Number) : null;
  const named = description.grids?.[tag];
  const [min, max] = along ?? named?.[axis] ?? (named ? [named.min, named.max] : (description.grid?.[axis] ?? []));
  if (min === undefined || max === undefined) throw new Error(`${description.id}: no coordinates for ${tag}.${axis}`);
  return Array.from({ length: count }, (_, index) => (index === count - 1 ? max : min + index * ((max - min) / (count - 1))));
}

function frameFor(found: ReferenceCase, tag: string): ReferenceFrame {
  const { description, tensors } = found;
  const line = description.lines?.[tag];
  if (line !== undefined) return lineFrame(found, tag, line);
  if (description.trajectory) return principalFrame(found, tag);
  const layout = layoutOf(networkOf(found));
  const isStored = [...tensors.keys()].some((name) => name.startsWith('dx/'));
  const prefix = tag.includes('.') ? tag.slice(0, tag.lastIndexOf('.')) : (description.point ?? 'that');
  if (!isStored && [...tensors.keys()].some((name) => name.startsWith('raw/w1/'))) {
    const point = pointAt(found, prefix);
    const scaled = (noise: string): Float64Array => normalise(gathered(tensors, `raw/${noise}`, layout.tensors), point.parameters, layout, 'layer', 'layer');
    return { origin: point.parameters, buffers: point.buffers, bufferDirections: null, directions: [scaled('w1'), scaled('w2')] };
  }
  const point = pointAt(found, description.point ?? 'that');
  const still = { origin: point.parameters, buffers: point.buffers, bufferDirections: null };
  if (isStored) return { ...still, directions: ['dx', 'dy'].map((name) => gathered(tensors, name, layout.tensors)) };
  if (description.directions?.formula !== undefined) return { ...still, directions: formulaDirections(found, point.parameters) };
  throw new Error(`${description.id}: how the directions of ${tag} are made cannot be told from the description`);
}

/** Raw numbers by formula, normalised in double by the rule that the case states. */
export function formulaDirections(found: ReferenceCase, parameters: Float64Array): readonly Float64Array[] {
  const { directions } = found.description;
  const layout = layoutOf(networkOf(found));
  const { prefixes, salt } = formulaWordsOf(directions);
  // The peer copies the weights into what it is not told to ignore.
  const vectors = (directions?.ignore ?? 'biasbn') === 'biasbn' ? 'ignore' : 'copy';
  return prefixes.map((prefix) => normalise(rawDirection(layout, prefix, salt), parameters, layout, (directions?.norm ?? 'filter') as Normalisation, vectors));
}

/**
 * `[a, b]`, `{from, to}` (points, or rows of the trajectory), or the formula in words: `a + t*(b - a)`. The statistics move where the words
 * say so, or, without words, on the line called `states`.
 */
function lineFrame(found: ReferenceCase, tag: string, line: unknown): ReferenceFrame {
  const isStates = tag.startsWith('states');
  if (Array.isArray(line)) return between(pointAt(found, String(line[0])), pointAt(found, String(line[1])), isStates);
  if (typeof line === 'object' && line !== null && 'from' in line && 'to' in line) {
    const [from, to] = [line.from, line.to].map((end) => (typeof end === 'number' ? rowAt(found, end) : pointAt(found, String(end))));
    return between(from!, to!, isStates);
  }
  const words = String(line);
  const other = /^as ([\w-]+)/.exec(words);
  const formula = /([\w-]+) \+ t\*\(([\w-]+) - [\w-]+\)/.exec(other ? String(found.description.lines?.[other[1]!]) : words);
  if (!formula) throw new Error(`${found.description.id}: the line "${words}" is not understood`);
  return between(pointAt(found, formula[1]!), pointAt(found, formula[2]!), /running_(mean|var).*\bmov(e|es|ing)\b/.test(words) && !/\b(not|never) mov/.test(words));
}

type PointOfSpace = { readonly parameters: Float64Array; readonly buffers: Float64Array };

/** Differences are taken in float32, as the peer did. */
function between(start: PointOfSpace, end: PointOfSpace, movesStatistics: boolean): ReferenceFrame {
  const difference = (a: Float64Array, b: Float64Array): Float64Array => b.map((value, index) => Math.fround(value - a[index]!));
  return {
    origin: start.parameters,
    directions: [difference(start.parameters, end.parameters)],
    buffers: start.buffers,
    bufferDirections: movesStatistics ? [difference(start.buffers, end.buffers)] : null,
  };
}

/** The plane of the stored principal components, around the last checkpoint. */
function principalFrame(found: ReferenceCase, tag: string): ReferenceFrame {
  const { description, tensors } = found;
  const sets = componentsOf(found);
  const plane = sets.find(([key]) => key === tag || tag.startsWith(`${key}.`)) ?? sets.find(([, { surface_grid }]) => surface_grid !== undefined);
  const dx = tensors.get(`${plane?.[0]}.dx`);
  const dy = tensors.get(`${plane?.[0]}.dy`);
  if (!plane || !dx || !dy) throw new Error(`${description.id}: no stored components for ${tag}`);
  const { parameters, buffers } = rowAt(found, finalOf(found));
  return { origin: parameters, directions: [dx, dy].map(({ values }) => Float64Array.from(values)), buffers, bufferDirections: null };
}

/** The checkpoints of a training run, one row each. */
export function trajectoryOf({ description, tensors }: ReferenceCase): readonly Float64Array[] {
  const matrix = description.trajectory && tensors.get(description.trajectory.tensor);
  if (!matrix) throw new Error(`${description.id} has no trajectory`);
  const [rows, width] = matrix.shape as [number, number];
  return Array.from({ length: rows }, (_, row) => Float64Array.from(matrix.values.subarray(row * width, (row + 1) * width)));
}

/** The row that a trajectory case calls its final one; the last where it does not say. */
export const finalOf = (found: ReferenceCase): number => found.description.trajectory?.final ?? trajectoryOf(found).length - 1;

/** Rows hold parameters only: statistics are those of the named point, the same all along. */
function rowAt(found: ReferenceCase, index: number): PointOfSpace {
  const { description, tensors } = found;
  const parameters = trajectoryOf(found)[index];
  if (!parameters) throw new Error(`the trajectory has no row ${index}`);
  const { buffers } = layoutOf(networkOf(found));
  const point = description.point ?? 'that';
  for (const { name } of buffers) if (!tensors.has(`${point}/${name}`)) throw new Error(`${description.id} has no ${point}/${name}`);
  return { parameters, buffers: gathered(tensors, point, buffers) };
}

function pointAt(found: ReferenceCase, name: string): PointOfSpace {
  const point = pointNamed(found, name);
  if (!point) throw new Error(`${found.description.id} has no weights ${name}`);
  return point;
}
