/** Whose paths stand on a slice, for the key of its picture: each network with its colour, and who first placed a slice with it in this session. */
import type { RunSign } from '#components/landscape/Key.tsx';
import { PATH_COLOUR, type RunMarks } from '#components/landscape/marks.ts';
import { useStore } from '#components/useStore.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { useSession } from './SessionContext.ts';

/** Empty for a slice of one network. */
export function useRunSigns(recipe: SliceRecipe | null, runs: readonly RunMarks[]): readonly RunSign[] {
  const session = useSession();
  const slices = useStore(session.slices);
  const catalogue = useStore(session.catalogue);
  if (!recipe || runs.length === 0) return [];
  const own = catalogue.find(({ id }) => id === recipe.subject)?.manifest.title ?? '';
  // In the order in which they were placed.
  const bringerOf = (id: string) => [...slices.values()].find((each) => each.recipe.subject === id || each.recipe.runs?.includes(id))?.byName ?? '';
  return [{ id: recipe.subject, title: own, colour: PATH_COLOUR }, ...runs].map(({ id, title, colour }) => ({ id, title, colour, by: bringerOf(id) }));
}
