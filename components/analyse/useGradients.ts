/** The gradients in full space that somebody in the session had computed at points of a slice, whatever else was asked for with them. */
import { useMemo } from 'react';
import { canonicalJson } from '#lib/digest.ts';
import type { UnitOf } from '#lib/analysis/requests/requests.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';

export type GradientAt = UnitOf<'gradient'>;

/** @returns the gradient at coordinates on the slice, or undefined */
export function useGradients(recipe: SliceRecipe): (point: readonly number[]) => GradientAt | undefined {
  const views = useStore(useSession().analyses.views);
  return useMemo(() => {
    const slice = canonicalJson(recipe);
    const found = new Map<string, GradientAt>();
    for (const { record, units } of views) {
      const { request } = record;
      if (request.kind !== 'gradient' || canonicalJson(request.recipe) !== slice) continue;
      for (const { unit, result } of units) if (result) found.set(request.points[unit]!.join(' '), result as GradientAt);
    }
    return (point) => found.get(point.join(' '));
  }, [views, recipe]);
}
