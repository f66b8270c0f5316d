/**
 * A memory that outlasts the tab, in the browser's IndexedDB; where that is closed to us (private windows), one that does not.
 */
import { createStore, get, set } from 'idb-keyval';
import { createMemory, type Memory } from './memory.ts';

export function createBrowserMemory(): Memory {
  const store = typeof indexedDB === 'undefined' ? null : createStore('tarn-device', 'measured');
  const session = createMemory();
  return {
    async get(key) {
      try {
        return (await session.get(key)) ?? (store && (await get(key, store))) ?? undefined;
      } catch {
        // A closed or full database: what this tab has measured itself is still known.
        return undefined;
      }
    },
    async set(key, value) {
      await session.set(key, value);
      try {
        if (store) await set(key, value, store);
      } catch {
        // Measured again at the next visit.
      }
    },
  };
}
