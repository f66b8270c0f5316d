'use client';
/** Copies a text and says so for a moment; says what to do where the browser refuses. */
import { useEffect, useState } from 'react';
import { say } from '#components/words.ts';
import { Button } from './Button.tsx';

const SAID_MS = 2500;

type Outcome = 'none' | 'copied' | 'failed';

type CopyButtonProps = {
  readonly text: string;
  readonly children: string;
  readonly size?: 'small' | 'medium';
  /** What is said once it is copied; about a link where absent. */
  readonly said?: string;
};

export function CopyButton({ text, children, size = 'medium', said = say('share.copied') }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<Outcome>('none');

  useEffect(() => {
    if (outcome === 'none') return undefined;
    const timer = setTimeout(() => setOutcome('none'), SAID_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = () => {
    copyText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    );
  };

  return (
    <>
      <Button size={size} icon={outcome === 'copied' ? 'check' : 'copy'} onClick={copy}>
        {outcome === 'copied' ? 'Copied' : children}
      </Button>
      <span role="status" className={outcome === 'failed' ? '' : 'aside'}>
        {outcome === 'copied' ? said : outcome === 'failed' ? say('share.failed') : ''}
      </span>
    </>
  );
}

/** Rejects where the page is not served securely or the browser denies it. */
export async function copyText(text: string): Promise<void> {
  if (!('clipboard' in navigator)) throw new Error('this browser gives no clipboard to pages served without HTTPS');
  await navigator.clipboard.writeText(text);
}
