/** What a card of the Analyse tab is: a question that is asked of the slice on the screen, or one that needs no slice at all. */
import type { ComponentType } from 'react';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import type { LayerSource } from '#components/landscape/layerSource.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { GeographyOutcome } from '#components/session/useTrajectory.ts';

/** The slice that is shown. `source` grows as tiles come: useGrowth draws a card again with it. */
export type SliceCardProps = {
  readonly sliceId: string;
  readonly recipe: SliceRecipe;
  readonly manifest: SubjectManifest;
  readonly source: SurfaceSource | LayerSource;
  /** Checkpoints on the slice; null until they are worked out. */
  readonly geography: GeographyOutcome | null;
};

/** What a card's element is called, for whoever wants to open it. */
export const cardElementId = (id: string): string => `analyse-${id}`;

/** A card is made only while it is open: what it computes, it computes then. */
export type AnalyseCard = { readonly id: string; readonly title: string } & (
  | { readonly needs: 'slice'; readonly isFor: (recipe: SliceRecipe, manifest: SubjectManifest) => boolean; readonly Card: ComponentType<SliceCardProps> }
  | { readonly needs: 'nothing'; readonly Card: ComponentType }
);
