/** Trust domains: who may be one person with whom, and what that person's word counts for while others are here. */
import { describe, expect, it } from 'vitest';
import type { Decision } from '#lib/work/belief/decision.ts';
import { newDevice, TRUSTED_AT } from '#lib/work/belief/device.ts';
import { closeness, closenessToAny, PATIENCE_MS, type Bystanders, type Closeness, type Domain } from '#lib/work/belief/domain.ts';
import { TrustBook, type Judgement } from '#lib/work/belief/trustBook.ts';
import type { TileKey } from '#lib/work/tile.ts';

const TILE: TileKey = 'slice/0/0/0';
/** Seconds of the budget that a point takes: dear, and more than is ever paid. */
const [DEAR, NEVER] = [10, 1000];
const AT_HOME: Domain = { network: 'home', minute: 3 };
const LATER: Domain = { network: 'home', minute: 9 };
const ELSEWHERE: Domain = { network: 'elsewhere', minute: 3 };

const others = (least: Closeness): Bystanders => ({ leastCloseness: () => least });
const WRONG: readonly Judgement[] = [{ index: 3, severity: 50 }];

/** A tile of Mia's, at home, with one of its points recomputed and right where that can be had. */
function begun(people: Readonly<Record<string, Domain | null>>, { seconds = DEAR, trusted = [] as readonly string[] } = {}) {
  const book = new TrustBook({ perSecond: 1 }, () => 0);
  for (const [person, domain] of Object.entries({ mia: AT_HOME, ...people })) {
    const record = { ...newDevice(person, person, 0), ...(trusted.includes(person) && { state: 'trusted' as const, passed: 2 * TRUSTED_AT }) };
    book.admit(person, person, 0, record);
    if (domain) book.cameFrom(person, domain);
  }
  const first = book.arrived({ tile: TILE, device: 'mia', points: 64, pointCost: seconds, doubtful: [], isSuspicious: false }, 0);
  for (const decision of first) if (decision.kind === 'probe') book.judged(TILE, decision.points.map((index) => ({ index, severity: 0 })), 0);
  return { book, first };
}

const kinds = (decisions: readonly Decision[]) => decisions.map(({ kind }) => kind);
const asked = (decisions: readonly Decision[]) => decisions.find((decision) => decision.kind === 'secondOpinion');

