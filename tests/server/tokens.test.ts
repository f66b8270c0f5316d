/** Signatures of this installation: good for one purpose, one session, one tile. */
import { describe, expect, it } from 'vitest';
import { digestOf } from '#lib/digest.ts';
import { createTokens, isKeyOf } from '#server/tokens.ts';

const tokens = createTokens(Uint8Array.of(1, 2, 3));
const TILE = `${'a'.repeat(32)}/0/0/0` as const;

describe('tokens', () => {
  it('[W6] a person’s token names them in that session, and is worth nothing when changed', () => {
    const token = tokens.personToken('s1', 'ada');
    expect(tokens.personOf('s1', token)).toBe('ada');
    expect(tokens.personOf('s2', token)).toBeNull();
    expect(tokens.personOf('s1', token.replace('ada', 'bob'))).toBeNull();
    for (const bad of [null, '', '.', 'ada', 'ada.', `${token}x`, token.slice(0, -1), '.'.repeat(300)]) expect(tokens.personOf('s1', bad)).toBeNull();
    expect(createTokens(Uint8Array.of(9)).personOf('s1', token)).toBeNull();
  });

  it('[L3] a ticket is for one tile and one person', () => {
    const ticket = tokens.ticket(TILE, 'ada');
    expect(tokens.isTicket(ticket, TILE, 'ada')).toBe(true);
    expect(tokens.isTicket(ticket, TILE, 'bob')).toBe(false);
    expect(tokens.isTicket(ticket, `${'a'.repeat(32)}/0/0/1`, 'ada')).toBe(false);
    expect(tokens.isTicket('', TILE, 'ada')).toBe(false);
    expect(ticket.length).toBeLessThanOrEqual(100);
  });

  it('[W6] no two parts run together, and no purpose serves another', () => {
    expect(tokens.ticket(TILE, 'x')).not.toBe(tokens.personToken(TILE, 'x').split('.')[1]);
    expect(tokens.editKey('s1')).not.toBe(tokens.editKey('s2'));
    expect(isKeyOf(tokens.editKey('s1'), digestOf(tokens.editKey('s1')))).toBe(true);
    expect(isKeyOf(tokens.editKey('s2'), digestOf(tokens.editKey('s1')))).toBe(false);
    expect(isKeyOf('', digestOf(tokens.editKey('s1')))).toBe(false);
  });
});
