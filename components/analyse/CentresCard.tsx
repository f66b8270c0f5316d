/** The same slice around another checkpoint: same directions, samples and range, so that only the place differs; priced, and put side by side. */
import { useState } from 'react';
import type { Problem } from '#lib/parsed.ts';
import { rangesOf, sliceIdOf } from '#lib/slice/recipe.ts';
import { MOST_PANES, NO_COMPARISON, isSamePane } from '#lib/session/comparison.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import { useMay } from '#components/session/useMay.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { priceWords, useSlicePrice } from './useSlicePrice.ts';
import { useShownSet } from './useShownSet.ts';

export function CentresCard({ recipe, manifest, source }: SliceCardProps) {
  const session = useSession();
  const view = useRoomView();
  const { edit } = useMay();
  const slices = useStore(session.slices);
  const set = useShownSet(source);
  const centres = manifest.checkpoints.filter(({ id }) => id !== recipe.centre);
  const [centre, setCentre] = useState(centres.find(({ id }) => id === 'initial')?.id ?? centres[0]?.id ?? recipe.centre);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const other = { ...recipe, centre };
  const otherId = sliceIdOf(other);
  const isPlaced = slices.get(otherId)?.isPutAway === false;
  const price = useSlicePrice(edit && !isPlaced ? other : null);

  const show = () => {
    if (!isPlaced) {
      const outcome = session.place(other);
      if ('problems' in outcome) return setProblems(outcome.problems);
    }
    setProblems([]);
    const pane = { sliceId: otherId, set };
    const kept = view.comparison.panes.filter((each) => !isSamePane(each, pane)).slice(0, MOST_PANES - 1);
    return view.setComparison({ ...NO_COMPARISON, ...view.comparison, panes: [...kept, pane] });
  };

  return (
    <>
      <Select label="Around" value={centre} options={centres.map(({ id, title }) => ({ value: id, title }))} onChange={setCentre} />
      <div className={panel.row}>
        {(edit || isPlaced) && (
          <Button size="small" icon={isPlaced ? 'layers' : 'plus'} onClick={show}>
            {isPlaced ? 'Show it beside this one' : 'Place it beside this one'}
          </Button>
        )}
        {edit && !isPlaced && (
          <span role="status" className={`${panel.small} ${panel.soft}`}>
            {priceWords(price)}
          </span>
        )}
      </div>
      {problems.map(({ path, message }) => (
        <ProblemText key={path + message} text={message} />
      ))}
      <p className={`${panel.small} ${panel.soft}`}>{say(rangesOf(recipe).length === 1 ? 'centres.what.line' : 'centres.what')}</p>
    </>
  );
}
