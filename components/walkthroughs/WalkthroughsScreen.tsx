'use client';
/** The page of walk-throughs: one method behind each tab, everything computed on this device. */
import { useState } from 'react';
import { PlainPage } from '#components/ui/PlainPage.tsx';
import { Tabs } from '#components/ui/Tabs.tsx';
import { say } from '#components/words.ts';
import { EmbeddingWalk } from './EmbeddingWalk.tsx';
import { ImageWalk } from './ImageWalk.tsx';
import { MatrixWalk } from './MatrixWalk.tsx';

const TABS = [
  { id: 'matrix', title: 'SVD, step by step' },
  { id: 'image', title: 'An image of low rank' },
  { id: 'embedding', title: 'Where PCA fails' },
] as const;
type TabId = (typeof TABS)[number]['id'];

export function WalkthroughsScreen({ landscape }: { readonly landscape: readonly (readonly number[])[] }) {
  const [tab, setTab] = useState<TabId>('matrix');
  return (
    <PlainPage title={say('walk.title')} what={say('walk.what')} layout="wide">
      <Tabs label="Walk-throughs" items={TABS} chosen={tab} onChoose={setTab}>
        {tab === 'matrix' && <MatrixWalk />}
        {tab === 'image' && <ImageWalk landscape={landscape} />}
        {tab === 'embedding' && <EmbeddingWalk />}
      </Tabs>
    </PlainPage>
  );
}
