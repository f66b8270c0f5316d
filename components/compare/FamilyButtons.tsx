/** The field's famous comparisons with one press: the same slice of every network of a family that this one is of, side by side on one scale. */
import { familiesIn, familySlices } from '#lib/slice/families.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import { familyTitle } from './familyWords.ts';
import { usePlaceFamily } from './usePlaceFamily.ts';

type FamilyButtonsProps = {
  readonly recipe: SliceRecipe;
  readonly isReady?: boolean;
  /** What all would cost, in words. */
  readonly costOf?: (recipes: readonly SliceRecipe[]) => string;
};

export function FamilyButtons({ recipe, isReady = true, costOf = () => '' }: FamilyButtonsProps) {
  const session = useSession();
  const { edit } = useMay();
  const catalogue = useStore(session.catalogue);
  const { place, isPlacing, refusal } = usePlaceFamily();
  if (!edit) return null;
  return (
    <>
      {familiesIn(catalogue).flatMap((family) => {
        const slices = family.members.some(({ id }) => id === recipe.subject) ? familySlices(recipe, family) : null;
        return slices
          ? [
              <Button key={family.members.map(({ id }) => id).join()} size="small" icon="both" disabled={!isReady || isPlacing} title={say('family.what')} onClick={() => void place(slices)}>
                {familyTitle(family)}
                {costOf(slices)}
              </Button>,
            ]
          : [];
      })}
      <ProblemText text={refusal} />
    </>
  );
}
