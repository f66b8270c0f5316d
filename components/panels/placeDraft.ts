/**
 * What stands in the form that places a slice, and the recipe it makes.
 *
 * Fields are text while they are typed; a recipe is made on every change, so that each problem stands beside
 * its field. It draws nothing and rolls no dice: new seeds are given to it.
 */
import type { Problem } from '#lib/parsed.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { SetName, Subject, SubjectManifest } from '#lib/network/subject.ts';
import { frameOf } from '#lib/slice/frame.ts';
import { projectorOf } from '#lib/slice/projection.ts';
import { problemsOf, type Axis, type DirectionRecipe, type Normalisation, type SliceRecipe } from '#lib/slice/recipe.ts';
import { modeDraftFor, modeOf, type ModeDraft } from './modeDraft.ts';

export const KINDS = ['randomLine', 'randomPlane', 'lineTowards', 'planeThrough'] as const;
export type SliceKind = (typeof KINDS)[number];

export const KIND_TITLES: Readonly<Record<SliceKind, string>> = {
  randomPlane: 'Random plane',
  randomLine: 'Random line',
  lineTowards: 'Line towards a checkpoint',
  planeThrough: 'Plane through three checkpoints',
};

export type AxisDraft = { readonly seed: string; readonly target: string; readonly min: string; readonly max: string; readonly count: string };

export type PlaceDraft = {
  readonly subject: string;
  readonly kind: SliceKind;
  readonly centre: string;
  readonly normalisation: Normalisation;
  /** *biasbn* of the reference tool. */
  readonly isVectorsStill: boolean;
  readonly axes: readonly [AxisDraft, AxisDraft];
  readonly sets: 'train' | 'test' | 'both';
  readonly counts: Readonly<Record<SetName, string>>;
  readonly loss: LossName;
  readonly mode: ModeDraft;
};

export const isPlane = (kind: SliceKind): boolean => kind === 'randomPlane' || kind === 'planeThrough';
export const isRandom = (kind: SliceKind): boolean => kind === 'randomPlane' || kind === 'randomLine';

/** Samples that a quick look uses; a whole set where it is smaller. */
const USUAL_SAMPLES = 512;
/** A network with fewer parameters is its own two axes. */
const FEWEST_TO_SCALE = 16;
const USUAL_PLANE = '33';
const USUAL_LINE = '65';

export function draftFor({ id, manifest }: Subject, seeds: readonly [first: number, second: number]): PlaceDraft {
  const { checkpoints, dataset, loss } = manifest;
  const centre = checkpoints.find((checkpoint) => checkpoint.id === 'trained') ?? checkpoints.at(-1);
  const others = checkpoints.filter((checkpoint) => checkpoint.id !== centre?.id);
  const isTiny = layoutOf(manifest.network).size < FEWEST_TO_SCALE;
  const axis = (seed: number, target: string | undefined): AxisDraft => ({ seed: String(seed), target: target ?? '', min: '-1', max: '1', count: USUAL_PLANE });
  return {
    subject: id,
    kind: 'randomPlane',
    centre: centre?.id ?? '',
    // In y = mx + b a filter is one number: scaled or held still, two random directions would be the same line.
    normalisation: isTiny ? 'none' : 'filter',
    isVectorsStill: !isTiny,
    axes: [axis(seeds[0], others[0]?.id), axis(seeds[1], (others[Math.floor(others.length / 2)] ?? others[0])?.id)],
    sets: dataset.samples.train > 0 ? 'train' : 'test',
    counts: { train: String(Math.min(USUAL_SAMPLES, dataset.samples.train)), test: String(Math.min(USUAL_SAMPLES, dataset.samples.test)) },
    loss,
    mode: modeDraftFor(manifest),
  };
}

/** A draft of another kind: extents, counts and sets as that kind is usually looked at. */
export function withKind(draft: PlaceDraft, kind: SliceKind, subject: Subject): PlaceDraft {
  const { train, test } = subject.manifest.dataset.samples;
  const [first, second] = draft.axes;
  const extent = kind === 'lineTowards' ? { min: '-0.5', max: '1.5' } : { min: '-1', max: '1' };
  const count = isPlane(kind) ? USUAL_PLANE : USUAL_LINE;
  // A line is cheap, so it shows training and test together.
  const sets = !isPlane(kind) && train > 0 && test > 0 ? 'both' : train > 0 ? 'train' : 'test';
  // Statistics can only move towards a checkpoint.
  const mode: ModeDraft = isRandom(kind) && draft.mode.statistics === 'interpolated' ? { ...draft.mode, statistics: 'frozen' } : draft.mode;
  const next: PlaceDraft = { ...draft, kind, sets, mode, axes: [{ ...first, ...extent, count }, { ...second, ...extent, count }] };
  return kind === 'planeThrough' ? withFittingExtent(next, subject) : next;
}

/** Extents that hold all three checkpoints with room around them; as they were where the three span no plane. */
export function withFittingExtent(draft: PlaceDraft, subject: Subject): PlaceDraft {
  const outcome = recipeOf(draft, subject.manifest);
  if (outcome.problems.some(({ path }) => path === 'centre' || path.includes('direction'))) return draft;
  let spans: readonly (readonly [number, number])[];
  try {
    const { project } = projectorOf(frameOf(outcome.recipe, subject));
    const places = [draft.centre, ...draft.axes.map(({ target }) => target)].map((id) => {
      const row = subject.manifest.checkpoints.findIndex((checkpoint) => checkpoint.id === id);
      return project(subject.checkpoints[row]!).coordinates;
    });
    spans = [0, 1].map((axis) => [Math.min(...places.map((place) => place[axis]!)), Math.max(...places.map((place) => place[axis]!))] as const);
  } catch (error) {
    // Three checkpoints on one line: placing says so, and the fields stay as they were.
    console.info('no plane through these three checkpoints', error);
    return draft;
  }
  const room = 0.35 * Math.max(...spans.map(([low, high]) => high - low));
  const fit = (axis: AxisDraft, [low, high]: readonly [number, number]): AxisDraft => ({ ...axis, min: rounded(low - room), max: rounded(high + room) });
  return { ...draft, axes: [fit(draft.axes[0], spans[0]!), fit(draft.axes[1], spans[1]!)] };
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
  const axes = draft.axes.slice(0, isPlane(draft.kind) ? 2 : 1).map((axis, index): Axis => {
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
  };
  const known = new Set(unread.map(({ path }) => path));
  return { recipe, problems: [...unread, ...problemsOf(recipe, manifest).filter(({ path }) => !known.has(path))] };

  function seedOf(text: string, path: string): number {
    const value = whole(text, path);
    if (value < 0 || value > 0xffffffff) unread.push({ path, message: 'must be between 0 and 4,294,967,295' });
    return value;
  }
}

function directionOf({ kind, normalisation, isVectorsStill }: PlaceDraft, axis: AxisDraft, index: number, seedOf: (text: string) => number): DirectionRecipe {
  if (isRandom(kind)) return { kind: 'random', seed: seedOf(axis.seed), normalisation, vectors: isVectorsStill ? 'ignore' : 'layer' };
  return kind === 'planeThrough'
    ? { kind: 'towards', checkpoint: axis.target, length: 'unit', orthogonal: index === 1 }
    : { kind: 'towards', checkpoint: axis.target, length: 'difference', orthogonal: false };
}
