/** A session that was just made starts with a slice, so that there is something to see. */
import { useEffect, useRef } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import { useStore } from '#components/useStore.ts';
import { draftFor, recipeOf } from '#components/panels/placeDraft.ts';
import type { Opening } from './opening.ts';
import type { View } from './useView.ts';

/** The directions of the first page's landscape, so that one arrives where one was. */
const FIRST_SEEDS = [13, 14] as const;

export function useOpening(session: Session, { chooseSlice }: View, opening: Opening | null, network: string | null): void {
  const me = useStore(session.me);
  const slices = useStore(session.slices);
  const catalogue = useStore(session.catalogue);
  const subjects = useStore(session.subjects);
  const isDone = useRef(false);

  useEffect(() => {
    const wanted = catalogue.find(({ name }) => name === network) ?? catalogue[0];
    if (opening === null || isDone.current || me?.role !== 'edit' || !wanted) return;
    // A reload of the same link finds the slice that the first time placed.
    if (slices.size > 0) {
      isDone.current = true;
      return;
    }
    const first = subjects.find(({ id }) => id === wanted.id);
    if (!first) {
      // Comes back here when the weights have arrived; a failure is told by the session.
      session.loadWeights(wanted.id).catch(() => {});
      return;
    }
    const outcome = session.place(recipeOf(draftFor(first, FIRST_SEEDS), first.manifest).recipe);
    if ('sliceId' in outcome) {
      isDone.current = true;
      chooseSlice(outcome.sliceId);
    }
  }, [session, opening, network, me, slices, catalogue, subjects, chooseSlice]);
}
