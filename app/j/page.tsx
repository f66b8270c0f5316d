/** Join a session by its code. */
import type { Metadata } from 'next';
import { connection } from 'next/server';
import { JoinForm } from '#components/home/JoinForm.tsx';
import { PlainPage } from '#components/ui/PlainPage.tsx';
import { say } from '#components/words.ts';

export const metadata: Metadata = { title: say('join.title') };

export default async function JoinPage() {
  await connection();
  return (
    <PlainPage title={say('join.title')}>
      <JoinForm />
    </PlainPage>
  );
}
