/** Every card of the Analyse tab, in the order they stand. To add one, add a line. */
import { rangesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { AnalyseCard } from './card.ts';
import { CheckpointsCard } from './CheckpointsCard.tsx';
import { CurveClassCard } from './CurveClassCard.tsx';
import { TrueLossCard } from './TrueLossCard.tsx';

const isLine = (recipe: SliceRecipe): boolean => rangesOf(recipe).length === 1 && !recipe.measure;
const always = (): boolean => true;

export const CARDS: readonly AnalyseCard[] = [
  { id: 'curve-class', title: 'Shape of this curve', needs: 'slice', isFor: isLine, Card: CurveClassCard },
  { id: 'checkpoints', title: 'Checkpoints and this slice', needs: 'slice', isFor: always, Card: CheckpointsCard },
  { id: 'true-loss', title: 'True loss of every checkpoint', needs: 'slice', isFor: always, Card: TrueLossCard },
];
