'use client';
/** The page of walk-throughs: one method behind each tab, everything computed on this device. */
import { useState } from 'react';
import { Tabs } from '#components/ui/Tabs.tsx';
import { ThemeSwitch } from '#components/ui/ThemeSwitch.tsx';
import { Wordmark } from '#components/ui/Wordmark.tsx';
import { say } from '#components/words.ts';
import { EmbeddingWalk } from './EmbeddingWalk.tsx';
import { ImageWalk } from './ImageWalk.tsx';
import { MatrixWalk } from './MatrixWalk.tsx';
import styles from './Walkthroughs.module.css';

const TABS = [
  { id: 'matrix', title: 'SVD, step by step' },
  { id: 'image', title: 'An image of low rank' },
  { id: 'embedding', title: 'Where PCA fails' },
] as const;
type TabId = (typeof TABS)[number]['id'];

export function WalkthroughsScreen({ landscape }: { readonly landscape: readonly (readonly number[])[] }) {
  const [tab, setTab] = useState<TabId>('matrix');
  return (
    <div className={styles.page}>
      <header className={styles.bar}>
        <Wordmark />
        <ThemeSwitch />
      </header>
      <main id="main" className={styles.main}>
        <h1>{say('walk.title')}</h1>
        <p className={styles.what}>{say('walk.what')}</p>
        <Tabs label="Walk-throughs" items={TABS} chosen={tab} onChoose={setTab}>
          {tab === 'matrix' && <MatrixWalk />}
          {tab === 'image' && <ImageWalk landscape={landscape} />}
          {tab === 'embedding' && <EmbeddingWalk />}
        </Tabs>
      </main>
    </div>
  );
}
