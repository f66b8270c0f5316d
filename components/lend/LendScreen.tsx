/** The lend-only card: what this device helps with, its controls, and the picture with its own points glowing. No way to change anything. */
import { useEffect } from 'react';
import type { SliceRecord } from '#lib/session/document.ts';
import type { Pointer } from '#lib/session/pointer.ts';
import { PlainPage } from '#components/ui/PlainPage.tsx';
import { ConnectionBadges } from '#components/session/ConnectionBadges.tsx';
import { useSession } from '#components/session/SessionContext.ts';
import { useGrowth, useSurface } from '#components/session/useSurface.ts';
import { sliceTitle } from '#lib/session/sliceTitle.ts';
import { useStore } from '#components/useStore.ts';
import { plural, say } from '#components/words.ts';
import { LenderControls } from './LenderControls.tsx';
import { MiniMap } from './MiniMap.tsx';
import { Receives } from './Receives.tsx';
import { useContribution, type Contribution } from './useContribution.ts';
import reading from '#components/ui/Reading.module.css';
import styles from './Lend.module.css';

export function LendScreen() {
  const session = useSession();
  const title = useStore(session.title);
  const people = useStore(session.people);
  const slices = useStore(session.slices);
  const pointers = useStore(session.pointers);
  const sliceId = watched(slices, pointers);
  const contribution = useContribution(session, sliceId);
  // The page has it open, so its tiles are fetched.
  useEffect(() => session.point({ slice: sliceId, at: null }), [session, sliceId]);
  return (
    <PlainPage title={title === '' ? say('lend.title') : `${say('lend.title')} ${say('lend.for', { title })}`} layout="reading">
      <div>
        <p>
          {plural(people.size, 'person', 'people')} here, you included. <a href={`/s/${session.id}`}>{say('lend.open')}</a>
        </p>
        <ConnectionBadges />
      </div>
      <div className={`${reading.framed} ${styles.card}`}>
        <LenderControls contribution={contribution?.words ?? null} isMore={contribution?.isMore === true} mayPlace={false} />
        <Figure sliceId={sliceId} contribution={contribution} />
      </div>
      <div className={styles.plain}>
        <p>{say('lend.why')}</p>
        <p>{say('lend.ask')}</p>
        <p><Receives /></p>
      </div>
    </PlainPage>
  );
}

type FigureProps = { readonly sliceId: string | null; readonly contribution: Contribution | null };

function Figure({ sliceId, contribution }: FigureProps) {
  const session = useSession();
  const source = useSurface(session.surfaces, sliceId);
  const version = useGrowth(source);
  const catalogue = useStore(session.catalogue);
  if (!source || !contribution) return <p className={reading.soft}>{say('lend.map.none')}</p>;
  const manifest = catalogue.find(({ id }) => id === source.recipe.subject)?.manifest;
  return (
    <figure className={styles.figure}>
      <MiniMap source={source} version={version} mine={contribution.tiles} points={contribution.points} />
      <figcaption>{say(contribution.points === 0 ? 'lend.map.others' : 'lend.map', { title: sliceTitle(source.recipe, manifest) })}</figcaption>
    </figure>
  );
}

/** What most people look at; where nobody looks, what was placed last. */
function watched(slices: ReadonlyMap<string, SliceRecord>, pointers: ReadonlyMap<string, Pointer>): string | null {
  const open = [...slices].filter(([, { isPutAway }]) => !isPutAway);
  const viewers = new Map<string, number>();
  for (const { slice } of pointers.values()) if (slice !== null) viewers.set(slice, (viewers.get(slice) ?? 0) + 1);
  const ranked = open.toSorted(([one, first], [other, second]) => (viewers.get(other) ?? 0) - (viewers.get(one) ?? 0) || second.at - first.at);
  return ranked[0]?.[0] ?? null;
}
