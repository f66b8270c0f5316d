/**
 * What stands in the form that places a slice, and the recipe it makes.
 *
 * Fields are text while they are typed; a recipe is made on every change, so that each problem stands beside
 * its field. It draws nothing and rolls no dice: new seeds are given to it.
 */
import type { Problem } from '#lib/parsed.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { SetName, SubjectWeights, SubjectManifest } from '#lib/network/subject.ts';
import type { Vectors } from '#lib/slice/direction.ts';
import { frameOf } from '#lib/slice/frame.ts';
import { projectorOf } from '#lib/slice/projection.ts';
import { problemsOf, type Axis, type DirectionRecipe, type Normalisation, type SliceRecipe, type VectorName, type VectorPolicy } from '#lib/slice/recipe.ts';
import { pointsOf } from '#lib/slice/runs.ts';
import { sliceAlongCurve } from '#lib/analysis/requests/curve.ts';
import { modeDraftFor, modeOf, type ModeDraft } from './modeDraft.ts';
import { principalDraftFor, type PrincipalDraft } from './principalDraft.ts';
import { alongVector, gradientKey, NO_VECTORS, type CurveChoice, type VectorDraft } from './vectorDraft.ts';

export const KINDS = [
  'randomLine',
  'randomPlane',
  'randomVolume',
  'lineTowards',
  'planeThrough',
  'principalPlane',
  'principalVolume',
  'gradientLine',
  'gradientPlane',
  'vectorLine',
  'vectorPlane',
  'vectorVolume',
  'curve',
] as const;
export type SliceKind = (typeof KINDS)[number];

export const KIND_TITLES: Readonly<Record<SliceKind, string>> = {
  randomPlane: 'Random plane',
  randomLine: 'Random line',
  randomVolume: 'Random volume',
  lineTowards: 'Line towards a checkpoint',
  planeThrough: 'Plane through three checkpoints',
  principalPlane: 'Plane of the principal axes',
  principalVolume: 'Volume of the principal axes',
  gradientLine: 'Line along the gradient',
  gradientPlane: 'Plane of the gradient and another',
  vectorLine: 'Line along any vector',
  vectorPlane: 'Plane of any two vectors',
  vectorVolume: 'Volume of any three vectors',
  curve: 'Trained curve between two networks',
};

export type AxisDraft = { readonly seed: string; readonly target: string; readonly min: string; readonly max: string; readonly count: string };

export type PlaceDraft = {
  readonly subject: string;
  readonly kind: SliceKind;
  readonly centre: string;
  readonly normalisation: Normalisation;
  /** What biases and batch norm do; *biasbn* of the reference tool is `ignore`. */
  readonly vectors: VectorPolicy;
  /** Later axes are made exactly orthogonal to the earlier ones. */
  readonly isOrthogonal: boolean;
  /** A plane through three checkpoints whose axes lead to them as they are, instead of unit axes at a right angle. */
  readonly isAffine: boolean;
  readonly principal: PrincipalDraft;
  readonly vector: VectorDraft;
  readonly axes: readonly [AxisDraft, AxisDraft, AxisDraft];
  readonly sets: 'train' | 'test' | 'both';
  readonly counts: Readonly<Record<SetName, string>>;
  readonly loss: LossName;
  readonly mode: ModeDraft;
};

const DIMENSIONS: Readonly<Record<SliceKind, 1 | 2 | 3>> = {
  randomLine: 1,
  randomPlane: 2,
  randomVolume: 3,
  lineTowards: 1,
  planeThrough: 2,
  principalPlane: 2,
  principalVolume: 3,
  gradientLine: 1,
  gradientPlane: 2,
  vectorLine: 1,
  vectorPlane: 2,
  vectorVolume: 3,
  curve: 1,
};

export const dimensionsOf = (kind: SliceKind): 1 | 2 | 3 => DIMENSIONS[kind];
export const isRandom = (kind: SliceKind): boolean => kind.startsWith('random');
export const isPrincipal = (kind: SliceKind): boolean => kind.startsWith('principal');
export const isGradient = (kind: SliceKind): boolean => kind.startsWith('gradient');
/** Along vectors that are chosen one by one; the first may be the gradient. */
export const isVector = (kind: SliceKind): boolean => kind.startsWith('vector') || isGradient(kind);
/** Whether an axis leads to a checkpoint, so that batch-norm statistics can move along it. */
export const isTowards = (kind: SliceKind): boolean => kind === 'lineTowards' || kind === 'planeThrough' || kind === 'curve';

