/**
 * What is believed of every device, and of the people they belong to: who may return anything, and how much a newcomer may hold.
 *
 * A record changes by device.ts; it knows no tiles. Rules V5, V11, V15 in docs/SPEC.md.
 */
import type { Decision } from './decision.ts';
import { MOST_CATCHES, newDevice, stateOf, type DeviceRecord } from './device.ts';
import type { Domain } from './domain.ts';

/** A newcomer that waits for its verdict is lent one lease more whenever so much time has passed: a server with much to do must not keep it idle. */
const PATIENCE_MS = 1000;
/** Every so many points compared a record is worth keeping, if nothing else has changed. */
const KEPT_EVERY = 32;

export class Standing {
  readonly #devices = new Map<string, DeviceRecord>();
  /** Where each was when it was last heard of; nothing that is kept. */
  readonly #domains = new Map<string, Domain>();
  readonly #catches = new Map<string, number>();

  /** Makes a device known: with its record from earlier, or as a newcomer. */
  admit(key: string, person: string, now: number, earlier: DeviceRecord | null): DeviceRecord {
    const known = this.#devices.get(key);
    if (known) return known;
    const record = earlier ?? newDevice(key, person, now);
    this.#devices.set(key, record);
    if (record.catches > 0) this.#catches.set(record.person, this.#catchesOf(record.person) + record.catches);
    return record;
  }

  get(key: string): DeviceRecord | undefined {
    return this.#devices.get(key);
  }

  /** A device is heard of from somewhere. */
  cameFrom(key: string, domain: Domain): void {
    this.#domains.set(key, domain);
  }

  domainOf(key: string): Domain | null {
    return this.#domains.get(key) ?? null;
  }

  /** Whether results of a device are taken. Of a person caught again and again under new identities they are not. */
  mayReturn(key: string, now: number): boolean {
    const record = this.#devices.get(key);
    return record !== undefined && stateOf(record, now) !== 'quarantined' && this.isWelcome(record.person);
  }

  isWelcome(person: string): boolean {
    return this.#catchesOf(person) <= MOST_CATCHES;
  }

  /** Takes a device's new record in; what of it is worth keeping. */
  change(before: DeviceRecord, record: DeviceRecord): readonly Decision[] {
    this.#devices.set(record.key, record);
    if (record.catches > before.catches) this.#catches.set(record.person, this.#catchesOf(record.person) + 1);
    // Evidence alone is kept now and then, a change of state at once.
    const isWorthKeeping = record.state !== before.state || record.mismatched !== before.mismatched || Math.floor(record.compared / KEPT_EVERY) !== Math.floor(before.compared / KEPT_EVERY);
    return isWorthKeeping ? [{ kind: 'device', record, before: before.state }] : [];
  }

  #catchesOf(person: string): number {
    return this.#catches.get(person) ?? 0;
  }
}

/** Nothing of it was judged since it came, or came back. */
export function isUnproven(record: DeviceRecord, now: number): boolean {
  const state = stateOf(record, now);
  return state === 'new' || state === 'cooldown';
}

/** Tiles for each worker of a newcomer's first lease, at most: a quick one is not kept idle for its verdict, and what a wrong one can spoil stays small. */
export const FIRST_LEASE = 4;

/**
 * With how many tiles in hand a newcomer is lent no more: one lease until the first point of what it returned was judged, and a tile for each worker for
 * every PATIENCE_MS that it waits. What it holds already it goes on with.
 *
 * @param returned tiles that it returned and of which nothing was judged @param since when the first of them came
 */
export function heldOnTrial(workers: number, returned: number, since: number, now: number): number {
  const firstLease = FIRST_LEASE * workers;
  if (returned === 0) return firstLease;
  const forPatience = workers * Math.floor((now - since) / PATIENCE_MS);
  // What came with the first lease was allowed at once: it does not lengthen the wait for more.
  return Math.max(0, forPatience - Math.max(0, returned - firstLease));
}
