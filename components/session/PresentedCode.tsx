/** While only the picture is shown: how others join, large enough for a projector, and the way back without a key. */
import { shownCode } from '#lib/session/joinCode.ts';
import { Button } from '#components/ui/Button.tsx';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import { useSession } from './SessionContext.ts';
import { UNTITLED } from './TitleField.tsx';
import styles from './Room.module.css';

export function PresentedCode({ onLeave }: { readonly onLeave: () => void }) {
  const session = useSession();
  const code = useStore(session.code);
  const title = useStore(session.title);
  return (
    <div className={styles.presented}>
      <h1 className="aside">{title === '' ? UNTITLED : title}</h1>
      {code !== null && (
        <>
          <span>{say('present.join', { address: `${location.host}/j` })}</span>
          <strong>{shownCode(code)}</strong>
        </>
      )}
      <Button tone="quiet" icon="close" label="Show everything again (Esc)" onClick={onLeave} />
    </div>
  );
}
