/** Lend only: one card, for a device that computes for a session and changes nothing in it. */
import type { Metadata } from 'next';
import { connection } from 'next/server';
import { LendDoor } from '#components/lend/LendDoor.tsx';
import { say } from '#components/words.ts';

export const metadata: Metadata = { title: say('lend.title') };

export default async function LendPage({ params }: { readonly params: Promise<{ readonly code: string }> }) {
  await connection();
  const { code } = await params;
  return <LendDoor code={decodeURIComponent(code)} />;
}
