/** What can happen in a simulation, and the units of its time. What an event does is in world.ts and volunteers.ts. */
export const EVENT = { join: 1, away: 2, deliver: 3, done: 4, result: 5, ask: 6, revoke: 7, tick: 8, sweep: 9, truth: 10, open: 11, closed: 12, thaw: 13, loss: 14, crash: 15, back: 16, bell: 17, sample: 18, check: 19, hello: 20 } as const;

/** In microseconds. */
export const MS = 1000;
export const SECOND = 1e6;
