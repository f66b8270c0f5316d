/** How this device's lending stands: at once where that changes in kind, and a few times a second where only its numbers do, which change with every tile. */
import { useSyncExternalStore } from 'react';
import type { Lending, LendingState } from '#client/lendingTypes.ts';
import { slowly } from '#components/slowly.ts';

const kindOf = (state: LendingState): string => (state.kind === 'paused' ? `paused ${state.reason}` : state.kind);

export function useLending({ state }: Pick<Lending, 'state'>): LendingState {
  const subscribe = slowly(state, urgently(state));
  return useSyncExternalStore(subscribe, state.getSnapshot, state.getSnapshot);
}

function urgently({ getSnapshot }: Lending['state']): () => boolean {
  let last = kindOf(getSnapshot());
  return () => {
    const before = last;
    last = kindOf(getSnapshot());
    return last !== before;
  };
}
