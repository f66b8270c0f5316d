/** A session: reads the id and opens the door. Everything behind it lives in the browser. */
import type { Metadata } from 'next';
import { connection } from 'next/server';
import { SessionDoor } from '#components/session/SessionDoor.tsx';

export const metadata: Metadata = { title: 'Session' };

export default async function SessionPage({ params }: { readonly params: Promise<{ readonly sessionId: string }> }) {
  await connection();
  const { sessionId } = await params;
  return <SessionDoor sessionId={sessionId} />;
}
