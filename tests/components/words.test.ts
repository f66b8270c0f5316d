import { describe, expect, it } from 'vitest';
import { etaRange, formatSeconds } from '#components/durations.ts';
import { gridTitle, modeTitle, sliceTitle } from '#lib/session/sliceTitle.ts';
import { linkToOpen, networkToOpen, openingOf } from '#components/session/opening.ts';
import { plural, say } from '#components/words.ts';
import { STANDARD_MODE, type Mode } from '#lib/network/mode.ts';
import { readLink } from '#lib/session/linkState.ts';
import { planeRecipe } from '#tests/support/subjects.ts';

describe('words', () => {
  it('[words] every brace is filled, and a missing value is an error rather than a gap', () => {
    expect(say('eta', { pct: '62 %', lo: '20', hi: '30 s' })).toBe('62 % · about 20–30 s left');
    expect(() => say('eta', { pct: '62 %' })).toThrow(/lo/);
    expect(plural(1, 'point')).toBe('1 point');
    expect(plural(1204, 'point')).toBe('1,204 points');
  });

  it('[eta] times are said as people say them', () => {
    expect([0.2, 4.4, 89, 90, 3600, 4200 * 2, 200_000].map(formatSeconds)).toEqual(['0.2 s', '4 s', '89 s', '2 min', '60 min', '2 h 20 min', '2 days']);
  });

  it('[eta] a range holds the estimate, and stands still while it trembles', () => {
    expect(etaRange(24)).toEqual(['15', '30 s']);
    for (const seconds of [23, 24, 23.9]) expect(etaRange(seconds)).toEqual(etaRange(24));
    for (const seconds of [0.01, 0.7, 1, 1.2, 9.9, 10, 99, 1000]) {
      const [low, high] = etaRange(seconds);
      expect(low).not.toBe(high);
    }
  });

  it('[slice title] says kind, centre and fineness', () => {
    const recipe = planeRecipe();
    expect(gridTitle(recipe)).toBe('9 × 9');
    expect(sliceTitle(recipe, undefined)).toBe('Random plane, not normalised · around trained · 9 × 9');
  });

  it('[slice title] a mode is named where it is not the usual one', () => {
    const titleOf = (mode: Mode) => modeTitle({ mode });
    expect(titleOf(STANDARD_MODE)).toBe('');
    expect(titleOf({ batchNorm: 'interpolated', dropout: 'off' })).toBe('statistics moving');
    expect(titleOf({ batchNorm: { policy: 'batch', batch: 64 }, dropout: { seed: 3 } })).toBe('batch statistics, dropout on');
    expect(titleOf({ batchNorm: { policy: 'recomputed', samples: 64, batch: 64 }, dropout: 'off' })).toBe('statistics recomputed');
  });

  it('[P2] a link that opens a new session carries its key and says once how to begin', () => {
    const link = linkToOpen('abc', 'k+y&=', 'class');
    const hash = link.slice(link.indexOf('#'));
    expect(readLink(hash).link.key).toBe('k+y&=');
    expect(openingOf(hash)).toBe('class');
    expect(openingOf('#key=abc')).toBeNull();
    expect(networkToOpen(hash)).toBeNull();
    const named = linkToOpen('abc', 'k', 'explore', 'two & three');
    expect(networkToOpen(named.slice(named.indexOf('#')))).toBe('two & three');
  });
});
