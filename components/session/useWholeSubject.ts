/** A network with all of its samples, for what looks at them on this page: fetched where they are kept in parts and not here yet. */
import { useEffect } from 'react';
import { isWhole, type Subject } from '#lib/network/subject.ts';
import { useStore } from '#components/useStore.ts';
import { useSession } from './SessionContext.ts';

/** @param id null asks for nothing. Undefined until the samples are here */
export function useWholeSubject(id: string | null): Subject | undefined {
  const session = useSession();
  const subject = useStore(session.subjects).find((each) => each.id === id);
  const isLacking = subject !== undefined && !isWhole(subject);
  useEffect(() => {
    // A failure was told by the shelf.
    if (id !== null && isLacking) session.loadSubject(id).catch(() => {});
  }, [session, id, isLacking]);
  return subject && isWhole(subject) ? subject : undefined;
}
