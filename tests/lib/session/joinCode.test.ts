import { describe, expect, it } from 'vitest';
import { friendlyName, hueOf, nameSchema } from '#lib/session/people.ts';
import { CODE_ALPHABET, codeFrom, readCode, shownCode } from '#lib/session/joinCode.ts';
import { read } from '#lib/parsed.ts';

describe('codes and names', () => {
  it('[P3] a code has six letters without look-alikes, and is read as people type it', () => {
    for (const lookAlike of '01OILU') if (lookAlike !== 'U') expect(CODE_ALPHABET).not.toContain(lookAlike);
    expect(CODE_ALPHABET).not.toContain('U');
    let step = 0;
    const code = codeFrom(() => (step++ % 30) / 30);
    expect(code).toHaveLength(6);
    expect(readCode(` ${shownCode(code).toLowerCase()} `)).toEqual({ ok: true, value: code });
    for (const wrong of ['ABC', 'ABCDEFG', 'ABCDE0', 'ABCDEU', 7, null]) expect(readCode(wrong).ok).toBe(false);
  });

  it('[P4] friendly names fit where names fit, and everyone sees a person in one hue', () => {
    for (const part of [0, 0.5, 0.999999]) expect(read(nameSchema, friendlyName(part, part)).ok).toBe(true);
    expect(hueOf('abc')).toBe(hueOf('abc'));
    expect(hueOf('abc')).not.toBe(hueOf('abd'));
  });

  it('[P4] names that could deceive are refused', () => {
    for (const wrong of ['', '   ', 'x'.repeat(25), 'Ann\u202Ebob', 'a\u0000b']) expect(read(nameSchema, wrong).ok).toBe(false);
    expect(read(nameSchema, ' Ann ')).toEqual({ ok: true, value: 'Ann' });
  });
});
