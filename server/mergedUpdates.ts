/**
 * Passes updates of a document on, at most once per window: the first at once, those that follow soon after as one.
 *
 * So a lone change is not held up, and fan-out costs the same however many there are.
 */
import * as Y from 'yjs';
import type { Clock } from './clock.ts';

export type MergedUpdates = { readonly add: (update: Uint8Array) => void; readonly stop: () => void };

/** @param windowMs asked each time something is passed on; 0 merges nothing */
export function mergeUpdates(clock: Clock, windowMs: () => number, pass: (update: Uint8Array) => void): MergedUpdates {
  let collected: Uint8Array[] = [];
  let cancel: (() => void) | null = null;

  const flush = () => {
    const updates = collected;
    collected = [];
    const wait = windowMs();
    cancel = wait === 0 ? null : clock.after(wait, endWindow);
    pass(updates.length === 1 ? updates[0]! : Y.mergeUpdates(updates));
  };
  const endWindow = () => {
    cancel = null;
    if (collected.length > 0) flush();
  };

  return {
    add: (update) => {
      collected.push(update);
      if (!cancel) flush();
    },
    stop: () => cancel?.(),
  };
}
