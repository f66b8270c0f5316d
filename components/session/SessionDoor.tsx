'use client';
/** The only door from the server-drawn page to the living session: Yjs, sockets and WebGL stay out of the server's drawing. */
import dynamic from 'next/dynamic';
import { Wordmark } from '#components/ui/Wordmark.tsx';
import styles from './SessionDoor.module.css';

const SessionRoom = dynamic(() => import('./SessionRoom.tsx').then(({ SessionRoom: Room }) => Room), { ssr: false, loading: () => <Threshold /> });

export function SessionDoor({ sessionId }: { readonly sessionId: string }) {
  return <SessionRoom sessionId={sessionId} />;
}

function Threshold() {
  return (
    <main id="main" className={styles.threshold}>
      <Wordmark />
      <p role="status">Opening the session …</p>
      <noscript>A session lives in the browser: it needs JavaScript.</noscript>
    </main>
  );
}
