/** Can you trust this? Short answers to what people ask of such pictures, each with the thing on this very slice that shows it. */
import { rangesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { formatCount, formatLoss } from '#lib/session/words.ts';
import { hasSeeds } from '#lib/slice/groups.ts';
import { useRoomView } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import type { View } from '#components/session/useView.ts';
import { Button } from '#components/ui/Button.tsx';
import { say, type WordKey } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { cardElementId, type SliceCardProps } from './card.ts';

type Asked = Pick<SliceCardProps, 'recipe' | 'manifest' | 'source'>;

type Question = {
  readonly ask: WordKey;
  readonly answer: WordKey | ((of: Asked) => WordKey);
  readonly button: string;
  readonly isFor?: (of: Asked) => boolean;
  readonly show: (view: View) => void;
};

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
  { axes: 'One direction', names: 'α says', along: 'along it', dimensions: 'one' },
  { axes: 'Two directions', names: 'α and β say', along: 'along each', dimensions: 'two' },
  { axes: 'Three directions', names: 'α, β and γ say', along: 'along each', dimensions: 'three' },
] as const;
const CURVE_AXES = { axes: 'One trained curve', names: 't says', along: 'along it', dimensions: 'one' } as const;
const CUT_AXES = { axes: 'A plane inside three directions', names: 'u and v say', along: 'on it, each way', dimensions: 'two' } as const;

const axesOf = (recipe: SliceRecipe) => (recipe.curve ? CURVE_AXES : recipe.cut ? CUT_AXES : AXES[rangesOf(recipe).length - 1]);

const isRandom = ({ recipe: { axes } }: Asked): boolean => axes.every(({ direction }) => direction.kind === 'random');
const isPlane = ({ recipe }: Asked): boolean => rangesOf(recipe).length === 2;
const isFlat = ({ recipe }: Asked): boolean => rangesOf(recipe).length < 3;

/** How many times the lowest measured loss the highest is; null where nothing is measured, or the lowest is zero. */
function reachOf({ source }: Asked): number | null {
  const range = source.surface.range(source.surface.sets[0]!);
  return range && range.min > 0 ? range.max / range.min : null;
}

const QUESTIONS: readonly Question[] = [
  { ask: 'trust.real', answer: 'trust.real.answer', button: 'What was measured, and how', show: (view) => view.setTab('slice') },
  { ask: 'trust.axes', answer: 'trust.axes.answer', button: 'Directions, norms, angle', show: (view) => view.setTab('slice') },
  { ask: 'trust.log', answer: 'trust.log.answer', button: 'Switch the colours', isFor: (of) => reachOf(of) !== null, show: (view) => view.setLook({ ...view.look, colourScale: view.look.colourScale === 'log' ? 'linear' : 'log' }) },
  { ask: 'trust.dimensions', answer: ({ manifest }) => (manifest.trajectory.length > 1 ? 'trust.dimensions.path' : 'trust.dimensions.answer'), button: 'How far checkpoints lie outside', show: openCard('checkpoints') },
  { ask: 'trust.seed', answer: 'trust.seed.answer', button: 'The same slice, other seeds', isFor: (of) => isFlat(of) && hasSeeds(of.recipe), show: openCard('seeds') },
  { ask: 'trust.eigen', answer: 'trust.eigen.answer', button: 'Extreme eigenvectors', isFor: isRandom, show: openCard('spectrum') },
  { ask: 'trust.bowl', answer: 'trust.bowl.answer', button: 'Bowl, saddle or dome', isFor: isPlane, show: (view) => view.setOverlays({ ...view.overlays, isBendShown: true }) },
  { ask: 'trust.minimum', answer: 'trust.minimum.answer', button: 'Low points, checked in full space', show: openCard('lows') },
  { ask: 'trust.flat', answer: 'trust.flat.answer', button: 'Rescale a layer', isFor: isFlat, show: openCard('rescale') },
];

export function TrustCard({ recipe, manifest, source }: SliceCardProps) {
  const view = useRoomView();
  useGrowth(source);
  const of = { recipe, manifest, source };
  const values = { p: formatCount(layoutOf(manifest.network).size), reach: formatLoss(reachOf(of) ?? 1), ...axesOf(recipe) };
  return (
    <ul className={panel.list}>
      {QUESTIONS.filter(({ isFor }) => isFor === undefined || isFor(of)).map(({ ask, answer, button, show }) => (
        <li key={ask} className={panel.card}>
          <strong>{say(ask)}</strong>
          <p className={panel.small}>{say(typeof answer === 'string' ? answer : answer(of), values)}</p>
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
