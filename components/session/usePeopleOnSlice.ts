/** The others who point at the slice that is shown, for their named cursors. */
import { useMemo } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import { hueOf } from '#lib/session/people.ts';
import type { PersonCursor } from '#components/landscape/marks.ts';
import { useStore } from '#components/useStore.ts';

/** More names than this would cover the picture. */
const MOST_CURSORS = 12;

export function usePeopleOnSlice(session: Session, sliceId: string | null): readonly PersonCursor[] {
  const people = useStore(session.people);
  const pointers = useStore(session.pointers);
  return useMemo(() => {
    if (people.size > MOST_CURSORS) return [];
    const cursors: PersonCursor[] = [];
    for (const [id, { slice, at }] of pointers) {
      const person = people.get(id);
      if (person && at && slice === sliceId) cursors.push({ id, name: person.name, a: at[0], b: at[1], colour: `oklch(0.5 0.13 ${hueOf(id)})` });
    }
    return cursors;
  }, [people, pointers, sliceId]);
}
