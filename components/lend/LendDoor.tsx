'use client';
/** The door from the server-drawn page to lending, as SessionDoor is to a session. */
import dynamic from 'next/dynamic';
import { PlainPage } from '#components/ui/PlainPage.tsx';
import { say } from '#components/words.ts';

const LendRoom = dynamic(() => import('./LendRoom.tsx').then(({ LendRoom: Room }) => Room), { ssr: false, loading: () => <Threshold /> });

export function LendDoor({ code }: { readonly code: string }) {
  return <LendRoom code={code} />;
}

function Threshold() {
  return (
    <PlainPage title={say('lend.title')}>
      <p role="status">Looking for the session …</p>
      <noscript>Lending happens in the browser: it needs JavaScript.</noscript>
    </PlainPage>
  );
}
