/** What the shown slice can and cannot tell, as far as it is known now: of the panel, and of every file that leaves. */
import { layoutOf } from '#lib/network/layout.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { honestyFacts, honestyLead, sliceFacts } from '#lib/session/honesty/facts.ts';
import type { HonestyFact, SpotSpread } from '#lib/session/honesty/fact.ts';
import { isAtCentre, levelsOf } from '#lib/work/levels.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { normOf } from '#lib/slice/vectors.ts';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import { geometryOf } from '#components/session/frames.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useOffPath } from '#components/session/useOffPath.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import type { GeographyOutcome } from '#components/session/useTrajectory.ts';
import { useStore } from '#components/useStore.ts';

export type Shown = { readonly sliceId: string; readonly recipe: SliceRecipe; readonly manifest: SubjectManifest; readonly source: SurfaceSource | null; readonly geography: GeographyOutcome | null };

export type Honesty = {
  readonly lead: string;
  readonly facts: readonly HonestyFact[];
  /** With what the slice is, before them: for files, which have nothing beside them. */
  readonly whole: readonly HonestyFact[];
};

/** @param spread at the centre and beside it, where it was measured */
export function useHonesty({ sliceId, recipe, manifest, source, geography }: Shown, spread: readonly (readonly SpotSpread[])[] | null = null): Honesty {
  const session = useSession();
  useGrowth(source);
  const subject = useStore(session.subjects).find(({ id }) => id === recipe.subject);
  useStore(session.vectors.loaded);
  const [set] = source?.surface.sets ?? [];
  const measured = source && set ? source.surface.counts(set) : null;
  // Asked anew with every twentieth of the picture: a helper with another backend may have come.
  const step = measured ? Math.floor((20 * measured.measured) / Math.max(1, measured.points)) : 0;
  const backends = useOffPath(sliceId, `${sliceId} ${step}`, () => session.backendsOf(sliceId)) ?? [];
  const known = geography?.kind === 'known' ? geography.geography : null;
  // The frame is kept by frames.ts: asking again costs nothing once the geography is known.
  const geometry = known && subject ? geometryOf(recipe, subject, session.vectors.of) : null;
  const catalogue = useStore(session.catalogue);
  const facts = honestyFacts({
    recipe,
    manifest,
    runs: recipe.runs?.flatMap((id) => catalogue.find((each) => each.id === id)?.manifest ?? []),
    madeOf: (digest) => session.vectors.about(digest)?.made,
    measured,
    levels: source && isAtCentre(source.surface) ? levelsOf(source.surface, recipe.samples) : null,
    backends: backends.map(({ title }) => title),
    geography: known,
    centreNorm: geometry?.ok ? normOf(geometry.value.frame.origin) : null,
    spread,
  });
  return { lead: honestyLead(recipe, layoutOf(manifest.network).size), facts, whole: [...sliceFacts(recipe, manifest, sliceId), ...facts] };
}
