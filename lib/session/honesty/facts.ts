/**
 * What a picture can and cannot tell, fact by fact, in words: the same on the screen, when copied and in every file that leaves. Pure.
 *
 * Every number comes from what was measured or worked out; a fact whose number is not there yet says so. Rules J8 and J13 in docs/SPEC.md.
 */
import { layoutOf } from '#lib/network/layout.ts';
import { LOSS_TITLES } from '#lib/network/loss.ts';
import { modeWordsOf } from '#lib/network/modeWords.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { AXIS_NAMES, formatCoordinate, formatCount, formatLoss, formatShare } from '#lib/session/words.ts';
import { gridTitle, measureTitle, sliceTitle } from '#lib/session/sliceTitle.ts';
import { rangesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { caveatsOf } from './caveats.ts';
import { axesFacts } from './axesFacts.ts';
import type { HonestyFact, HonestyInput } from './fact.ts';
import { pathFacts } from './pathFacts.ts';
import { runFacts } from './runFacts.ts';
import { tell } from './sentences.ts';

export function honestyFacts(input: HonestyInput): readonly HonestyFact[] {
  const { recipe, manifest, madeOf } = input;
  const { trained, evaluated } = modeWordsOf(recipe.mode, manifest.network, manifest.checkpoints.find(({ id }) => id === recipe.centre)?.training);
  return [
    samplesFact(input),
    ...measureFacts(recipe),
    ...levelFacts(input),
    ...axesFacts(input),
    ...runFacts(input),
    ...pathFacts(input),
    { title: 'Trained', text: trained },
    { title: 'Evaluated', text: evaluated, note: tell('honesty.noDecay') },
    ...measurementFacts(input),
    ...caveatsOf(recipe, manifest, madeOf).map(({ text, source }) => ({ title: 'Method', text, note: source })),
  ];
}

/** What the slice is: for a file, which has no screen around it. */
export const sliceFacts = (recipe: SliceRecipe, manifest: SubjectManifest, sliceId: string): readonly HonestyFact[] => [
  { title: 'Slice', text: sliceTitle(recipe, manifest), note: sliceId },
  { title: 'Network', text: `${manifest.title}, ${formatCount(layoutOf(manifest.network).size)} parameters`, note: `${recipe.subject}; ${manifest.provenance}` },
  { title: 'Dataset', text: manifest.dataset.title },
  { title: 'Loss', text: `mean ${LOSS_TITLES[recipe.loss]}` },
];

/** What stands above the facts. @param parameters of the network */
export const honestyLead = (recipe: SliceRecipe, parameters: number): string =>
  tell(recipe.curve ? 'honesty.curve' : rangesOf(recipe).length > 2 ? 'honesty.volume' : 'honesty.random', { p: formatCount(parameters) });

/** One step along the first axis, from the centre. */
export function besideCentre(recipe: SliceRecipe): { readonly a: number; readonly b: number } {
  const [range] = rangesOf(recipe);
  return { a: range ? (range.max - range.min) / (range.count - 1) : 0, b: 0 };
}

function samplesFact({ recipe, manifest, levels }: HonestyInput): HonestyFact {
  const text = recipe.samples.map(({ set, count }) => `${formatCount(count)} of ${formatCount(manifest.dataset.samples[set])} ${set}`).join(', ');
  if (levels?.some(({ samples, all }) => samples < all)) {
    const soFar = levels.map(({ set, samples, all }) => `${formatCount(samples)} of ${formatCount(all)} ${set}`).join(', ');
    return { title: 'Samples', text: tell('honesty.samples.soFar', { soFar, text }), note: tell('honesty.samples') };
  }
  return { title: 'Samples', text, note: tell(recipe.measure ? 'honesty.samples.measure' : 'honesty.samples') };
}

function measureFacts({ measure }: SliceRecipe): readonly HonestyFact[] {
  if (!measure) return [];
  return [
    { title: 'Measure', text: measureTitle(measure) },
    { title: 'Error', text: tell('honesty.measure.error', { tolerance: formatShare(measure.tolerance), steps: measure.steps }), note: tell('honesty.measure.error.what') },
  ];
}

function levelFacts({ spread, recipe, levels }: HonestyInput): readonly HonestyFact[] {
  // What the picture is over is said of the picture: those who look would measure other samples than are in.
  if (levels) return levels.map(({ set, loss, standardError, samples }) => ({ title: `Level, ${set}`, text: tell('honesty.level', { loss: formatLoss(loss), error: formatLoss(standardError), n: formatCount(samples) }), note: tell('honesty.level.falls') }));
  if (!spread) return [];
  const [centre = [], beside = []] = spread;
  const reach = besideCentre(recipe).a;
  return centre.map(({ set, level }, index) => {
    const next = beside[index];
    const apart = next ? Math.hypot(level.standardError, next.level.standardError) : 0;
    const numbers = next && { axis: recipe.curve ? 't' : AXIS_NAMES[0], reach: formatCoordinate(reach), change: formatLoss(next.change.mean), error: formatLoss(next.change.standardError), apart: formatLoss(apart) };
    const shape = numbers && { note: tell('honesty.shape', numbers) };
    return { title: `Level, ${set}`, text: tell('honesty.level', { loss: formatLoss(level.mean), error: formatLoss(level.standardError), n: formatCount(level.samples) }), ...shape };
  });
}

function measurementFacts({ measured, recipe, backends }: HonestyInput): readonly HonestyFact[] {
  if (!measured) return [];
  const { points, measured: known, verified } = measured;
  return [
    { title: 'Measured', text: `${formatCount(known)} of ${formatCount(points)} points${rangesOf(recipe).length > 1 ? ` (${gridTitle(recipe)})` : ''}`, ...(known < points && { note: tell('honesty.estimated') }) },
    { title: 'Verified', text: known === 0 ? 'nothing yet' : `${formatShare(verified / known)} of what is measured`, ...(verified > 0 && { note: tell('honesty.verified') }) },
    { title: 'Computed with', text: backends.length === 0 ? 'nothing yet' : backends.join(', ') },
  ];
}

/** For copies and exports: one line per fact. */
export const honestyLines = (facts: readonly HonestyFact[]): readonly string[] =>
  facts.map(({ title, text, note, isWarning }) => `${isWarning ? 'Careful, ' : ''}${title}: ${text}${note === undefined ? '' : ` (${note})`}`);

export const honestyText = (lead: string, facts: readonly HonestyFact[]): string => [lead, ...honestyLines(facts)].join('\n');
