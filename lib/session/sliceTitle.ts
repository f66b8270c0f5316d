/** A slice in words, for cards and announcements: what kind, around what, how fine. */
import { layoutOf } from '#lib/network/layout.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { formatCoordinate, formatCount, AXIS_NAMES } from './words.ts';
import type { Cut } from '#lib/slice/cut.ts';
import { poseOf } from '#lib/slice/pose.ts';
import type { Measure } from '#lib/slice/measure.ts';
import { rangesOf, type DirectionRecipe, type Normalisation, type SliceRecipe, type VectorPolicy } from '#lib/slice/recipe.ts';

export const NORMALISATION_TITLES: Readonly<Record<Normalisation, string>> = {
  filter: 'filter-wise',
  layer: 'layer-wise',
  model: 'model-wise',
  weight: 'weight-wise',
  none: 'not normalised',
  dfilter: 'unit filters',
  dlayer: 'unit layers',
};

export const checkpointTitle = (manifest: SubjectManifest | undefined, id: string): string =>
  manifest?.checkpoints.find((checkpoint) => checkpoint.id === id)?.title ?? id;

/** What a slice is placed around: a checkpoint, or a point that is kept as a file. */
export const aroundTitle = ({ centre, origin }: Pick<SliceRecipe, 'centre' | 'origin'>, manifest: SubjectManifest | undefined): string => origin?.title ?? checkpointTitle(manifest, centre);

const SHAPES = ['point', 'line', 'plane', 'volume'] as const;

/** `Random plane`, `Line towards Initial`, `Oblique plane`, `Convexity of random plane`: short enough for a card. */
export function shapeTitle(recipe: SliceRecipe, manifest: SubjectManifest | undefined): string {
  const shape = plainShape(recipe, manifest);
  return recipe.measure ? `Convexity of ${shape.charAt(0).toLowerCase()}${shape.slice(1)}` : shape;
}

