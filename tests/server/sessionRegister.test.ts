/** Opening and closing sessions. */
import { describe, expect, it } from 'vitest';
import { createMemoryStorage } from '#server/memoryStorage.ts';
import { createInlineProber } from '#server/prober.ts';
import { LINGER_MS, SessionRegister } from '#server/sessionRegister.ts';
import { TileBook } from '#server/tileBook.ts';
import { createTokens } from '#server/tokens.ts';
import { createManualClock, settle } from '#tests/support/manualClock.ts';
import { silentLog } from '#tests/support/openedSession.ts';
import { seededDice } from '#tests/support/seededDice.ts';
import { lineSubject } from '#tests/support/subjects.ts';

function createRegister() {
  const storage = createMemoryStorage();
  let loads = 0;
  const counting = { ...storage, document: (id: string) => (loads++, storage.document(id)) };
  const clock = createManualClock();
  const subjects = new Map([[lineSubject().id, lineSubject()]]);
  const prober = createInlineProber(subjects);
  const tokens = createTokens(Uint8Array.of(1));
  const register = new SessionRegister({
    storage: counting, subjects, prober, tokens, clock, dice: seededDice(1), log: silentLog,
    tiles: new TileBook({ storage, prober, dice: seededDice(2), clock, log: silentLog }),
    outboxFor: () => ({ send: () => {}, hangUp: () => {} }),
  });
  return { register, storage, clock, tokens, loads: () => loads };
}

describe('session register', () => {
  it('[K1] makes sessions with ids, codes and keys of their own', async () => {
    const { register, tokens } = createRegister();
    const made = [await register.create(), await register.create()];
    expect(new Set(made.flatMap(({ record, key }) => [record.id, record.code, key])).size).toBe(6);
    expect(tokens.editKey(made[0]!.record.id)).toBe(made[0]!.key);
    expect(JSON.stringify(made[0]!.record)).not.toContain(made[0]!.key);
    await expect(register.create(made[0]!.record.id)).rejects.toThrow('taken');
  });

  it('[K2] opens a session once, however many ask at once, and never one that is not there', async () => {
    const { register, loads } = createRegister();
    const { record } = await register.create();
    const held = await Promise.all(Array.from({ length: 10 }, () => register.hold(record.id)));
    expect(new Set(held.map((each) => each!.session)).size).toBe(1);
    expect(loads()).toBe(1);
    expect(await register.hold('nowhere')).toBeNull();
  });

  it('[K3] closes a session a minute after the last one left, compacted; who comes before keeps it open', async () => {
    const { register, storage, clock, loads } = createRegister();
    const { record } = await register.create();
    const first = await register.hold(record.id);
    await first!.session.scripts.setTitle('Basins');
    first!.release();
    first!.release();
    await clock.advance(LINGER_MS - 1);
    const second = await register.hold(record.id);
    expect(second!.session).toBe(first!.session);
    await clock.advance(LINGER_MS * 3);
    expect(register.openSessions).toBe(1);
    second!.release();
    await clock.advance(LINGER_MS);
    await settle();
    expect(register.openSessions).toBe(0);
    const stored = await storage.document(record.id);
    expect(stored.updates).toEqual([]);
    expect(stored.snapshot).not.toBeNull();
    const again = await register.hold(record.id);
    expect(again!.session).not.toBe(first!.session);
    expect(loads()).toBe(2);
  });

  it('[K2] a session that cannot be loaded is refused each time, never opened empty', async () => {
    const { register, storage } = createRegister();
    const { record } = await register.create();
    await storage.append(record.id, [{ author: 'ada', bytes: Uint8Array.of(255, 255, 255) }]);
    await expect(register.hold(record.id)).rejects.toThrow();
    await expect(register.hold(record.id)).rejects.toThrow();
    expect(register.openSessions).toBe(0);
  });
});
