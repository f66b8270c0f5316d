/** The line a volunteer shows: rewritten on a terminal, and plain, seldom lines anywhere else. */
import { describe, expect, it } from 'vitest';
import type { LendingState } from '#client/lendingTypes.ts';
import { createProgress } from '#scripts/volunteer/progress.ts';

const report = { backend: 'wasm', title: 'WASM with SIMD', why: 'WASM with SIMD', isSoftwareAdapter: false } as const;
const helping = (points: number): LendingState => ({ kind: 'helping', report, holds: { piece: 2 ** 20, all: 2 ** 20 }, workers: 2, points, pointsPerSecond: 812.4, tileMs: 9, isBraked: false, dispatches: { count: 0, long: 0, longestMs: 0 } });
const live = { kind: 'live' } as const;

function open(isTerminal: boolean, columns = 200) {
  const world = { text: '', now: 0 };
  const progress = createProgress({ write: (text) => (world.text += text), isTerminal, columns: () => columns, now: () => world.now });
  return { world, progress };
}

describe('progress', () => {
  it('[A3] says points so far, points a second, what computes and what it is doing', () => {
    const { world, progress } = open(false);
    progress.show(helping(12_345), live);
    expect(world.text).toBe('12,345 points so far, 812 a second, WASM with SIMD, 2 threads: computing\n');
  });

  it('[A3] where there is no terminal, a line for each change of activity, and else one every ten seconds', () => {
    const { world, progress } = open(false);
    for (const [seconds, state, connection] of [
      [0, helping(1), live],
      [1, helping(2), live],
      [2, helping(3), { kind: 'offline' }],
      [3, { ...helping(3), kind: 'idle' } as LendingState, live],
      [12, helping(4), live],
      [21, helping(5), live],
      [23, helping(6), live],
      [40, helping(6), live],
    ] as const) {
      world.now = seconds * 1000;
      progress.show(state, connection);
    }
    expect(world.text.trimEnd().split('\n').map((line) => line.replace(/ points.*: /, ' '))).toEqual(['1 computing', '3 offline, trying again', '3 waiting for work', '4 computing', '6 computing']);
    // eslint-disable-next-line no-control-regex
    expect(world.text).not.toContain('\r');
  });

  it('[A3] on a terminal one line is rewritten, never wider than it, and lines that stay stand above it', () => {
    const { world, progress } = open(true, 40);
    progress.show(helping(1_000_000), live);
    progress.show({ kind: 'starting' }, live);
    progress.say('Joined.');
    expect(world.text.split('\r').every((part) => part.replace(/\n.*/s, '').length < 40)).toBe(true);
    expect(world.text.endsWith(`\rJoined.\n`)).toBe(true);
  });
});
