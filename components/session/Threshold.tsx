/** What stands in a session's window until the session does: said at once, so that the window is never empty. */
import { Wordmark } from '#components/ui/Wordmark.tsx';
import styles from './SessionDoor.module.css';

export function Threshold() {
  return (
    <main id="main" className={styles.threshold}>
      <Wordmark />
      <p role="status">Opening the session …</p>
      <noscript>A session lives in the browser: it needs JavaScript.</noscript>
    </main>
  );
}
