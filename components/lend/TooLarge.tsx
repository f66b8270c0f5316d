/** Of a slice that none of the devices here can hold: that it is so, and what it takes. */
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { formatCapacity } from '#lib/session/words.ts';
import { needsOf } from '#lib/work/costCaps.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';

export function useTooLarge(sliceId: string | null): boolean {
  const tooLarge = useStore(useSession().tooLarge);
  return sliceId !== null && tooLarge.has(sliceId);
}

export function Takes({ recipe }: { readonly recipe: SliceRecipe }) {
  const catalogue = useStore(useSession().catalogue);
  const manifest = catalogue.find(({ id }) => id === recipe.subject)?.manifest;
  return manifest && say('large.takes', { what: formatCapacity(needsOf(recipe, manifest)) });
}
