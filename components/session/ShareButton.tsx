/** Shares this very view: the link is copied by the click itself; the card holds the ways to let others in. */
import { useState } from 'react';
import { shownCode } from '#lib/session/joinCode.ts';
import { Button } from '#components/ui/Button.tsx';
import { Card } from '#components/ui/Card.tsx';
import { CopyButton, copyText } from '#components/ui/CopyButton.tsx';
import { Field } from '#components/ui/Field.tsx';
import fieldStyles from '#components/ui/Field.module.css';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import { useRoomView, useSession } from './SessionContext.ts';
import { addressOf } from './useLink.ts';
import { useMay } from './useMay.ts';
import styles from './TopBar.module.css';

type ShareButtonProps = { readonly isOpen: boolean; readonly setOpen: (isOpen: boolean) => void };

export function ShareButton({ isOpen, setOpen }: ShareButtonProps) {
  const session = useSession();
  const view = useRoomView();
  const [copied, setCopied] = useState<'none' | 'copied' | 'failed'>('none');

  const share = () => {
    if (isOpen) {
      setOpen(false);
      return;
    }
    setOpen(true);
    copyText(addressOf(session, view, session.key)).then(
      () => setCopied('copied'),
      () => setCopied('failed'),
    );
  };

  return (
    <div className={styles.here}>
      <Button tone="accent" icon="share" aria-expanded={isOpen} onClick={share}>
        Share
      </Button>
      {isOpen && (
        <ShareCard
          said={copied === 'none' ? null : say(copied === 'copied' ? 'share.copied' : 'share.failed')}
          onClose={() => {
            setCopied('none');
            setOpen(false);
          }}
        />
      )}
    </div>
  );
}

function ShareCard({ said, onClose }: { readonly said: string | null; readonly onClose: () => void }) {
  const session = useSession();
  const view = useRoomView();
  const { edit } = useMay();
  const code = useStore(session.code);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
  return (
    <Card title={said === null ? say('invite.title') : 'Share'} onClose={onClose}>
      <p role="status" className={said === null ? 'aside' : ''}>
        {said}
      </p>
      <div className={styles.links}>
        {code !== null && (
          <div className={styles.link}>
            <p>
              Join at {location.host}/j with the code
            </p>
            <output className={styles.big}>{shownCode(code)}</output>
            <CopyButton text={shownCode(code)}>Copy</CopyButton>
          </div>
        )}
        {edit && <LinkField title="Link to this view, to work together" address={addressOf(session, view, session.key)} hint={say('share.edit')} />}
        <LinkField title="Link to this view, to look only" address={addressOf(session, view, null)} hint={say('share.view')} />
        {code !== null && <LinkField title="Link to lend only" address={`${location.origin}/v/${shownCode(code)}`} hint={say('share.lend')} />}
      </div>
      {isLocal && <p className={styles.warn}>{say('share.local')}</p>}
    </Card>
  );
}

function LinkField({ title, address, hint }: { readonly title: string; readonly address: string; readonly hint: string }) {
  return (
    <div className={styles.link}>
      <Field label={title}>
        {(parts) => <input {...parts} className={fieldStyles.input} readOnly value={address} onFocus={(event) => event.currentTarget.select()} />}
      </Field>
      <CopyButton text={address}>Copy</CopyButton>
      <p>{hint}</p>
    </div>
  );
}
