/** What the server or this page has to say, until it is read. */
import { Button } from '#components/ui/Button.tsx';
import { useStore } from '#components/useStore.ts';
import { useSession } from './SessionContext.ts';
import styles from './Room.module.css';

export function Notices({ said }: { readonly said: string }) {
  const session = useSession();
  const notices = useStore(session.notices);
  return (
    <div className={styles.notices}>
      {notices.map((notice) => (
        <div key={notice.message} role="alert" className={styles.notice}>
          <span>{notice.message}</span>
          <Button tone="quiet" size="small" icon="close" label="Dismiss" onClick={() => session.dismissNotice(notice)} />
        </div>
      ))}
      <p role="status" className={styles.said}>
        {said}
      </p>
    </div>
  );
}
