/** What a page says of the device that it lends, read at the door. */
import { describe, expect, it } from 'vitest';
import { lendSchema } from '#lib/wire/payloads.ts';
import { read } from '#lib/parsed.ts';

const facts = { title: 'WASM', workers: 4, duty: 0.5 };
const holds = (piece: unknown, all: unknown) => ({ ...facts, holds: { piece, all } });

describe('what is lent', () => {
  it('[L23] [L25] whom it helps and what it holds may be said, or left unsaid', () => {
    for (const said of [null, facts, { ...facts, helps: 'own', rate: 1e6 }, holds(2 ** 27, 2 ** 30), holds(0, 0)]) expect(read(lendSchema, said)).toEqual({ ok: true, value: said });
  });

  it.each([
    ['nobody who can be helped', { ...facts, helps: 'nobody' }],
    ['less than nothing', holds(-1, 2 ** 30)],
    ['more than any device has', holds(2 ** 27, 2 ** 51)],
    ['no number', holds('1 GB', 2 ** 30)],
    ['an infinite one', holds(2 ** 27, Infinity)],
    ['half a byte', holds(0.5, 2)],
    ['no piece', { ...facts, holds: { all: 1 } }],
    ['more than is asked', { ...facts, holds: { piece: 1, all: 1, some: 1 } }],
  ])('[L25] %s is refused', (_, said) => {
    expect(read(lendSchema, said).ok).toBe(false);
  });
});
