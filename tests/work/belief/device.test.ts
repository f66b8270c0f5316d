/** What is believed of one device: how trust is earned, fades, is lost, and begins anew. */
import { describe, expect, it } from 'vitest';
import { TRUSTED_AT, afterAgreement, afterMismatch, deviceKeyOf, evidenceOf, newDevice, probedShare, quarantineEnds, stateOf } from '#lib/work/belief/device.ts';

const HOUR = 3600_000;
const fresh = newDevice('key', 'ada', 0);
const trusted = afterAgreement(fresh, TRUSTED_AT, 0);

describe('device', () => {
  it('[V11] any part of its identity changed is another device, whose parts cannot be read from its name', () => {
    const identity = { device: 'a', epoch: 0, engine: 1, backend: 'WASM' };
    const keys = [identity, { ...identity, device: 'b' }, { ...identity, epoch: 1 }, { ...identity, engine: 2 }, { ...identity, backend: 'CPU' }].map(deviceKeyOf);
    expect(new Set(keys).size).toBe(5);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
  });

  it('[V3] a quarter of a newcomer’s points is asked for, falling to one in 64', () => {
    const shares = [0, 64, 128, 256, TRUSTED_AT].map((points) => probedShare(afterAgreement(fresh, points, 0), 0));
    expect(shares).toEqual([1 / 4, 1 / 4, 1 / 16, 1 / 64, 1 / 64]);
  });

  it('[V11] evidence halves in a day, and trust fades with it', () => {
    expect(stateOf(trusted, HOUR)).toBe('trusted');
    expect(evidenceOf(trusted, 24 * HOUR)).toBeCloseTo(TRUSTED_AT / 2);
    expect(stateOf(trusted, 25 * HOUR)).toBe('probation');
  });

  it('[V5] a small mistake is followed by harder looks, a second by quarantine, a gross one at once', () => {
    const suspect = afterMismatch(trusted, 2, 0);
    expect([suspect.state, suspect.passed, probedShare(suspect, 0)]).toEqual(['suspect', 0, 1 / 4]);
    expect(afterMismatch(suspect, 2, 0).state).toBe('quarantined');
    expect(afterMismatch(trusted, 101, 0).state).toBe('quarantined');
    expect(afterMismatch(trusted, Infinity, 0).state).toBe('quarantined');
    const cleared = afterAgreement(suspect, 32, 0);
    expect(cleared.state).toBe('probation');
    expect(afterMismatch(cleared, 2, 0).state).toBe('suspect');
  });

  it('[V5] after a while it may begin again, each time later, and in the end not any more', () => {
    let record = afterMismatch(fresh, Infinity, 0);
    const waits: (number | null)[] = [];
    for (let round = 0; round < 4; round++) {
      const ends = quarantineEnds(record);
      waits.push(ends === null ? null : ends - record.since);
      if (ends === null) break;
      expect(stateOf(record, ends - 1)).toBe('quarantined');
      expect(stateOf(record, ends)).toBe('cooldown');
      expect(stateOf(afterAgreement(record, 31, ends), ends)).toBe('cooldown');
      expect(stateOf(afterAgreement(record, 32, ends), ends)).toBe('probation');
      record = afterMismatch(record, 1.5, ends);
      expect(record.state).toBe('quarantined');
    }
    expect(waits).toEqual([600_000, 2_400_000, 9_600_000, null]);
  });
});
