/** Updates are passed on at once when they come alone, and merged when they come in numbers. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { mergeUpdates } from '#server/mergedUpdates.ts';
import { createManualClock } from '#tests/support/manualClock.ts';

describe('merged updates', () => {
  it.each([[0, 20], [30, 3]])('[D7] twenty changes within 40 ms and a window of %i ms are passed on %i times, complete and in order', async (windowMs, times) => {
    const clock = createManualClock();
    const doc = new Y.Doc();
    const copy = new Y.Doc();
    let passed = 0;
    const merged = mergeUpdates(clock, () => windowMs, (update) => {
      passed++;
      Y.applyUpdate(copy, update);
    });
    doc.on('update', (update: Uint8Array) => merged.add(update));
    doc.getMap('m').set('n', 0);
    expect(copy.getMap('m').get('n')).toBe(0);
    for (let n = 1; n < 20; n++) {
      await clock.advance(2);
      doc.getMap('m').set('n', n);
    }
    await clock.advance(100);
    expect(passed).toBe(times);
    expect(copy.getMap('m').get('n')).toBe(19);
    expect(copy.store.pendingStructs).toBeNull();
  });
});
