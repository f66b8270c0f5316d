/** Join by a link that carries the code, as in an invitation that is read aloud or scanned. */
import type { Metadata } from 'next';
import { connection } from 'next/server';
import { JoinForm } from '#components/home/JoinForm.tsx';
import { PlainPage } from '#components/ui/PlainPage.tsx';
import { say } from '#components/words.ts';

export const metadata: Metadata = { title: say('join.title') };

export default async function JoinByLinkPage({ params }: { readonly params: Promise<{ readonly code: string }> }) {
  await connection();
  const { code } = await params;
  return (
    <PlainPage title={say('join.title')}>
      <JoinForm initial={decodeURIComponent(code)} />
    </PlainPage>
  );
}
