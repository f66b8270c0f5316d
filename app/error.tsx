'use client';
/** What is shown when drawing a page failed: what is safe, and one way on. */
import { useEffect } from 'react';
import { Button } from '#components/ui/Button.tsx';
import { PlainPage } from '#components/ui/PlainPage.tsx';
import { say } from '#components/words.ts';

export default function ErrorPage({ error, reset }: { readonly error: Error & { readonly digest?: string }; readonly reset: () => void }) {
  useEffect(() => console.error(error), [error]);
  return (
    <PlainPage title="Something went wrong">
      <p>{error.digest === undefined ? say('err.page') : say('err.generic', { id: error.digest })}</p>
      <p>
        <code>{error.message}</code>
      </p>
      <Button tone="accent" size="large" onClick={reset}>
        Open it again
      </Button>
    </PlainPage>
  );
}