/** The kinds that this network can be looked at in: as many parameters and checkpoints as they need. */
export function kindsFor({ network, checkpoints }: Pick<SubjectManifest, 'network' | 'checkpoints'>): readonly SliceKind[] {
  const { size } = layoutOf(network);
  return KINDS.filter((kind) => {
    if (dimensionsOf(kind) > size) return false;
    return isRandom(kind) || isVector(kind) || checkpoints.length > (isPrincipal(kind) ? dimensionsOf(kind) : kind === 'planeThrough' ? 2 : 1);
  });
}

/** Samples that a quick look uses; a whole set where it is smaller. */
const USUAL_SAMPLES = 512;
/** A network with fewer parameters is its own two axes. */
const FEWEST_TO_SCALE = 16;
/** As in Garipov et al. 2018. */
const CURVE_COUNT = '61';
const USUAL_COUNTS = { 1: '65', 2: '33', 3: '17' } as const;

export function draftFor({ id, manifest }: SubjectWeights, seeds: readonly [first: number, second: number, third?: number]): PlaceDraft {
  const { checkpoints, dataset, loss } = manifest;
  const centre = checkpoints.find((checkpoint) => checkpoint.id === 'trained') ?? checkpoints.at(-1);
  const others = checkpoints.filter((checkpoint) => checkpoint.id !== centre?.id);
  const isTiny = layoutOf(manifest.network).size < FEWEST_TO_SCALE;
  const axis = (seed: number, target: string | undefined): AxisDraft => ({ seed: String(seed), target: target ?? '', min: '-1', max: '1', count: USUAL_COUNTS[2] });
  return {
    subject: id,
    kind: 'randomPlane',
    centre: centre?.id ?? '',
    // In y = mx + b a filter is one number: scaled or held still, two random directions would be the same line.
    normalisation: isTiny ? 'none' : 'filter',
    vectors: isTiny ? 'layer' : 'ignore',
    isOrthogonal: false,
    isAffine: false,
    principal: principalDraftFor(manifest),
    vector: NO_VECTORS,
    axes: [axis(seeds[0], others[0]?.id), axis(seeds[1], (others[Math.floor(others.length / 2)] ?? others[0])?.id), axis(seeds[2] ?? seeds[1] + 1, undefined)],
    sets: dataset.samples.train > 0 ? 'train' : 'test',
    counts: { train: String(Math.min(USUAL_SAMPLES, dataset.samples.train)), test: String(Math.min(USUAL_SAMPLES, dataset.samples.test)) },
    loss,
    mode: modeDraftFor(manifest),
  };
}

/** The axes with a change to those that a slice of this kind has. */
export const withAxes = ({ axes: [first, second, third] }: PlaceDraft, change: (axis: AxisDraft, index: number) => AxisDraft): PlaceDraft['axes'] => [change(first, 0), change(second, 1), change(third, 2)];

/** A draft of another kind: extents, counts and sets as that kind is usually looked at. */
export function withKind(draft: PlaceDraft, kind: SliceKind, subject: SubjectWeights): PlaceDraft {
  const { train, test } = subject.manifest.dataset.samples;
  const extent = kind === 'curve' ? { min: '0', max: '1' } : kind === 'lineTowards' ? { min: '-0.5', max: '1.5' } : { min: '-1', max: '1' };
  // A line is cheap, so it shows training and test together; a gradient is that of training.
  const sets = dimensionsOf(kind) === 1 && train > 0 && test > 0 ? 'both' : train > 0 ? 'train' : 'test';
  // Statistics can only move towards a checkpoint.
  const mode: ModeDraft = !isTowards(kind) && draft.mode.statistics === 'interpolated' ? { ...draft.mode, statistics: 'frozen' } : draft.mode;
  // Beside a random axis the gradient moves the weights by as much as that does; alone, its coordinate is a distance.
  const vector: VectorDraft = { ...draft.vector, scaling: kind === 'gradientPlane' ? 'model' : 'none' };
  const next: PlaceDraft = { ...draft, kind, sets, mode, vector, axes: withAxes(draft, (axis) => ({ ...axis, ...extent, count: kind === 'curve' ? CURVE_COUNT : USUAL_COUNTS[dimensionsOf(kind)] })) };
  if (kind === 'curve' && next.vector.curve) return withCurve(next, next.vector.curve, subject);
  return kind === 'planeThrough' ? withFittingExtent(next, subject) : next;
}

