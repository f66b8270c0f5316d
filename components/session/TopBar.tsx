/** The top of the room: what this session is, who is here, whether all is well, and how to let others in. */
import { useState } from 'react';
import { shownCode } from '#lib/session/joinCode.ts';
import { Button } from '#components/ui/Button.tsx';
import { Icon } from '#components/ui/Icon.tsx';
import { ThemeSwitch } from '#components/ui/ThemeSwitch.tsx';
import { Wordmark } from '#components/ui/Wordmark.tsx';
import { copyText } from '#components/ui/CopyButton.tsx';
import { useStore } from '#components/useStore.ts';
import { useSession } from './SessionContext.ts';
import { ConnectionBadges } from './ConnectionBadges.tsx';
import { PeopleButton } from './PeopleButton.tsx';
import { ShareButton } from './ShareButton.tsx';
import { TitleField } from './TitleField.tsx';
import { useMay } from './useMay.ts';
import styles from './TopBar.module.css';

type TopBarProps = { readonly isSharing: boolean; readonly setSharing: (isSharing: boolean) => void; readonly onShortcuts: () => void; readonly say: (message: string) => void; readonly undo: () => void; readonly redo: () => void };

export function TopBar({ isSharing, setSharing, onShortcuts, say, undo, redo }: TopBarProps) {
  const session = useSession();
  const { edit } = useMay();
  const code = useStore(session.code);
  const undoTitle = useStore(session.undoTitle);
  const redoTitle = useStore(session.redoTitle);

  return (
    <header className={styles.bar}>
      <Wordmark isShort />
      <TitleField />
      {code !== null && <CodeButton code={code} say={say} />}
      <ConnectionBadges />
      <div className={styles.actions}>
        {edit && (
          <div className={styles.history}>
            <Button tone="quiet" icon="undo" disabled={undoTitle === null} label="Undo" title={undoTitle === null ? 'Nothing to undo' : `Undo: ${undoTitle}`} onClick={undo} />
            <Button tone="quiet" icon="redo" disabled={redoTitle === null} label="Redo" title={redoTitle === null ? 'Nothing to redo' : `Redo: ${redoTitle}`} onClick={redo} />
          </div>
        )}
        <PeopleButton />
        <div className={styles.extra}>
          <Button tone="quiet" icon="keyboard" label="Keyboard shortcuts" onClick={onShortcuts} />
          <ThemeSwitch />
        </div>
        <ShareButton isOpen={isSharing} setOpen={setSharing} />
      </div>
    </header>
  );
}

function CodeButton({ code, say }: { readonly code: string; readonly say: (message: string) => void }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    copyText(shownCode(code)).then(
      () => {
        setCopied(true);
        say('Code copied.');
        setTimeout(() => setCopied(false), 2000);
      },
      (error: unknown) => say(`The code could not be copied: ${error instanceof Error ? error.message : String(error)}`),
    );
  };
  return (
    <button type="button" className={styles.code} onClick={copy} title="Copy the code that others join with">
      <span className="aside">Session code, click to copy: </span>
      {shownCode(code)}
      <Icon name={isCopied ? 'check' : 'copy'} />
    </button>
  );
}
