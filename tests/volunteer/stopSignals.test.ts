/** When a signal asks the volunteer to stop, and when it ends it at once. */
import { expect, it } from 'vitest';
import { createStopSignals } from '#scripts/volunteer/stopSignals.ts';

it('[A1] the first Ctrl-C stops, its echo through npm is not a second one, and a second one ends at once', async () => {
  const world = { now: 1000, ended: 0 };
  const signals = createStopSignals(() => world.now, () => world.ended++);
  signals.hear();
  await signals.stopped;
  world.now += 20;
  signals.hear();
  expect(world.ended).toBe(0);
  world.now += 1000;
  signals.hear();
  expect(world.ended).toBe(1);
});
