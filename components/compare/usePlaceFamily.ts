/** Places the same slice of every network of a family and opens them side by side, on one scale and with one crosshair. */
import { useState } from 'react';
import { sayProblems } from '#lib/parsed.ts';
import { NO_COMPARISON } from '#lib/session/comparison.ts';
import { BY_RATIO } from '#lib/session/look.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';

export type PlaceFamily = {
  readonly place: (slices: readonly SliceRecipe[]) => Promise<void>;
  readonly isPlacing: boolean;
  /** Why it could not be placed, in words. */
  readonly refusal: string | undefined;
};

export function usePlaceFamily(): PlaceFamily {
  const session = useSession();
  const view = useRoomView();
  const [refusal, setRefusal] = useState<string>();
  const [isPlacing, setPlacing] = useState(false);

  const place = async (slices: readonly SliceRecipe[]) => {
    setRefusal(undefined);
    setPlacing(true);
    try {
      for (const { subject } of slices) await session.loadWeights(subject);
    } catch (error) {
      return setRefusal(error instanceof Error ? error.message : String(error));
    } finally {
      setPlacing(false);
    }
    const placed: string[] = [];
    for (const slice of slices) {
      const outcome = session.place(slice);
      if ('problems' in outcome) return setRefusal(sayProblems(outcome.problems));
      placed.push(outcome.sliceId);
    }
    const [first, ...others] = placed;
    const [{ set }] = slices[0]!.samples as readonly [SliceRecipe['samples'][number]];
    view.chooseSlice(first!);
    // Losses of networks that learned and of those that did not are orders of magnitude apart: only ratios show both.
    view.setLook({ ...view.look, set, colourScale: BY_RATIO.colourScale, heightScale: BY_RATIO.heightScale, range: 'auto' });
    view.setComparison({ ...NO_COMPARISON, panes: others.map((sliceId) => ({ sliceId, set })) });
    view.setPlacing(false);
  };

  return { place, isPlacing, refusal };
}
