/** A page with one thing on it: a title, a few words, one action. */
import type { ReactNode } from 'react';
import { Wordmark } from './Wordmark.tsx';
import styles from './PlainPage.module.css';

export function PlainPage({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className={styles.page}>
      <header className={styles.bar}>
        <Wordmark />
      </header>
      <main id="main" className={styles.main}>
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
