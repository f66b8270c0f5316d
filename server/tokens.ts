/**
 * What the server signs with the secret of its installation: who a person is, which tile was lent, the key of an edit link.
 *
 * Each purpose signs under its own name, so that a signature for one is worth nothing for another. Rules W6, L3, L4.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { digestOf } from '#lib/digest.ts';
import type { TileKey } from '#lib/work/tile.ts';
import type { UnitKey } from '#lib/work/unit.ts';

export type Tokens = {
  /** Shown again by a page, so that a person stays the same person in that session. */
  readonly personToken: (sessionId: string, personId: string) => string;
  /** The person a token names in this session, or null. */
  readonly personOf: (sessionId: string, token: string | null) => string | null;
  readonly ticket: (tile: TileKey, personId: string) => string;
  readonly isTicket: (ticket: string, tile: TileKey, personId: string) => boolean;
  /** For a unit of an analysis of this session. */
  readonly unitTicket: (sessionId: string, unit: UnitKey, personId: string) => string;
  readonly isUnitTicket: (ticket: string, sessionId: string, unit: UnitKey, personId: string) => boolean;
  /** The key of the edit link. It can be made again, so that a code can be exchanged for it; storage has its hash only. */
  readonly editKey: (sessionId: string) => string;
};

const KEY_LETTERS = 22;

export function createTokens(secret: Uint8Array): Tokens {
  const sign = (...parts: readonly string[]) => createHmac('sha256', secret).update(parts.join('\n')).digest('base64url');
  return {
    personToken: (sessionId, personId) => `${personId}.${sign('person', sessionId, personId)}`,
    personOf: (sessionId, token) => {
      const dot = token?.lastIndexOf('.') ?? -1;
      if (token === null || dot < 1) return null;
      const personId = token.slice(0, dot);
      return isSame(token.slice(dot + 1), sign('person', sessionId, personId)) ? personId : null;
    },
    ticket: (tile, personId) => sign('ticket', tile, personId),
    isTicket: (ticket, tile, personId) => isSame(ticket, sign('ticket', tile, personId)),
    unitTicket: (sessionId, unit, personId) => sign('unit', sessionId, unit, personId),
    isUnitTicket: (ticket, sessionId, unit, personId) => isSame(ticket, sign('unit', sessionId, unit, personId)),
    editKey: (sessionId) => sign('edit', sessionId).slice(0, KEY_LETTERS),
  };
}

/** Compares a key with the hash that is kept, in a time that says nothing about either. */
export const isKeyOf = (key: string, editKeyHash: string): boolean => isSame(digestOf(key), editKeyHash);

function isSame(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}
