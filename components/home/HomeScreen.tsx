/** The first page: a landscape at once, three ways on, and what this is in a few sentences. Drawn by the server, and whole without scripts. */
import type { ReactNode } from 'react';
import { ThemeSwitch } from '#components/ui/ThemeSwitch.tsx';
import { Wordmark } from '#components/ui/Wordmark.tsx';
import { say } from '#components/words.ts';
import { NetworkCards, type NetworkCard } from './NetworkCards.tsx';
import { StartButtons } from './StartButtons.tsx';
import styles from './HomeScreen.module.css';

type HomeScreenProps = {
  /** The landscape: a picture that the server drew, and what replaces it in a living page. */
  readonly hero: ReactNode;
  readonly networks: readonly NetworkCard[];
};

export function HomeScreen({ hero, networks }: HomeScreenProps) {
  return (
    <div className={styles.page}>
      <header className={styles.bar}>
        <Wordmark />
        <ThemeSwitch />
      </header>
      <main id="main">
        <section className={styles.hero} aria-labelledby="title">
          <div className={styles.stage}>{hero}</div>
          <div className={styles.words}>
            <h1 id="title">{say('home.title')}</h1>
            <p className={styles.sub}>{say('home.sub')}</p>
            <StartButtons />
          </div>
        </section>
        <NetworkCards networks={networks} />
        <section className={styles.below}>
          <div>
            <h2>{say('home.what')}</h2>
            <ol className={styles.sentences}>
              <li>{say('home.what.1')}</li>
              <li>{say('home.what.2')}</li>
              <li>{say('home.what.3')}</li>
            </ol>
          </div>
          <div>
            <h2>{say('home.help')}</h2>
            <div className={styles.sentences}>
              <p>{say('home.help.1')}</p>
              <p>{say('home.help.2')}</p>
            </div>
          </div>
        </section>
      </main>
      <footer className={styles.footer}>
        <a href="/conformance">{say('conformance.link')}</a>
        <a href="/walkthroughs">{say('walk.link')}</a>
      </footer>
    </div>
  );
}
