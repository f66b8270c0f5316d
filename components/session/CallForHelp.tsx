/** Over a picture that nobody computes yet: the one thing to do, and, on asking, what it costs. Gone as soon as somebody computes. */
import { useState } from 'react';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { formatSeconds } from '#components/durations.ts';
import { gridTitle, samplesTitle } from '#lib/session/sliceTitle.ts';
import { Button } from '#components/ui/Button.tsx';
import { Receives } from '#components/lend/Receives.tsx';
import { Takes, useTooLarge } from '#components/lend/TooLarge.tsx';
import { useLending } from '#components/lend/useLending.ts';
import { useLendsTo } from '#components/lend/useLendsTo.ts';
import { say } from '#components/words.ts';
import { useSession } from './SessionContext.ts';
import { useMay } from './useMay.ts';
import { isUntouched, type Job } from './useJob.ts';
import styles from './CallForHelp.module.css';

type CallForHelpProps = { readonly job: Job | null; readonly sliceId: string | null; readonly recipe: SliceRecipe; readonly placedBy: string | undefined };

export function CallForHelp({ job, sliceId, recipe, placedBy }: CallForHelpProps) {
  const { lending } = useSession();
  const state = useLending(lending);
  const isForThis = useLendsTo(placedBy);
  const isTooLarge = useTooLarge(sliceId);
  if (job?.measured === 0 && isTooLarge) {
    return (
      <section className={styles.call} data-no-picture="" aria-label={say('large.title')}>
        <h2>{say('large.title')}</h2>
        <p>
          <Takes recipe={recipe} /> {say('large.until')}
        </p>
        {state.kind === 'off' && (
          <Button tone="accent" size="large" icon="chip" onClick={() => lending.start()}>
            {say('call.compute')}
          </Button>
        )}
      </section>
    );
  }
  if (!job || !isUntouched(job)) return null;
  switch (state.kind) {
    case 'off':
      return (
        <section className={styles.call} data-no-picture="" aria-label="Waiting for helpers">
          <h2>{say('call.title')}</h2>
          <p>{say('lend.ask')}</p>
          <Button tone="accent" size="large" icon="chip" onClick={() => lending.start()}>
            {say('call.compute')}
          </Button>
          <Cost recipe={recipe} />
        </section>
      );
    case 'starting':
      return (
        <p className={styles.call} data-no-picture="" role="status">
          {say('lend.starting')}
        </p>
      );
    case 'unable':
      return (
        <section className={styles.call} data-no-picture="" aria-label="Waiting for helpers">
          <h2>{say('call.unable')}</h2>
          <p>{state.reason}</p>
        </section>
      );
    case 'helping':
    case 'idle':
      return isForThis ? null : (
        <section className={styles.call} data-no-picture="" aria-label="Waiting for helpers">
          <h2>{say('call.title')}</h2>
          <p>{say('call.own')}</p>
          <Button tone="accent" size="large" onClick={() => lending.setHelps('everyone')}>
            {say('lend.everyone')}
          </Button>
        </section>
      );
  }
}

/** In place of a call: a slice that was put away is computed no further until somebody brings it back. */
export function PutAway({ recipe }: { readonly recipe: SliceRecipe }) {
  const session = useSession();
  const { edit } = useMay();
  return (
    <section className={styles.call} data-no-picture="" aria-label={say('away.title')}>
      <h2>{say('away.title')}</h2>
      <p>{say('away.text')}</p>
      {edit && (
        <Button tone="accent" icon="undo" onClick={() => void session.place(recipe)}>
          {say('away.back')}
        </Button>
      )}
    </section>
  );
}

/** Worked out only on asking: the rate is measured by a short probe. */
function Cost({ recipe }: { readonly recipe: SliceRecipe }) {
  const session = useSession();
  const [said, setSaid] = useState<string | null>(null);
  const ask = () => {
    setSaid(say('price.working'));
    session.price(recipe).then(
      ({ seconds }) => setSaid(say('price.before', { grid: gridTitle(recipe), samples: samplesTitle(recipe), local: formatSeconds(seconds) })),
      (error: unknown) => setSaid(error instanceof Error ? error.message : String(error)),
    );
  };
  if (said === null) {
    return (
      <Button tone="quiet" size="small" onClick={ask}>
        {say('call.cost')}
      </Button>
    );
  }
  return (
    <div className={styles.cost} role="status">
      <p>{said}</p>
      <p><Receives /></p>
    </div>
  );
}