/** The draft of a slice along a trained curve: from where it begins, with the samples and the statistics that it was trained with. */
export function withCurve(draft: PlaceDraft, curve: CurveChoice, { manifest }: SubjectWeights): PlaceDraft {
  const { centre, loss, mode } = sliceAlongCurve(curve.request, curve.bend, manifest);
  const { batchNorm } = mode;
  const isMeasured = typeof batchNorm === 'object' && batchNorm.policy === 'recomputed';
  const statistics: ModeDraft = isMeasured ? { ...draft.mode, statistics: 'recomputed', samples: String(batchNorm.samples), batch: String(batchNorm.batch) } : draft.mode;
  return { ...draft, centre, loss, sets: 'train', counts: { ...draft.counts, train: String(curve.request.samples) }, mode: statistics, vector: { ...draft.vector, curve } };
}

/** Extents that hold all three checkpoints with room around them; as they were where the three span no plane. */
export function withFittingExtent(draft: PlaceDraft, subject: SubjectWeights): PlaceDraft {
  const outcome = recipeOf(draft, subject.manifest);
  if (outcome.problems.some(({ path }) => path === 'centre' || path.includes('direction'))) return draft;
  const ids = [draft.centre, ...draft.axes.slice(0, 2).map(({ target }) => target)];
  try {
    return withRoomFor(draft, outcome.recipe, subject, pointsOf(subject, ids), () => undefined);
  } catch (error) {
    // Three checkpoints on one line: placing says so, and the fields stay as they were.
    console.info('no plane through these three checkpoints', error);
    return draft;
  }
}

/** Extents with room around the projections of some points. @throws KnownError as frameOf */
export function withRoomFor(draft: PlaceDraft, recipe: SliceRecipe, subject: SubjectWeights, points: readonly Float32Array[], vectors: Vectors): PlaceDraft {
  const { project } = projectorOf(frameOf(recipe, subject, vectors));
  const places = points.map((point) => project(point).coordinates);
  const spans = recipe.axes.map((_, axis) => [Math.min(...places.map((place) => place[axis]!)), Math.max(...places.map((place) => place[axis]!))] as const);
  const room = 0.35 * Math.max(...spans.map(([low, high]) => high - low));
  return { ...draft, axes: withAxes(draft, (axis, index) => (spans[index] ? { ...axis, min: rounded(spans[index][0] - room), max: rounded(spans[index][1] + room) } : axis)) };
}

const rounded = (value: number): string => String(Number(value.toPrecision(3)));

