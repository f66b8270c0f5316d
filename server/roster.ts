/**
 * Who is here: people, each with one or more connections, and where they point.
 *
 * One person with several tabs is one person. It sends nothing; liveSession.ts says what changed.
 */
import { isHelped, lendsTo, type Helped, type Person, type Role } from '#lib/session/people.ts';
import type { DeviceSaid, LendFacts } from '#lib/wire/events.ts';
import type { Domain } from '#lib/work/belief/domain.ts';
import { deviceKeyOf } from '#lib/work/belief/device.ts';
import type { Pointer, PointerFrame } from '#lib/session/pointer.ts';

export type Connection = {
  readonly id: string;
  readonly personId: string;
  /** Of the link this page came by: one person may look in one tab and edit in another. */
  readonly role: Role;
  readonly clientId: number;
  /** Where it came from and when, as far as is known: kept while it is here. */
  readonly domain: Domain | null;
};

/** Who returns or asks. */
export type Helper = {
  readonly connectionId: string;
  readonly personId: string;
  /** As it is now. */
  readonly name: string;
  /** What names its browser, by the page's own word. */
  readonly browser: string;
  /** What it computes with, as in DeviceRecord: under this evidence for it is kept. */
  readonly device: string;
  readonly domain: Domain | null;
};

/** `backend`: what it lends with, or lent with last. */
type Page = { readonly connection: Connection; lending: string | null; helps: Helped; backend: string; device: DeviceSaid };

type Present = { name: string; readonly connections: Map<string, Page>; pointer: { readonly from: string; readonly pointer: Pointer } | null };

export class Roster {
  readonly #people = new Map<string, Present>();
  readonly #connections = new Map<string, Connection>();
  /** By person, for as long as the session is open: who left and returns keeps them. */
  readonly #points = new Map<string, number>();
  #movedPointers = new Set<string>();

  join(connection: Connection, name: string): void {
    const present = this.#people.get(connection.personId) ?? { name, connections: new Map(), pointer: null };
    // Until it says more, a page is a device of its own.
    present.connections.set(connection.id, { connection, lending: null, helps: 'everyone', backend: '', device: { device: `${connection.personId}/${connection.id}`, epoch: 0, engine: 0 } });
    this.#people.set(connection.personId, present);
    this.#connections.set(connection.id, connection);
  }

  /** Returns the connection that left and whether the person left with it. */
  leave(connectionId: string): { readonly connection: Connection; readonly isGone: boolean } | null {
    const connection = this.#connections.get(connectionId);
    if (!connection) return null;
    this.#connections.delete(connectionId);
    const present = this.#people.get(connection.personId)!;
    present.connections.delete(connectionId);
    if (present.pointer?.from === connectionId) {
      present.pointer = null;
      this.#movedPointers.add(connection.personId);
    }
    const isGone = present.connections.size === 0;
    if (isGone) this.#people.delete(connection.personId);
    return { connection, isGone };
  }

  connection(id: string): Connection | undefined {
    return this.#connections.get(id);
  }

  connectionsOf(personId: string): readonly string[] {
    return [...(this.#people.get(personId)?.connections.keys() ?? [])];
  }

  /** How many connections there are, not people. */
  get size(): number {
    return this.#connections.size;
  }

  isNameUsed(name: string): boolean {
    return [...this.#people.values()].some((present) => present.name === name);
  }

  rename(personId: string, name: string): void {
    const present = this.#people.get(personId);
    if (present) present.name = name;
  }

  setLending(connectionId: string, facts: LendFacts | null): void {
    const entry = this.#pageOf(connectionId);
    if (!entry) return;
    entry.lending = facts?.title ?? null;
    entry.helps = facts?.helps ?? 'everyone';
    entry.backend = facts?.title ?? entry.backend;
  }

  setDevice(connectionId: string, device: DeviceSaid): void {
    const page = this.#pageOf(connectionId);
    if (page) page.device = device;
  }

  /** A page as one that lends or asks; null for one that is not here. */
  helper(connectionId: string): Helper | null {
    const page = this.#pageOf(connectionId);
    if (!page) return null;
    const { connection: { personId, domain }, device, backend } = page;
    return { connectionId, personId, name: this.#people.get(personId)!.name, browser: device.device, device: deviceKeyOf({ ...device, backend }), domain };
  }

  isLending(connectionId: string): boolean {
    return Boolean(this.#pageOf(connectionId)?.lending);
  }

  /** Whether a page lends, and to whoever placed this. */
  lendsTo(connectionId: string, personId: string): boolean {
    const page = this.#pageOf(connectionId);
    return Boolean(page?.lending) && isHelped(personId, page!.helps, page!.connection.personId);
  }

  /** People who compute what somebody placed. */
  helpersOf(placedBy: string): number {
    return this.people().filter((person) => lendsTo(person, placedBy)).length;
  }

  addPoints(personId: string, points: number): void {
    this.#points.set(personId, Math.max(0, (this.#points.get(personId) ?? 0) + points));
  }

  person(id: string): Person | null {
    const present = this.#people.get(id);
    if (!present) return null;
    const connections = [...present.connections.values()];
    const lent = connections.filter(({ lending }) => lending !== null);
    return {
      id,
      name: present.name,
      role: connections.some(({ connection }) => connection.role === 'edit') ? 'edit' : 'view',
      lending: lent[0]?.lending ?? null,
      // With several devices somebody helps whom any of them helps.
      helps: lent.length > 0 && lent.every(({ helps }) => helps === 'own') ? 'own' : 'everyone',
      points: this.#points.get(id) ?? 0,
    };
  }

  people(): readonly Person[] {
    return [...this.#people.keys()].map((id) => this.person(id)!);
  }

  /** Returns whether they have another slice open than before. */
  point(connectionId: string, pointer: Pointer): boolean {
    const connection = this.#connections.get(connectionId);
    const present = connection && this.#people.get(connection.personId);
    if (!present) return false;
    const before = present.pointer?.pointer.slice ?? null;
    present.pointer = { from: connectionId, pointer };
    this.#movedPointers.add(connection.personId);
    return before !== pointer.slice;
  }

  pointers(): readonly Pointer[] {
    return [...this.#people.values()].flatMap(({ pointer }) => (pointer ? [pointer.pointer] : []));
  }

  /** Every pointer there is, for who comes in. */
  wholeFrame(): PointerFrame {
    return [...this.#people].flatMap(([id, { pointer }]) => (pointer ? [[id, pointer.pointer] as const] : []));
  }

  /** What moved since the last frame. */
  takeFrame(): PointerFrame {
    const moved = this.#movedPointers;
    this.#movedPointers = new Set();
    return [...moved].map((id) => [id, this.#people.get(id)?.pointer?.pointer ?? null] as const);
  }

  #pageOf(connectionId: string): Page | undefined {
    const connection = this.#connections.get(connectionId);
    return connection && this.#people.get(connection.personId)?.connections.get(connectionId);
  }
}
