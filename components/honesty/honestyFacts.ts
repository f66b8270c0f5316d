/**
 * What a picture can and cannot tell, fact by fact, in words: the same on the screen, when copied and in an export. Pure.
 *
 * Every number comes from what was measured or worked out; a fact whose number is not there yet says so. Rule J8 in docs/SPEC.md.
 */
import { modeWordsOf } from '#lib/network/modeWords.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { formatCoordinate, formatCount, formatLoss, formatShare } from '#lib/session/words.ts';
import type { AxisFacts } from '#lib/slice/frame.ts';
import { rangesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { Spot, SpotValue } from '#lib/wire/inspectMessages.ts';
import { directionTitle, gridTitle } from '#components/sliceTitle.ts';
import { say } from '#components/words.ts';
import { caveatsOf } from './caveats.ts';

export type HonestyFact = {
  readonly title: string;
  readonly text: string;
  /** What it means, where the number alone does not say. */
  readonly note?: string;
  readonly isWarning?: boolean;
};

export type Outsider = { readonly title: string; readonly outOfPlane: number };

export type HonestyInput = {
  readonly recipe: SliceRecipe;
  readonly manifest: SubjectManifest;
  readonly parameters: number;
  readonly measured: { readonly points: number; readonly measured: number; readonly verified: number } | null;
  /** In words, most tiles first. */
  readonly backends: readonly string[];
  /** Null until the axes are worked out. */
  readonly axes: AxisFacts | null;
  /** ‖θ‖ at the centre. */
  readonly centreNorm: number | null;
  /** Share of the training path's squared distances that lies within the slice; null without a path. */
  readonly captured: number | null;
  readonly checkpoints: readonly Outsider[];
  /** The centre, then the point beside it; null until they were looked at. */
  readonly spread: readonly (readonly SpotValue[])[] | null;
};

/** Two axes drawn at random whose cosine is larger than this are not what they should be. */
export const LARGEST_COSINE = 0.05;

const GREEK = ['α', 'β', 'γ'] as const;
/** Of so little of a training path, a picture must say so. */
const LITTLE = 0.6;

export function honestyFacts(input: HonestyInput): readonly HonestyFact[] {
  const { recipe, manifest, measured, backends } = input;
  const { trained, evaluated } = modeWordsOf(recipe.mode, manifest.network, manifest.checkpoints.find(({ id }) => id === recipe.centre)?.training);
  return [
    samplesFact(input),
    ...levelFacts(input),
    ...directionFacts(input),
    ...angleFacts(input),
    ...pathFacts(input),
    ...outsideFacts(input),
    { title: 'Trained', text: trained },
    { title: 'Evaluated', text: evaluated, note: say('honesty.noDecay') },
    ...(measured
      ? [
          {
            title: 'Measured',
            text: `${formatCount(measured.measured)} of ${formatCount(measured.points)} points (${gridTitle(recipe)})`,
            ...(measured.measured < measured.points && { note: say('honesty.estimated') }),
          },
          {
            title: 'Verified',
            text: measured.measured === 0 ? 'nothing yet' : `${formatShare(measured.verified / measured.measured)} of what is measured`,
            note: say('honesty.verified'),
          },
          { title: 'Computed with', text: backends.length === 0 ? 'nothing yet' : backends.join(', ') },
        ]
      : []),
    ...caveatsOf(recipe).map(({ text, source }) => ({ title: 'Method', text, note: source })),
  ];
}

/** The next sample along the first axis, seen from the centre. */
export function besideCentre(recipe: SliceRecipe): Spot {
  const [range] = rangesOf(recipe);
  return { a: range ? (range.max - range.min) / (range.count - 1) : 0, b: 0 };
}

function samplesFact({ recipe, manifest }: HonestyInput): HonestyFact {
  const text = recipe.samples.map(({ set, count }) => `${formatCount(count)} of ${formatCount(manifest.dataset.samples[set])} ${set}`).join(', ');
  return { title: 'Samples', text, note: say('honesty.samples') };
}

function levelFacts({ spread, recipe }: HonestyInput): readonly HonestyFact[] {
  if (!spread) return [];
  const [centre = [], beside = []] = spread;
  const reach = besideCentre(recipe).a;
  return centre.map(({ set, level }, index) => {
    const next = beside[index];
    const apart = next ? Math.hypot(level.standardError, next.level.standardError) : 0;
    const numbers = next && { reach: formatCoordinate(reach), change: formatLoss(next.change.mean), error: formatLoss(next.change.standardError), apart: formatLoss(apart) };
    const shape = numbers && { note: say('honesty.shape', numbers) };
    return { title: `Level, ${set}`, text: say('honesty.level', { loss: formatLoss(level.mean), error: formatLoss(level.standardError), n: formatCount(level.samples) }), ...shape };
  });
}

function directionFacts({ recipe, manifest, axes, centreNorm }: HonestyInput): readonly HonestyFact[] {
  return recipe.axes.map(({ direction }, index) => {
    const norm = axes?.norms[index];
    const lengths = norm !== undefined && centreNorm !== null && { note: say('honesty.norm', { axis: GREEK[index] ?? '', norm: formatLoss(norm), theta: formatLoss(centreNorm), share: formatShare(norm / centreNorm) }) };
    return { title: `Direction ${GREEK[index] ?? ''}`, text: directionTitle(direction, manifest), ...lengths };
  });
}

function angleFacts({ recipe, axes }: HonestyInput): readonly HonestyFact[] {
  if (!axes || axes.cosine === null) return [];
  const isRandom = recipe.axes.every(({ direction }) => direction.kind === 'random');
  const deg = formatCoordinate((Math.acos(Math.max(-1, Math.min(1, axes.cosine))) * 180) / Math.PI, 0.01);
  const text = say('slice.ortho', { deg, cos: formatCoordinate(axes.cosine, 0.0001) });
  if (!isRandom) return [{ title: 'Angle', text, ...(Math.abs(axes.cosine) > LARGEST_COSINE && { note: say('honesty.oblique') }) }];
  const expected = say('slice.cosine.expected', { n: formatCount(axes.moved), cos: formatCoordinate(axes.expectedCosine, 0.0001) });
  const isLarge = Math.abs(axes.cosine) > LARGEST_COSINE;
  return [{ title: 'Angle', text, note: isLarge ? `${expected} ${say('honesty.cosine.large')}` : expected, isWarning: isLarge }];
}

function pathFacts({ captured, recipe, axes }: HonestyInput): readonly HonestyFact[] {
  if (captured === null || !axes) return [];
  const isPlane = rangesOf(recipe).length > 1;
  const text = say(isPlane ? 'slice.variance' : 'slice.variance.line', { pct: formatShare(captured) });
  const isRandom = recipe.axes.every(({ direction }) => direction.kind === 'random');
  const note = isRandom ? say('honesty.path.random', { pct: formatTinyShare(recipe.axes.length / axes.moved) }) : say(isPlane ? 'honesty.path.walk' : 'honesty.path.walk.line');
  return [{ title: 'Training path', text, note, isWarning: captured < LITTLE }];
}

const formatTinyShare = (share: number): string => (share >= 0.001 ? formatShare(share) : `${formatLoss(share * 100)} %`);

function outsideFacts({ checkpoints, centreNorm }: HonestyInput): readonly HonestyFact[] {
  const outside = checkpoints.filter(({ outOfPlane }) => outOfPlane > 0);
  if (checkpoints.length === 0) return [];
  if (outside.length === 0) return [{ title: 'Out of plane', text: say('honesty.inside') }];
  const farthest = outside.reduce((one, other) => (other.outOfPlane > one.outOfPlane ? other : one));
  const share = centreNorm === null ? '' : ` (${formatShare(farthest.outOfPlane / centreNorm)} of ‖θ‖)`;
  return [
    {
      title: 'Out of plane',
      text: say('honesty.outside', { n: outside.length, total: checkpoints.length, farthest: farthest.title, distance: `${formatLoss(farthest.outOfPlane)}${share}` }),
      note: say('honesty.outside.what'),
    },
  ];
}

/** For copies and exports: one line per fact. */
export const honestyText = (lead: string, facts: readonly HonestyFact[]): string =>
  [lead, ...facts.map(({ title, text, note, isWarning }) => `${isWarning ? 'Careful, ' : ''}${title}: ${text}${note === undefined ? '' : ` (${note})`}`)].join('\n');
