/** A store's value in React: drawn again when it changes. */
import { useSyncExternalStore } from 'react';
import type { Store } from '#client/store.ts';

/** A store's snapshot is the same object until it changes, so the server may read it too. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);
}
