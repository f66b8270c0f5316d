/** The frame of every page that is neither the first one nor a session: the bar, a title, what the page is for, and what stands below. It knows no session. */
import type { ReactNode } from 'react';
import { ThemeSwitch } from './ThemeSwitch.tsx';
import { Wordmark } from './Wordmark.tsx';
import styles from './PlainPage.module.css';

type PlainPageProps = {
  readonly title: string;
  /** One sentence below the title. */
  readonly what?: string;
  /** `one`: one thing in the middle of the page. `reading` and `wide`: from the top, as wide as text or as pictures. */
  readonly layout?: 'one' | 'reading' | 'wide';
  readonly children: ReactNode;
};

export function PlainPage({ title, what, layout = 'one', children }: PlainPageProps) {
  return (
    <div className={styles.page}>
      <header className={styles.bar}>
        <Wordmark />
        <ThemeSwitch />
      </header>
      <main id="main" className={styles.main} data-layout={layout}>
        <h1>{title}</h1>
        {what !== undefined && <p className={styles.what}>{what}</p>}
        {children}
      </main>
    </div>
  );
}
