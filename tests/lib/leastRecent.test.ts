/** What is kept up to a total size. */
import { expect, it } from 'vitest';
import { LeastRecent } from '#lib/leastRecent.ts';

it('[L21] lets go of what was not used for longest, and only of as much as is too much', () => {
  const held = new LeastRecent<string>(10);
  held.put('a', 'A', 4);
  held.put('b', 'B', 4);
  expect(held.trim(new Set())).toEqual([]);
  expect(held.use('a')).toBe('A');
  held.put('c', 'C', 4);
  expect([held.size, held.trim(new Set()), held.size]).toEqual([12, ['b'], 8]);
  expect(held.use('b')).toBeUndefined();
  // What is put again is measured anew, and is the newest.
  held.put('a', 'A2', 6);
  expect([held.size, held.trim(new Set()), held.use('a')]).toEqual([10, [], 'A2']);
  held.put('d', 'D', 11);
  expect(held.trim(new Set(['d']))).toEqual(['c', 'a']);
  expect([held.size, held.use('d')]).toEqual([11, 'D']);
});
