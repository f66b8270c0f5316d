/** Which of what stands beside a slice may be subtracted, and what must be said before anybody compares. Pure. */
import type { SetName, SubjectManifest } from '#lib/network/subject.ts';
import { formatCount } from '#lib/session/words.ts';
import { LOSS_TITLES } from '#lib/network/loss.ts';
import { canonicalJson } from '#lib/digest.ts';
import { rangesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { modeTitle, normalisationTitle, seedsTitle, shapeTitle, aroundTitle } from '#lib/session/sliceTitle.ts';
import { say } from '#components/words.ts';
import { testErrorWords } from './familyWords.ts';

/** Whether two slices sample the very same points: the same centre, axes and grid, whatever is measured there. */
export function sharesCoordinates(one: SliceRecipe, other: SliceRecipe): boolean {
  const placeOf = ({ subject, centre, origin, axes, cut, curve }: SliceRecipe) => canonicalJson({ subject, centre, origin: origin ?? null, axes, cut: cut ?? null, curve: curve ?? null });
  return placeOf(one) === placeOf(other);
}

/** Under a pane: what its numbers depend on, normalisation first. */
export function captionOf(recipe: SliceRecipe, set: SetName, manifest: SubjectManifest | undefined): string {
  const count = recipe.samples.find((each) => each.set === set)?.count ?? 0;
  return [
    manifest?.title,
    manifest && testErrorWords(manifest, recipe.centre),
    `${shapeTitle(recipe, manifest)} around ${aroundTitle(recipe, manifest)}`,
    normalisationTitle(recipe) ?? '',
    seedsTitle(recipe),
    `${formatCount(count)} ${set} samples`,
    LOSS_TITLES[recipe.loss],
    modeTitle(recipe),
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');
}

type Seen = { readonly recipe: SliceRecipe; readonly set: SetName };

/** What makes a comparison void or doubtful, in words; empty where nothing does. */
export function warningsOf(seen: readonly Seen[]): readonly string[] {
  const differ = (of: (each: Seen) => unknown): boolean => new Set(seen.map((each) => JSON.stringify(of(each)) ?? '')).size > 1;
  const countOf = ({ recipe, set }: Seen) => recipe.samples.find((each) => each.set === set)?.count;
  return [
    ...(differ(({ recipe }) => normalisationTitle(recipe)) ? [say('slice.norm.mixed')] : []),
    ...(differ(countOf) ? [say('compare.samples')] : []),
    ...(differ(({ recipe }) => recipe.loss) ? [say('compare.losses')] : []),
    ...(differ(({ recipe }) => rangesOf(recipe).map(({ min, max }) => [min, max])) ? [say('compare.ranges')] : []),
  ];
}
