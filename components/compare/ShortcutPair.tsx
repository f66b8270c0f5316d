/** The field's famous pair with one press: the same slice of a network with shortcuts and of its twin without, side by side on one scale. */
import { useState } from 'react';
import { sayProblems } from '#lib/parsed.ts';
import { NO_COMPARISON } from '#lib/session/comparison.ts';
import { twinSlice, twinName } from '#lib/slice/groups.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';

type ShortcutPairProps = {
  readonly recipe: SliceRecipe;
  readonly isReady?: boolean;
  /** What both would cost, in words. */
  readonly costOf?: (recipes: readonly SliceRecipe[]) => string;
};

export function ShortcutPair({ recipe, isReady = true, costOf = () => '' }: ShortcutPairProps) {
  const session = useSession();
  const view = useRoomView();
  const { edit } = useMay();
  const catalogue = useStore(session.catalogue);
  const [refusal, setRefusal] = useState<string>();
  const name = catalogue.find(({ id }) => id === recipe.subject)?.name;
  const twin = name === undefined ? undefined : catalogue.find((each) => each.name === twinName(name));
  const other = twin ? twinSlice(recipe, twin.id, twin.manifest) : null;
  if (!edit || !twin || !other) return null;

  const place = async () => {
    setRefusal(undefined);
    try {
      await session.loadWeights(twin.id);
    } catch (error) {
      return setRefusal(error instanceof Error ? error.message : String(error));
    }
    const [first, second] = [session.place(recipe), session.place(other)];
    if ('problems' in first) return setRefusal(sayProblems(first.problems));
    if ('problems' in second) return setRefusal(sayProblems(second.problems));
    view.chooseSlice(first.sliceId);
    view.setComparison({ ...NO_COMPARISON, panes: [{ sliceId: second.sliceId, set: recipe.samples[0]!.set }] });
    view.setPlacing(false);
  };

  return (
    <>
      <Button size="small" icon="both" disabled={!isReady} title={say('pair.what')} onClick={() => void place()}>
        {say('pair.place')}
        {costOf([recipe, other])}
      </Button>
      <ProblemText text={refusal} />
    </>
  );
}
