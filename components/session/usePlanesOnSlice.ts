/** The oblique planes that others move through the volume that is shown, as they told where they stand. */
import { useMemo } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import { hueOf } from '#lib/session/people.ts';
import type { Pose } from '#lib/slice/pose.ts';
import { rgbOf, type Rgb } from '#components/hues.ts';
import { useStore } from '#components/useStore.ts';

export type PersonPlane = { readonly id: string; readonly name: string; readonly colour: Rgb; readonly pose: Pose };

/** More planes than this would fill the box. */
const MOST_PLANES = 6;

export function usePlanesOnSlice(session: Session, sliceId: string): readonly PersonPlane[] {
  const people = useStore(session.people);
  const pointers = useStore(session.pointers);
  return useMemo(
    () =>
      [...pointers]
        .flatMap(([id, { slice, plane }]): readonly PersonPlane[] => {
          const person = people.get(id);
          return person && plane && slice === sliceId ? [{ id, name: person.name, colour: rgbOf(hueOf(id)), pose: plane }] : [];
        })
        .slice(0, MOST_PLANES),
    [people, pointers, sliceId],
  );
}
