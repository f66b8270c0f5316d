'use client';
/** The hero of the first page: the server's picture until the living one has something to show, then that. */
import dynamic from 'next/dynamic';
import { useCallback, useState, type ReactNode } from 'react';
import styles from './HomeScreen.module.css';

const LiveDemo = dynamic(() => import('./LiveDemo.tsx').then(({ LiveDemo: Demo }) => Demo), { ssr: false });

type HomeHeroProps = {
  /** The network that is shown, and the recipe of the picture, so that the living one is the same. */
  readonly name: string;
  readonly recipe: unknown;
  readonly children: ReactNode;
};

export function HomeHero({ name, recipe, children }: HomeHeroProps) {
  const [isAlive, setAlive] = useState(false);
  const onAlive = useCallback(() => setAlive(true), []);
  return (
    <>
      <div className={isAlive ? `${styles.first} ${styles.hidden}` : styles.first} aria-hidden={isAlive}>
        <div className={styles.tilted}>{children}</div>
      </div>
      <LiveDemo name={name} recipe={recipe} onAlive={onAlive} />
    </>
  );
}