function plainShape({ axes, cut, curve }: SliceRecipe, manifest: SubjectManifest | undefined): string {
  if (cut) return 'Oblique plane';
  const ends = axes.map(({ direction }) => endOf(direction, manifest));
  if (curve) return `${curve.kind === 'bezier' ? 'Bézier curve' : 'Chain'} to ${ends[0] ?? ''}`;
  const shape = SHAPES[axes.length] ?? 'slice';
  const named = ends.filter((end) => end !== null);
  if (named.length === 0) return `Random ${shape}`;
  if (axes.every(({ direction }) => direction.kind === 'random' || (direction.kind === 'vector' && direction.as !== 'point'))) return `${capital(shape)} along ${named.join(', ')}`;
  if (named.length === axes.length && axes.length === 2) return `Plane through ${named.join(' and ')}`;
  return `${capital(shape)} towards ${named.join(', ')}`;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** What a direction is named after; null for one drawn at random. */
const endOf = (direction: DirectionRecipe, manifest: SubjectManifest | undefined): string | null =>
  direction.kind === 'random' ? null : direction.kind === 'vector' ? direction.title : checkpointTitle(manifest, direction.checkpoint);

/** `turned 15°, tilted 30°, through α 0, β 0, γ 0.2` */
export function poseTitle(cut: Cut): string {
  const { at, turn, tilt, roll } = poseOf(cut);
  const degrees = (angle: number) => `${Number(angle.toFixed(1))}°`.replace('-', '−');
  return `turned ${degrees(turn)}, tilted ${degrees(tilt)}${roll === 0 ? '' : `, rolled ${degrees(roll)}`}, through ${AXIS_NAMES.map((name, axis) => `${name} ${formatCoordinate(at[axis]!)}`).join(', ')}`;
}

/** `quadratic Bézier from Trained to Initial, bent towards bend of a curve` */
export function curveTitle({ axes, centre, curve }: SliceRecipe, manifest: SubjectManifest | undefined): string {
  const [end, bend] = axes.map(({ direction }) => endOf(direction, manifest));
  return `${curve?.kind === 'bezier' ? 'quadratic Bézier' : 'chain of two straight pieces'} from ${checkpointTitle(manifest, centre)} to ${end ?? ''}, ${curve?.kind === 'bezier' ? 'bent towards' : 'by way of'} ${bend ?? ''}`;
}

/** `filter-wise`; null where no direction was drawn at random. */
export function normalisationTitle({ axes }: SliceRecipe): string | null {
  const direction = axes.map((axis) => axis.direction).find(({ kind }) => kind === 'random');
  return direction?.kind === 'random' ? NORMALISATION_TITLES[direction.normalisation] : null;
}

/** `Random plane, filter-wise`, `Line towards Initial`. */
export function kindOf(recipe: SliceRecipe, manifest: SubjectManifest | undefined): string {
  const [shape, normalisation] = [shapeTitle(recipe, manifest), normalisationTitle(recipe)];
  return normalisation === null ? shape : `${shape}, ${normalisation}`;
}

/** Says *full*, for a curvature within the slice alone is another number, and which parameters. */
export const measureTitle = ({ parameters }: Measure): string => `−λmin/λmax of the full Hessian, ${parameters === 'all' ? 'all parameters' : 'tensors with two or more axes'}`;

export function gridTitle(recipe: SliceRecipe): string {
  const ranges = rangesOf(recipe);
  return ranges.length === 1 ? `${ranges[0]?.count ?? 0} points` : ranges.map(({ count }) => count).join(' × ');
}

/** `seeds 13, 14`, to tell random slices apart; empty for one that needs none. */
export function seedsTitle({ axes }: SliceRecipe): string {
  const seeds = axes.flatMap(({ direction }) => (direction.kind === 'random' ? [direction.seed] : []));
  return seeds.length === 0 ? '' : `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`;
}

/** `batch statistics, dropout on`: how the mode differs from the usual one; empty where it does not. */
export function modeTitle({ mode: { batchNorm, dropout } }: Pick<SliceRecipe, 'mode'>): string {
  const statistics = typeof batchNorm === 'string' ? (batchNorm === 'frozen' ? '' : 'statistics moving') : batchNorm.policy === 'batch' ? 'batch statistics' : 'statistics recomputed';
  return [statistics, dropout === 'off' ? '' : 'dropout on'].filter((part) => part !== '').join(', ');
}

/** `Random plane, filter-wise · around trained · 33 × 33` */
export const sliceTitle = (recipe: SliceRecipe, manifest: SubjectManifest | undefined): string =>
  `${kindOf(recipe, manifest)} · around ${aroundTitle(recipe, manifest)} · ${gridTitle(recipe)}`;

const POLICY_WORDS: Readonly<Record<VectorPolicy, string>> = {
  ignore: 'biases and batch norm still',
  layer: 'biases and batch norm scaled like a layer',
  copy: 'biases and batch norm copied from the weights',
};

/** `filter-wise, seed 1, biases and batch norm still` */
export function directionTitle(direction: DirectionRecipe, manifest: SubjectManifest | undefined): string {
  if (direction.kind === 'random') {
    const orthogonal = direction.orthogonal ? ', made exactly orthogonal' : '';
    return `random, seed ${direction.seed}, ${NORMALISATION_TITLES[direction.normalisation]}, ${POLICY_WORDS[direction.vectors]}${orthogonal}`;
  }
  if (direction.kind === 'vector') {
    if (direction.as === 'point') return `towards ${direction.title}, 1 is that point`;
    return direction.scaled ? `along ${direction.title}, scaled ${NORMALISATION_TITLES[direction.scaled.normalisation]}, ${POLICY_WORDS[direction.scaled.vectors]}` : `along ${direction.title}`;
  }
  const parts = [`towards ${checkpointTitle(manifest, direction.checkpoint)}`];
  if (direction.orthogonal) parts.push('the part across the first axis');
  parts.push(direction.length === 'unit' ? 'counted as distance' : '1 is that checkpoint');
  return parts.join(', ');
}

/** `354 parameters · Two spirals, 2 classes · 256 train and 128 test samples` */
export function networkFacts({ network, dataset: { title, classes, samples } }: Pick<SubjectManifest, 'network' | 'dataset'>): string {
  const sets = (['train', 'test'] as const).filter((set) => samples[set] > 0).map((set) => `${formatCount(samples[set])} ${set}`);
  return [`${formatCount(layoutOf(network).size)} parameters`, classes === null ? title : `${title}, ${classes} classes`, `${sets.join(' and ')} samples`].join(' · ');
}

export const samplesTitle = ({ samples }: SliceRecipe): string => samples.map(({ set, count }) => `${count.toLocaleString('en-GB')} ${set}`).join(' and ');
