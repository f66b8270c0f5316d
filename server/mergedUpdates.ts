/** Collects updates of a document for a moment and passes them on as one, so that fan-out costs the same however many there are. */
import * as Y from 'yjs';
import type { Clock } from './clock.ts';

export type MergedUpdates = { readonly add: (update: Uint8Array) => void; readonly stop: () => void };

/** @param delayMs asked at each first update; 0 passes on at once */
export function mergeUpdates(clock: Clock, delayMs: () => number, pass: (update: Uint8Array) => void): MergedUpdates {
  let collected: Uint8Array[] = [];
  let cancel: (() => void) | null = null;
  const flush = () => {
    const updates = collected;
    collected = [];
    cancel = null;
    pass(updates.length === 1 ? updates[0]! : Y.mergeUpdates(updates));
  };
  return {
    add: (update) => {
      collected.push(update);
      if (cancel) return;
      const delay = delayMs();
      if (delay === 0) flush();
      else cancel = clock.after(delay, flush);
    },
    stop: () => cancel?.(),
  };
}
