'use client';
/** The networks that a session can begin with: what each is, how large, and what it is measured on. */
import { useHydrated } from '#components/useHydrated.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { say } from '#components/words.ts';
import { useStart } from './useStart.ts';
import styles from './NetworkCards.module.css';

export type NetworkCard = { readonly name: string; readonly title: string; readonly summary: string; readonly facts: string };

export function NetworkCards({ networks }: { readonly networks: readonly NetworkCard[] }) {
  const isAlive = useHydrated();
  const { busy, problem, start } = useStart();
  return (
    <section className={styles.section} aria-labelledby="networks-title">
      <h2 id="networks-title">{say('home.networks')}</h2>
      <ul className={styles.cards}>
        {networks.map(({ name, title, summary, facts }) => (
          <li key={name} className={styles.card}>
            <h3>{title}</h3>
            <p className={styles.summary}>{summary}</p>
            <p className={styles.facts}>{facts}</p>
            <Button size="small" label={`Open ${title}`} disabled={!isAlive || busy !== null} aria-busy={busy === name} onClick={() => start('explore', name)}>
              Open
            </Button>
          </li>
        ))}
      </ul>
      <ProblemText text={problem} />
    </section>
  );
}