/** The recipe, as far as it can be read, and what is wrong with it, by the path of the field. */
export function recipeOf(draft: PlaceDraft, manifest: SubjectManifest): { readonly recipe: SliceRecipe; readonly problems: readonly Problem[] } {
  const unread: Problem[] = [];
  const number = (text: string, path: string): number => {
    // People paste the minus sign that we print.
    const value = Number(text.trim().replace('−', '-').replace(',', '.'));
    if (text.trim() !== '' && Number.isFinite(value)) return value;
    unread.push({ path, message: 'must be a number' });
    return 0;
  };
  const whole = (text: string, path: string): number => {
    const value = number(text, path);
    if (!Number.isInteger(value)) unread.push({ path, message: 'must be a whole number' });
    return value;
  };
  const axes = draft.axes.slice(0, dimensionsOf(draft.kind)).map((axis, index): Axis => {
    const path = `axes.${index}`;
    return {
      direction: directionOf(draft, axis, index, (text) => seedOf(text, `${path}.direction.seed`)),
      min: number(axis.min, `${path}.min`),
      max: number(axis.max, `${path}.max`),
      count: whole(axis.count, `${path}.count`),
    };
  });
  const sets = draft.sets === 'both' ? (['train', 'test'] as const) : [draft.sets];
  const recipe: SliceRecipe = {
    format: 1,
    subject: draft.subject,
    samples: sets.map((set, index) => ({ set, count: whole(draft.counts[set], `samples.${index}.count`) })),
    loss: draft.loss,
    mode: modeOf(draft.mode, manifest, whole, (problem) => unread.push(problem)),
    centre: draft.centre,
    axes,
    ...(isPrincipal(draft.kind) && draft.principal.mean && { origin: draft.principal.mean }),
    ...(isPrincipal(draft.kind) && draft.principal.runs.length > 0 && { runs: draft.principal.runs }),
  };
  const { curve } = draft.vector;
  if (draft.kind === 'curve') {
    if (!curve) return { recipe, problems: [...unread, { path: 'curve', message: 'choose a curve that was trained here' }] };
    const { min, max, count } = axes[0]!;
    const along = sliceAlongCurve(curve.request, curve.bend, manifest);
    const whole: SliceRecipe = { ...recipe, centre: along.centre, axes: along.axes, curve: { kind: curve.request.shape, range: { min, max, count } } };
    // The one axis that is typed is that of the curve.
    const found = problemsOf(whole, manifest).map(({ path, message }) => ({ path: path.replace('curve.range.', 'axes.0.'), message }));
    return { recipe: whole, problems: [...unread, ...found.filter(({ path }) => !unread.some((each) => each.path === path))] };
  }
  if (isVector(draft.kind)) {
    for (const [index, choice] of draft.vector.axes.slice(0, axes.length).entries()) {
      if (index === 0 && isGradient(draft.kind)) {
        if (draft.vector.gradient?.key !== gradientKey(recipe)) unread.push({ path: 'gradient', message: 'the gradient is not computed yet' });
      } else if (choice === null) unread.push({ path: `axes.${index}.direction`, message: 'choose a vector, or import one' });
    }
  }
  if (isPrincipal(draft.kind) && draft.principal.made.length < axes.length) unread.push({ path: 'principal', message: draft.principal.problem ?? 'the axes are being made' });
  const known = new Set(unread.map(({ path }) => path));
  const found = problemsOf(recipe, manifest).filter(({ path }) => !known.has(path) && !((known.has('principal') || known.has('gradient')) && path.includes('direction')));
  return { recipe, problems: [...unread, ...found] };

  function seedOf(text: string, path: string): number {
    const value = whole(text, path);
    if (value < 0 || value > 0xffffffff) unread.push({ path, message: 'must be between 0 and 4,294,967,295' });
    return value;
  }
}

/** Stands for an axis that is still being made; its problem stands beside the fields that make it. */
const UNMADE: VectorName = { digest: '0'.repeat(64), title: '' };

function directionOf(draft: PlaceDraft, axis: AxisDraft, index: number, seedOf: (text: string) => number): DirectionRecipe {
  const { kind, normalisation, vectors, isOrthogonal, isAffine, principal } = draft;
  if (isRandom(kind)) return { kind: 'random', seed: seedOf(axis.seed), normalisation, vectors, ...(isOrthogonal && index > 0 && { orthogonal: true }) };
  if (isPrincipal(kind)) return { kind: 'vector', ...(principal.made[index] ?? UNMADE) };
  if (isVector(kind)) {
    const choice = index === 0 && isGradient(kind) ? { ...(draft.vector.gradient?.vector ?? UNMADE), kind: 'direction' as const } : (draft.vector.axes[index] ?? null);
    if (choice === 'random') return { kind: 'random', seed: seedOf(axis.seed), normalisation, vectors, ...(isOrthogonal && index > 0 && { orthogonal: true }) };
    return alongVector(choice ?? { ...UNMADE, kind: 'direction' }, draft.vector);
  }
  return kind === 'planeThrough' && !isAffine
    ? { kind: 'towards', checkpoint: axis.target, length: 'unit', orthogonal: index === 1 }
    : { kind: 'towards', checkpoint: axis.target, length: 'difference', orthogonal: false };
}
