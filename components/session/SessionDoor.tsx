'use client';
/** The only door from the server-drawn page to the living session: Yjs, sockets and WebGL stay out of the server's drawing. */
import dynamic from 'next/dynamic';
import { Threshold } from './Threshold.tsx';

const SessionRoom = dynamic(() => import('./SessionRoom.tsx').then(({ SessionRoom: Room }) => Room), { ssr: false, loading: () => <Threshold /> });

export function SessionDoor({ sessionId }: { readonly sessionId: string }) {
  return <SessionRoom sessionId={sessionId} />;
}
