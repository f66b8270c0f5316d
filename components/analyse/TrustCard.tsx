/** Can you trust this? Short answers to what people ask of such pictures, each with the thing on this very slice that shows it. */
import { rangesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { formatCount } from '#lib/session/words.ts';
import { useRoomView } from '#components/session/SessionContext.ts';
import type { View } from '#components/session/useView.ts';
import { Button } from '#components/ui/Button.tsx';
import { say, type WordKey } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { cardElementId, type SliceCardProps } from './card.ts';

type Question = { readonly ask: WordKey; readonly answer: WordKey; readonly button: string; readonly isFor?: (recipe: SliceRecipe) => boolean; readonly show: (view: View) => void };

/** Opens a card of this panel and brings it into sight. */
const openCard = (id: string) => (): void => {
  const element = document.getElementById(cardElementId(id));
  if (!(element instanceof HTMLDetailsElement)) return;
  element.open = true;
  element.scrollIntoView({ block: 'start' });
  element.querySelector('summary')?.focus();
};

/** By how many dimensions the slice has. */
const AXES = [
  { axes: 'One direction', names: 'α says', dimensions: 'one' },
  { axes: 'Two directions', names: 'α and β say', dimensions: 'two' },
  { axes: 'Three directions', names: 'α, β and γ say', dimensions: 'three' },
] as const;

const isRandom = ({ axes }: SliceRecipe): boolean => axes[0]?.direction.kind === 'random';
const isPlane = (recipe: SliceRecipe): boolean => rangesOf(recipe).length === 2;

const QUESTIONS: readonly Question[] = [
  { ask: 'trust.real', answer: 'trust.real.answer', button: 'What was measured, and how', show: (view) => view.setTab('slice') },
  { ask: 'trust.axes', answer: 'trust.axes.answer', button: 'Directions, norms, angle', show: (view) => view.setTab('slice') },
  { ask: 'trust.log', answer: 'trust.log.answer', button: 'Switch the colours', show: (view) => view.setLook({ ...view.look, colourScale: view.look.colourScale === 'log' ? 'linear' : 'log' }) },
  { ask: 'trust.dimensions', answer: 'trust.dimensions.answer', button: 'How far checkpoints lie outside', show: openCard('checkpoints') },
  { ask: 'trust.seed', answer: 'trust.seed.answer', button: 'The same line along other seeds', isFor: isRandom, show: openCard('seeds') },
  { ask: 'trust.eigen', answer: 'trust.eigen.answer', button: 'The plane of the extreme eigenvectors', show: openCard('spectrum') },
  { ask: 'trust.bowl', answer: 'trust.bowl.answer', button: 'Bowl, saddle or dome', isFor: isPlane, show: (view) => view.setOverlays({ ...view.overlays, isBendShown: true }) },
  { ask: 'trust.minimum', answer: 'trust.minimum.answer', button: 'Low points, checked in full space', show: openCard('lows') },
  { ask: 'trust.flat', answer: 'trust.flat.answer', button: 'Rescale a layer', show: openCard('rescale') },
];

export function TrustCard({ recipe, manifest }: SliceCardProps) {
  const view = useRoomView();
  return (
    <ul className={panel.list}>
      {QUESTIONS.filter(({ isFor }) => isFor === undefined || isFor(recipe)).map(({ ask, answer, button, show }) => (
        <li key={ask} className={panel.card}>
          <strong>{say(ask)}</strong>
          <p className={panel.small}>{say(answer, { p: formatCount(layoutOf(manifest.network).size), ...AXES[rangesOf(recipe).length - 1] })}</p>
          <div className={panel.row}>
            <Button size="small" icon="eye" onClick={() => show(view)}>
              {button}
            </Button>
          </div>
        </li>
      ))}
    </ul>
  );
}
