/** Facts of a slice against training: how much of the path it shows, beside what chance would, and how far checkpoints lie off it. */
import { walkShare } from '#lib/analysis/randomWalk.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { formatCount, formatLoss, formatShare } from '#lib/session/words.ts';
import { COUNTED } from './counted.ts';
import type { HonestyFact, HonestyInput } from './fact.ts';
import { tell } from './sentences.ts';
import { principalOf } from './vectorMade.ts';

/** Of so little of a training path, a picture must say so. */
const LITTLE = 0.6;

/** Of several runs, how much is shown stands in runFacts.ts. */
export const pathFacts = (input: HonestyInput): readonly HonestyFact[] => [...(input.recipe.runs ? [] : shownFacts(input)), ...explainedFacts(input), ...outsideFacts(input)];

const DRAWN = ['No direction is', 'One random direction is', 'Two random directions are', 'Three random directions are'] as const;

function shownFacts({ geography, recipe, manifest }: HonestyInput): readonly HonestyFact[] {
  const path = geography?.path;
  if (!path) return geography && manifest.trajectory.length < 2 ? [{ title: 'Training path', text: tell('honesty.path.none'), note: tell('honesty.path.none.what') }] : [];
  const { axes, points, dimensions, captured, walk } = path;
  const pct = formatShare(captured);
  const text = tell(recipe.curve ? 'slice.variance.curve' : axes === 1 ? 'slice.variance.1' : axes === 2 ? 'slice.variance.2' : 'slice.variance.3', { pct });
  const isRandom = recipe.axes.every(({ direction }) => direction.kind === 'random');
  const byChance = isRandom ? `${tell('honesty.path.random', { axes: DRAWN[axes] ?? '', pct: formatTinyShare(axes / dimensions) })} ` : '';
  const walking = walk === null ? tell('honesty.path.elsewhere') : tell('honesty.path.walk', { n: formatCount(points), p: formatCount(dimensions), axes: COUNTED[axes] ?? '', pct: formatShare(walk) });
  return [{ title: 'Training path', text, note: `${byChance}${walking}`, isWarning: captured < LITTLE }];
}

const formatTinyShare = (share: number): string => (share >= 0.001 ? formatShare(share) : `${formatLoss(share * 100)} %`);

/** What principal axes explain of the very checkpoints that they were made of, where their files are here. */
function explainedFacts({ recipe, madeOf, manifest }: HonestyInput): readonly HonestyFact[] {
  const made = recipe.axes.map(({ direction }) => (direction.kind === 'vector' ? principalOf(madeOf(direction.digest)) : null));
  const [first] = made;
  if (!first || made.some((axis) => axis === null)) return [];
  const shares = made.flatMap((axis) => (axis ? [axis.explained] : []));
  const { rows, origin, isCentred, runs = [] } = first;
  const at = origin === null ? -1 : rows.indexOf(origin);
  const count = rows.length + runs.reduce((sum, run) => sum + run.rows.length, 0);
  const isWalk = runs.length === 0 && rows.every((row) => manifest.trajectory.includes(row)) && rows.length > 1 && (isCentred || origin === null || at >= 0);
  return [
    {
      title: 'Explained',
      text: tell('honesty.explained', { shares: shares.map((share) => formatShare(share)).join(' + '), n: count, pct: formatShare(shares.reduce((sum, share) => sum + share, 0)) }),
      ...(isWalk && { note: tell('honesty.explained.walk', { pct: formatShare(walkShare(rows.length, layoutOf(manifest.network).size, shares.length, isCentred || origin === null ? 'mean' : at)) }) }),
    },
  ];
}

function outsideFacts({ geography, centreNorm, recipe, manifest }: HonestyInput): readonly HonestyFact[] {
  const checkpoints = geography ? [geography, ...geography.runs].flatMap((run) => [...run.trajectory, ...run.checkpoints]) : [];
  // A curve has no nearest place for what lies beside it: only what lies on it is drawn.
  if (geography && recipe.curve) return [{ title: 'Off the curve', text: tell('honesty.curve.on', { n: geography.trajectory.length + geography.checkpoints.length, total: manifest.checkpoints.length }), note: tell('honesty.curve.beside') }];
  const outside = checkpoints.filter(({ outOfPlane }) => outOfPlane > 0);
  if (checkpoints.length === 0) return [];
  if (outside.length === 0) return [{ title: 'Out of plane', text: tell('honesty.inside') }];
  const farthest = outside.reduce((one, other) => (other.outOfPlane > one.outOfPlane ? other : one));
  const share = centreNorm === null || centreNorm === 0 ? '' : ` (${formatShare(farthest.outOfPlane / centreNorm)} of ‖θ‖)`;
  return [
    {
      title: 'Out of plane',
      text: tell('honesty.outside', { n: outside.length, total: checkpoints.length, farthest: farthest.of === undefined ? farthest.title : `${farthest.title} of ${farthest.of}`, distance: `${formatLoss(farthest.outOfPlane)}${share}` }),
      note: tell('honesty.outside.what'),
    },
  ];
}
