/** The session's title, changed where it stands: Enter or leaving the field keeps it, Esc takes it back. */
import { useState } from 'react';
import { MAX_TITLE } from '#lib/session/document.ts';
import { Icon } from '#components/ui/Icon.tsx';
import { useStore } from '#components/useStore.ts';
import { useSession } from './SessionContext.ts';
import { useMay } from './useMay.ts';
import styles from './TopBar.module.css';

export const UNTITLED = 'Untitled session';
const PLACEHOLDER = 'Name this session';

export function TitleField() {
  const session = useSession();
  const title = useStore(session.title);
  const { edit } = useMay();
  const [draft, setDraft] = useState<string | null>(null);

  const shown = title === '' ? UNTITLED : title;
  // The heading stays where a small screen has no room for the title.
  if (!edit) {
    return (
      <>
        <h1 className="aside">{shown}</h1>
        <span className={styles.fixed} aria-hidden="true">
          {shown}
        </span>
      </>
    );
  }

  const keep = () => {
    if (draft !== null && draft.trim() !== title) session.setTitle(draft.trim());
    setDraft(null);
  };

  return (
    <>
      <h1 className="aside">{shown}</h1>
      <label className={styles.title} title="Change the title">
        <input
          aria-label="Title of the session"
          placeholder={PLACEHOLDER}
          value={draft ?? title}
          maxLength={MAX_TITLE}
          size={Math.min(30, Math.max(PLACEHOLDER.length, (draft ?? title).length)) + 1}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={keep}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur();
            if (event.key === 'Escape') setDraft(null);
          }}
        />
        <Icon name="edit" />
      </label>
    </>
  );
}
