/** What happened to the graphics device that is lent, wherever in the room one looks; gone when it is back, or once it is read. */
import { useState } from 'react';
import { Button } from '#components/ui/Button.tsx';
import { Icon } from '#components/ui/Icon.tsx';
import { noticeWords } from '#components/backendWords.ts';
import { useLending } from '#components/lend/useLending.ts';
import { useSession } from './SessionContext.ts';
import styles from './Room.module.css';

export function DeviceBanner() {
  const { lending } = useSession();
  const state = useLending(lending);
  const [read, setRead] = useState<string | null>(null);
  const notice = state.kind === 'helping' || state.kind === 'idle' ? state.report.notice : undefined;
  if (!notice || notice.kind === read) return null;
  return (
    <div className={styles.banner} role="status">
      <Icon name="chip" /> {noticeWords(notice)}
      <Button tone="quiet" size="small" icon="close" label="Dismiss" onClick={() => setRead(notice.kind)} />
    </div>
  );
}
