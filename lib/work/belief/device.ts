/**
 * What is believed of one device, and how that changes: its evidence, its state, what it did wrong.
 *
 * A device is what computes under one identity: a random id its owner's browser made, counted anew after every loss
 * of the device, with one engine and one backend. Errors of real hardware are not stationary, so evidence fades.
 * Pure: every function gives a new record. It knows no tiles. Rules V5, V9–V11 in docs/SPEC.md.
 */
import { digestOf } from '#lib/digest.ts';

/**
 * `new`: nothing of it was judged yet. `probation`: some was, and agreed. `trusted`: enough was. `suspect`: something
 * was off by a little. `quarantined`: caught; nothing is lent to it. `cooldown`: lent to again, from the beginning.
 */
export type DeviceState = 'new' | 'probation' | 'trusted' | 'suspect' | 'quarantined' | 'cooldown';

export type DeviceRecord = {
  /** See `deviceKeyOf`. */
  readonly key: string;
  readonly person: string;
  readonly state: DeviceState;
  /** When it came into this state, in milliseconds since 1970. */
  readonly since: number;
  /** Points judged right since it last did something wrong, as of `passedAt`: they count half after a day. */
  readonly passed: number;
  readonly passedAt: number;
  /** Points ever compared, and how many of them did not match. */
  readonly compared: number;
  readonly mismatched: number;
  /** How often it was quarantined. */
  readonly catches: number;
};

/** What tells one computing identity from another: change any of it, and evidence begins anew. */
export type DeviceIdentity = {
  /** Random, made and kept by the browser; it names nothing else. */
  readonly device: string;
  /** Grows whenever the device was lost, so that a graphics card that came back is looked at anew. */
  readonly epoch: number;
  /** Version of our engine. */
  readonly engine: number;
  readonly backend: string;
};

/** A short name for an identity, from which none of its parts can be read. */
export const deviceKeyOf = ({ device, epoch, engine, backend }: DeviceIdentity): string => digestOf(['device', device, epoch, engine, backend].join('\n')).slice(0, 32);

/**
 * Points judged right before a device is trusted. Sarmenta's bound with spot checks and roll-back: of what an identity
 * with k passed checks returned at most f / ((1 − f) e k) is wrong, f being the share of liars. For k = 409 that is
 * 9e-6 at 1 %, 1e-4 at 10 % and 3.9e-4 at 30 % (L. Sarmenta, "Sabotage-tolerance mechanisms for volunteer computing", 2001).
 */
export const TRUSTED_AT = 409;
const MOST_EVIDENCE = 10 * TRUSTED_AT;
const HALF_LIFE_MS = 24 * 3600_000;
/** Times the tolerance from which a difference is no matter of rounding. */
const GROSS = 100;
/** Points judged right in a row that clear a suspicion. */
const CLEARED_AT = 32;
const FIRST_QUARANTINE_MS = 10 * 60_000;
/** Caught more often than this it is not lent to again. */
export const MOST_CATCHES = 3;

const SHARE_OF_NEWCOMERS = 1 / 4;
const SHARE_OF_TRUSTED = 1 / 64;
/** Up to so many passed points a newcomer's share is the full one. */
const STEADY = 64;

export const newDevice = (key: string, person: string, now: number): DeviceRecord => ({
  key, person, state: 'new', since: now, passed: 0, passedAt: now, compared: 0, mismatched: 0, catches: 0,
});

/** Points that speak for a device now. */
export const evidenceOf = ({ passed, passedAt }: DeviceRecord, now: number): number => passed * 2 ** (-Math.max(0, now - passedAt) / HALF_LIFE_MS);

export const isTrusted = (record: DeviceRecord, now: number): boolean => stateOf(record, now) === 'trusted';

/** The state as time has left it: quarantine ends, and trust fades. */
export function stateOf(record: DeviceRecord, now: number): DeviceState {
  if (record.state === 'quarantined') return record.catches <= MOST_CATCHES && now >= record.since + quarantineMs(record.catches) ? 'cooldown' : 'quarantined';
  if (record.state === 'trusted' && evidenceOf(record, now) < TRUSTED_AT / 2) return 'probation';
  return record.state;
}

/** When a quarantined device is lent to again; null for never. */
export const quarantineEnds = ({ since, catches }: DeviceRecord): number | null => (catches <= MOST_CATCHES ? since + quarantineMs(catches) : null);

const quarantineMs = (catches: number): number => FIRST_QUARANTINE_MS * 4 ** Math.max(0, catches - 1);

/** The share of its points that are recomputed: a quarter of a newcomer's, one in 64 of a trusted device's. */
export function probedShare(record: DeviceRecord, now: number): number {
  const evidence = evidenceOf(record, now);
  const falling = SHARE_OF_NEWCOMERS * (STEADY / Math.max(STEADY, evidence)) ** 2;
  return record.state === 'suspect' ? SHARE_OF_NEWCOMERS : Math.max(SHARE_OF_TRUSTED, falling);
}

/** `points` more were judged right. */
export function afterAgreement(record: DeviceRecord, points: number, now: number, compared = points): DeviceRecord {
  const passed = Math.min(MOST_EVIDENCE, evidenceOf(record, now) + points);
  const state = stateOf(record, now);
  const next = { ...record, passed, passedAt: now, compared: record.compared + compared };
  if (state === 'quarantined') return { ...record, compared: next.compared };
  const reached: DeviceState = passed >= TRUSTED_AT || (state === 'trusted' && passed >= TRUSTED_AT / 2) ? 'trusted' : 'probation';
  const isHeld = (state === 'suspect' || state === 'cooldown') && passed < CLEARED_AT;
  const settled = isHeld ? state : reached;
  return settled === record.state ? next : { ...next, state: settled, since: now };
}

/** A point was judged wrong, by `severity` times the tolerance; ∞ for another kind of number. What spoke for the device is void. */
export function afterMismatch(record: DeviceRecord, severity: number, now: number): DeviceRecord {
  const state = stateOf(record, now);
  const next = { ...record, passed: 0, passedAt: now, compared: record.compared + 1, mismatched: record.mismatched + 1 };
  if (state === 'quarantined') return next;
  // A second chance is not given a third time; and what came back from quarantine wrong is wrong.
  if (severity > GROSS || state === 'suspect' || state === 'cooldown') return { ...next, state: 'quarantined', since: now, catches: record.catches + 1 };
  return { ...next, state: 'suspect', since: now };
}
