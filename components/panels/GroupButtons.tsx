/** Several slices with one press: the same one under five seeds, or the figures of the notebook. Each says what all of it would cost. */
import { useState } from 'react';
import { workBeside } from '#lib/slice/families.ts';
import { hasSeeds, notebookFigures, seedGroup, USUAL_SEEDS } from '#lib/slice/groups.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { FamilyButtons } from '#components/compare/FamilyButtons.tsx';
import { formatSeconds } from '#components/durations.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';
import type { PlaceForm } from './usePlaceForm.ts';
import styles from './Panel.module.css';

/** Of the notebook's own runs. */
const NOTEBOOK_SEEDS = [228, 229] as const;

export function GroupButtons({ form: { recipe, problems, price }, subject }: { readonly form: PlaceForm; readonly subject: SubjectWeights }) {
  const session = useSession();
  const view = useRoomView();
  const catalogue = useStore(session.catalogue);
  const [refusal, setRefusal] = useState<string>();
  const figures = notebookFigures(subject.manifest, subject.id, NOTEBOOK_SEEDS);
  const isReady = problems.length === 0 && price.kind === 'known';

  /** By the rate that was measured for the slice in the form. */
  const costOf = (recipes: readonly SliceRecipe[]): string => {
    if (price.kind !== 'known') return '';
    return `, about ${formatSeconds(price.price.seconds * workBeside(recipe, recipes, (subject) => catalogue.find(({ id }) => id === subject)?.manifest))} here`;
  };
  const placeAll = async (recipes: readonly SliceRecipe[]) => {
    setRefusal(undefined);
    try {
      await session.vectors.ready(recipe);
    } catch (error) {
      return setRefusal(error instanceof Error ? error.message : String(error));
    }
    for (const each of recipes) {
      const outcome = session.place(each);
      if ('problems' in outcome) return setRefusal(outcome.problems.map(({ message }) => message).join(' '));
      if (each === recipes[0]) view.chooseSlice(outcome.sliceId);
    }
    view.setPlacing(false);
  };

  if (!hasSeeds(recipe)) return null;
  return (
    <div className={styles.row} role="group" aria-label="Place several at once">
      <Button size="small" icon="copy" disabled={!isReady} onClick={() => void placeAll(seedGroup(recipe))}>
        {USUAL_SEEDS} seeds{costOf(seedGroup(recipe))}
      </Button>
      {figures.length > 0 && (
        <Button size="small" icon="copy" disabled={!isReady} title="Lines and planes around the initial and every trained point, train and test, over −0.3 … 0.3 (Merkulov's notebook)" onClick={() => void placeAll(figures)}>
          Figures of the notebook, {figures.length} slices{costOf(figures)}
        </Button>
      )}
      <FamilyButtons recipe={recipe} isReady={isReady} costOf={costOf} />
      <ProblemText text={refusal} />
    </div>
  );
}
