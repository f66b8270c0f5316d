/** What is shown where nothing is. */
import { connection } from 'next/server';
import { ButtonLink } from '#components/ui/Button.tsx';
import { PlainPage } from '#components/ui/PlainPage.tsx';
import { say } from '#components/words.ts';

export default async function NotFound() {
  await connection();
  return (
    <PlainPage title={say('missing.title')}>
      <p>{say('missing.text')}</p>
      <ButtonLink href="/" tone="accent" size="large">
        To the first page
      </ButtonLink>
    </PlainPage>
  );
}
