/** What the server or this page has to say, until it is read. */
import { useState } from 'react';
import { sayProblems } from '#lib/parsed.ts';
import { Button } from '#components/ui/Button.tsx';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import { useRoomView, useSession } from './SessionContext.ts';
import styles from './Room.module.css';

export function Notices({ said }: { readonly said: string }) {
  const session = useSession();
  const notices = useStore(session.notices);
  const slices = useStore(session.slices);
  const { opened, sliceId } = useRoomView();
  const [read, setRead] = useState<typeof opened | null>(null);
  const isRead = read === opened;
  const unread = [
    ...(opened.problems.length > 0 ? [say('link.unread', { problems: sayProblems(opened.problems) })] : []),
    // Slices arrive together: where there is one, the one of the link would be there as well.
    ...(opened.slice !== null && slices.size > 0 && !slices.has(opened.slice) && sliceId !== null ? [say('link.slice')] : []),
  ];
  return (
    <div className={styles.notices}>
      {notices.map((notice) => (
        <div key={notice.message} role="alert" className={styles.notice}>
          <span>{notice.message}</span>
          <Button tone="quiet" size="small" icon="close" label="Dismiss" onClick={() => session.dismissNotice(notice)} />
        </div>
      ))}
      {!isRead && unread.map((message) => (
        <div key={message} role="alert" className={styles.notice}>
          <span>{message}</span>
          <Button tone="quiet" size="small" icon="close" label="Dismiss" onClick={() => setRead(opened)} />
        </div>
      ))}
      <p role="status" className={styles.said}>
        {said}
      </p>
    </div>
  );
}
