/** Facts of a slice that shows the runs of several networks: whose loss it is, from which runs its directions come, and how much of their spread it shows. */
import { formatCount, formatShare } from '#lib/session/words.ts';
import { checkpointTitle } from '#lib/session/sliceTitle.ts';
import type { HonestyFact, HonestyInput } from './fact.ts';
import { tell } from './sentences.ts';
import { COUNTED } from './counted.ts';
import { principalOf, type PrincipalMade } from './vectorMade.ts';

/** Nothing for a slice of one network. */
export function runFacts(input: HonestyInput): readonly HonestyFact[] {
  const { recipe, manifest, runs = [] } = input;
  if (!recipe.runs) return [];
  const others = runs.map(({ title, dataset }) => `${title} (${dataset.title})`).join(', ');
  return [
    { title: 'Loss of', text: tell('honesty.runs.loss', { title: manifest.title, dataset: manifest.dataset.title }), note: tell('honesty.runs.loss.what', { others }) },
    ...directionFacts(input),
    ...spreadFacts(input),
  ];
}

function directionFacts({ recipe, manifest, madeOf, runs = [] }: HonestyInput): readonly HonestyFact[] {
  const [first] = recipe.axes.map(({ direction }) => (direction.kind === 'vector' ? principalOf(madeOf(direction.digest)) : null));
  if (!first?.runs) return [];
  const names = new Map(recipe.runs?.map((id, index) => [id, runs[index]?.title]));
  const from = [{ title: manifest.title, rows: first.rows }, ...first.runs.map(({ subject, rows }) => ({ title: names.get(subject) ?? `${subject.slice(0, 12)}…, which is not on this slice`, rows }))];
  const through = first.origin === null ? tell('honesty.runs.mean') : tell('honesty.runs.through', { point: checkpointTitle(manifest, first.origin) });
  return [{ title: 'Directions from', text: from.map(({ title, rows }) => tell('honesty.runs.from', { title, n: formatCount(rows.length) })).join(', '), note: `${through} ${tell(isFromMean(first) ? 'honesty.runs.centred' : 'honesty.runs.uncentred')}` }];
}

const isFromMean = ({ origin, isCentred }: PrincipalMade): boolean => isCentred || origin === null;

function spreadFacts({ geography }: HonestyInput): readonly HonestyFact[] {
  const pool = geography?.pool;
  if (!pool) return [];
  const { points, axes, captured, walk, each } = pool;
  const shares = each.map(({ title, captured: share }) => `${title} ${formatShare(share)}`).join(', ');
  const walking = walk === null ? tell('honesty.runs.elsewhere') : tell('honesty.runs.walk', { n: each.length, axes: COUNTED[axes] ?? '', pct: formatShare(walk) });
  return [{ title: 'Spread of the runs', text: tell('honesty.runs.spread', { pct: formatShare(captured), n: formatCount(points), runs: each.length, shares }), note: walking }];
}
