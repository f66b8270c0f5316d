/** The middle of the room before there is a slice: never a dead end. */
import { useState } from 'react';
import { useStore } from '#components/useStore.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { say } from '#components/words.ts';
import { draftFor, recipeOf } from '#components/panels/placeDraft.ts';
import { randomSeed } from '#components/panels/usePlaceForm.ts';
import { useRoomView, useSession } from './SessionContext.ts';
import { useMay } from './useMay.ts';
import styles from './Stage.module.css';

export function EmptyStage({ isLoading }: { readonly isLoading: boolean }) {
  const session = useSession();
  const view = useRoomView();
  const { edit, isKnown } = useMay();
  const [first] = useStore(session.catalogue);
  const [problem, setProblem] = useState<string>();
  const [isStarting, setStarting] = useState(false);

  const start = async () => {
    if (!first) return;
    setStarting(true);
    // A failure is told by the session.
    const subject = await session.loadWeights(first.id).catch(() => null);
    setStarting(false);
    if (!subject) return;
    const outcome = session.place(recipeOf(draftFor(subject, [randomSeed(), randomSeed()]), subject.manifest).recipe);
    if ('problems' in outcome) setProblem(outcome.problems.map(({ message }) => message).join(' '));
    else view.chooseSlice(outcome.sliceId);
  };

  return (
    <div className={styles.empty}>
      <svg viewBox="0 0 120 84" aria-hidden="true">
        <path d="M6 38C18 2 96-6 112 30s-8 52-56 52S-4 70 6 38Z" />
        <path d="M22 42c10-26 62-30 74-6s-6 36-40 36-42-10-34-30Z" />
        <path d="M38 46c6-14 36-18 44-4s-4 20-24 20-24-6-20-16Z" />
        <ellipse cx="60" cy="48" rx="8" ry="5" />
      </svg>
      {isLoading || !isKnown ? (
        <p role="status">{isLoading ? 'Loading the network …' : 'Opening the session …'}</p>
      ) : (
        <>
          <p>{say(edit ? 'empty.slices' : 'empty.slices.view')}</p>
          {edit && (
            <div className={styles.row}>
              <Button tone="accent" size="large" disabled={!first || isStarting} aria-busy={isStarting} onClick={() => void start()}>
                Start with two random directions
              </Button>
              <Button size="large" onClick={() => view.setPlacing(true)}>
                Place a slice
              </Button>
            </div>
          )}
          <ProblemText text={problem} />
        </>
      )}
    </div>
  );
}
