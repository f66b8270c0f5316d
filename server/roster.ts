/**
 * Who is here: people, each with one or more connections, and where they point.
 *
 * One person with several tabs is one person. It sends nothing; liveSession.ts says what changed.
 */
import type { Person, Role } from '#lib/session/people.ts';
import type { Pointer, PointerFrame } from '#lib/session/pointer.ts';

export type Connection = {
  readonly id: string;
  readonly personId: string;
  /** Of the link this page came by: one person may look in one tab and edit in another. */
  readonly role: Role;
  readonly clientId: number;
};

type Present = { name: string; readonly connections: Map<string, { readonly connection: Connection; lending: string | null }>; pointer: { readonly from: string; readonly pointer: Pointer } | null };

export class Roster {
  readonly #people = new Map<string, Present>();
  readonly #connections = new Map<string, Connection>();
  /** By person, for as long as the session is open: who left and returns keeps them. */
  readonly #points = new Map<string, number>();
  #movedPointers = new Set<string>();

  join(connection: Connection, name: string): void {
    const present = this.#people.get(connection.personId) ?? { name, connections: new Map(), pointer: null };
    present.connections.set(connection.id, { connection, lending: null });
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

  setLending(connectionId: string, backend: string | null): void {
    const connection = this.#connections.get(connectionId);
    const entry = connection && this.#people.get(connection.personId)?.connections.get(connectionId);
    if (entry) entry.lending = backend;
  }

  isLending(connectionId: string): boolean {
    const connection = this.#connections.get(connectionId);
    return Boolean(connection && this.#people.get(connection.personId)?.connections.get(connectionId)?.lending);
  }

  helpers(): number {
    return this.people().filter(({ lending }) => lending !== null).length;
  }

  addPoints(personId: string, points: number): void {
    this.#points.set(personId, Math.max(0, (this.#points.get(personId) ?? 0) + points));
  }

  person(id: string): Person | null {
    const present = this.#people.get(id);
    if (!present) return null;
    const connections = [...present.connections.values()];
    return {
      id,
      name: present.name,
      role: connections.some(({ connection }) => connection.role === 'edit') ? 'edit' : 'view',
      lending: connections.find(({ lending }) => lending !== null)?.lending ?? null,
      points: this.#points.get(id) ?? 0,
    };
  }

  people(): readonly Person[] {
    return [...this.#people.keys()].map((id) => this.person(id)!);
  }

  point(connectionId: string, pointer: Pointer): void {
    const connection = this.#connections.get(connectionId);
    const present = connection && this.#people.get(connection.personId);
    if (!present) return;
    present.pointer = { from: connectionId, pointer };
    this.#movedPointers.add(connection.personId);
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
}