describe('trust domains', () => {
  it('[V17] people are close who came from one network, closer who came together; of whom nothing is known, nobody', () => {
    expect(closeness(AT_HOME, ELSEWHERE)).toBe(0);
    expect(closeness(AT_HOME, LATER)).toBe(1);
    expect(closeness(AT_HOME, { ...AT_HOME, minute: 4 })).toBe(2);
    expect(closeness(AT_HOME, AT_HOME)).toBe(2);
    expect([closeness(null, AT_HOME), closeness(AT_HOME, null), closeness(null, null)]).toEqual([0, 0, 0]);
    expect([closenessToAny(AT_HOME, []), closenessToAny(AT_HOME, [ELSEWHERE, null, LATER])]).toEqual([0, 1]);
  });

  it('[V17] a second opinion is asked for away from the maker, and a close one is no proof while somebody is here who is not', () => {
    const { book, first } = begun({ ned: AT_HOME, ola: LATER, pia: ELSEWHERE, quin: { ...ELSEWHERE, minute: 60 } });
    expect(asked(first)).toEqual({ kind: 'secondOpinion', tile: TILE, notTo: ['mia'], awayFrom: [AT_HOME], patienceMs: PATIENCE_MS, isFirst: true });
    // As many as prove a tile, had they come from elsewhere.
    expect(asked(book.opinion(TILE, 'ned', [], 10_000, others(0)))).toEqual({ kind: 'secondOpinion', tile: TILE, notTo: ['mia', 'ned'], awayFrom: [AT_HOME, AT_HOME], patienceMs: PATIENCE_MS - 10_000, isFirst: false });
    expect(kinds(book.opinion(TILE, 'ola', [], 20_000, others(0)))).toEqual(['secondOpinion']);
    expect(kinds(book.opinion(TILE, 'pia', [], 30_000, others(0)))).toEqual([]);
    // Pia and Quin came from one network, an hour apart: that is as far as anybody here is from all who have spoken.
    expect(book.opinion(TILE, 'quin', [], 31_000, others(1))).toEqual([{ kind: 'verify', tile: TILE, proof: { kind: 'secondOpinion', agreed: 1 } }]);
  });

  it('[V15] where a point is dear a newcomer\'s first tile is always given a second opinion, before other tiles; others in their share', () => {
    const book = new TrustBook({ perSecond: 1 }, () => 0.9);
    const arrived = (tile: TileKey, pointCost: number) => asked(book.arrived({ tile, device: 'mia', points: 64, pointCost, doubtful: [], isSuspicious: false }, 0));
    book.admit('mia', 'mia', 0);
    expect(arrived(TILE, DEAR)).toMatchObject({ tile: TILE, isFirst: true });
    expect(arrived('slice/0/0/1', DEAR)).toBeUndefined();
  });

  it('[V17] in a classroom everybody has one address: where nobody is further away a second opinion counts at once', () => {
    const { book } = begun({ ned: AT_HOME, ola: AT_HOME });
    expect(kinds(book.opinion(TILE, 'ned', [], 1000, others(2)))).toEqual([]);
    expect(kinds(book.opinion(TILE, 'ola', [], 2000, others(2)))).toEqual(['verify']);
  });

  it('[V17] who is further away may not come to it: after a minute a close opinion counts as well', () => {
    const { book } = begun({ ned: AT_HOME, ola: AT_HOME });
    expect(kinds(book.opinion(TILE, 'ned', [], PATIENCE_MS, others(0)))).toEqual([]);
    expect(kinds(book.opinion(TILE, 'ola', [], PATIENCE_MS, others(0)))).toEqual(['verify']);
  });

  it('[V17] a trusted device vouches for nobody who is close to it, while others are here', () => {
    const close = begun({ ned: LATER }, { trusted: ['ned'] });
    expect(kinds(close.book.opinion(TILE, 'ned', [], 1000, others(0)))).toEqual(['secondOpinion']);
    expect(close.book.device('mia')!.passed).toBe(1);
    const far = begun({ pia: ELSEWHERE }, { trusted: ['pia'] });
    expect(kinds(far.book.opinion(TILE, 'pia', [], 1000, others(0)))).toContain('verify');
  });

  it('[V17] a tile that happens to be computed twice by people who are close says nothing, however late', () => {
    const book = new TrustBook({ perSecond: 1 }, () => 0.9);
    for (const person of ['mia', 'ned']) {
      book.admit(person, person, 0, { ...newDevice(person, person, 0), state: 'trusted', passed: 2 * TRUSTED_AT });
      book.cameFrom(person, AT_HOME);
    }
    book.arrived({ tile: TILE, device: 'mia', points: 64, pointCost: 0.001, doubtful: [], isSuspicious: false }, 0);
    expect(book.opinion(TILE, 'ned', [], 10 * PATIENCE_MS, others(0))).toEqual([]);
    expect(kinds(book.opinion(TILE, 'ned', [], 10 * PATIENCE_MS, others(2)))).toContain('verify');
  });

  it('[V17] of whom nothing is known counts as everybody did', () => {
    const { book } = begun({ ned: null, ola: null });
    expect(kinds(book.opinion(TILE, 'ned', [], 1000, others(0)))).toEqual([]);
    expect(kinds(book.opinion(TILE, 'ola', [], 1000, others(0)))).toEqual(['verify']);
  });

  it('[V17] where float64 cannot be had, several who may be one have one vote against a tile', () => {
    const { book } = begun({ ned: ELSEWHERE, ola: ELSEWHERE, pia: ELSEWHERE, quin: LATER }, { seconds: NEVER });
    const against = (person: string, least: Closeness) => kinds(book.opinion(TILE, person, WRONG, 1000, others(least)));
    expect(against('ned', 0)).toEqual(['vote', 'vote', 'secondOpinion']);
    expect(against('ola', 0)).toEqual(['vote', 'vote', 'secondOpinion']);
    expect(against('pia', 0)).toEqual(['vote', 'vote', 'secondOpinion']);
    // Somebody else says so too.
    expect(against('quin', 0)).toContain('strike');
  });
});
