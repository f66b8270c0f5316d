'use client';
/** The three ways on from the home page. A new session is opened by its link, which says how to begin (session/opening.ts). */
import { useHydrated } from '#components/useHydrated.ts';
import { Button, ButtonLink } from '#components/ui/Button.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { say } from '#components/words.ts';
import { useStart } from './useStart.ts';
import styles from './HomeScreen.module.css';

export function StartButtons() {
  const isAlive = useHydrated();
  const { busy, problem, start } = useStart();

  return (
    <div className={styles.start}>
      <div className={styles.buttons}>
        <Button tone="accent" size="large" disabled={!isAlive || busy !== null} aria-busy={busy === 'explore'} onClick={() => start('explore')}>
          {say('explore')}
        </Button>
        <Button size="large" disabled={!isAlive || busy !== null} aria-busy={busy === 'class'} onClick={() => start('class')}>
          {say('class')}
        </Button>
        <ButtonLink href="/j" size="large">
          {say('join')}
        </ButtonLink>
      </div>
      <ProblemText text={problem} />
      <noscript>{say('home.noscript')}</noscript>
    </div>
  );
}
