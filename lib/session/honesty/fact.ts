/** A fact of a picture in words, and all that such facts are made of. */
import type { Geography } from '#lib/analysis/checkpointsOnSlice.ts';
import type { Spread } from '#lib/analysis/sampleSpread.ts';
import type { SetName, SubjectManifest } from '#lib/network/subject.ts';
import type { Level } from '#lib/work/levels.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { MadeOf } from './vectorMade.ts';

export type HonestyFact = {
  readonly title: string;
  readonly text: string;
  /** What it means, where the number alone does not say. */
  readonly note?: string | undefined;
  readonly isWarning?: boolean | undefined;
};

/** The level at a point and how far it is from the first, over the same samples. */
export type SpotSpread = { readonly set: SetName; readonly level: Spread; readonly change: Spread };

export type HonestyInput = {
  readonly recipe: SliceRecipe;
  readonly manifest: SubjectManifest;
  /** The other networks that the recipe names, in its order; absent where it names none. */
  readonly runs?: readonly SubjectManifest[] | undefined;
  readonly madeOf: MadeOf;
  readonly measured: { readonly points: number; readonly measured: number; readonly verified: number } | null;
  /** Where samples come shard by shard: how many are in, and how sure the level at the centre is, as measured. */
  readonly levels?: readonly Level[] | null;
  /** In words, most tiles first. */
  readonly backends: readonly string[];
  /** Axes and checkpoints; null until they are worked out. */
  readonly geography: Geography | null;
  /** ‖θ‖ at the centre. */
  readonly centreNorm: number | null;
  /** The centre, then the point beside it; null until they were looked at. */
  readonly spread: readonly (readonly SpotSpread[])[] | null;
};
