/** Who is here and where they point, as the server tells it: small records, never stored, gone with the connection. */
import type { Person } from '#lib/session/people.ts';
import type { Pointer } from '#lib/session/pointer.ts';
import type { LiveSocket } from './connection.ts';
import { createStore, type Store, type WritableStore } from './store.ts';

export type Presence = {
  /** Everyone here, by id. */
  readonly people: Store<ReadonlyMap<string, Person>>;
  /** Where the others point. */
  readonly pointers: Store<ReadonlyMap<string, Pointer>>;
  /** After a welcome: everyone else is named next, and who left while we were away is not among them. */
  alone(me: Person): void;
};

/** @param me kept in step with what the server says of this person; the role stays this page's own */
export function watchPresence(socket: LiveSocket, me: WritableStore<Person | null>): Presence {
  const people = createStore<ReadonlyMap<string, Person>>(new Map());
  const pointers = createStore<ReadonlyMap<string, Pointer>>(new Map());

  socket.on('people', (changed, left) => {
    const next = new Map(people.getSnapshot());
    for (const person of changed) next.set(person.id, person);
    for (const personId of left) next.delete(personId);
    people.set(next);
    const mine = next.get(me.getSnapshot()?.id ?? '');
    // The role is this page's own; people are named with the most that any of their pages may.
    if (mine) me.set({ ...mine, role: me.getSnapshot()!.role });
    dropPointers(left);
  });
  socket.on('pointers', (frame) => {
    const next = new Map(pointers.getSnapshot());
    for (const [personId, pointer] of frame) {
      if (pointer === null) next.delete(personId);
      else if (personId !== me.getSnapshot()?.id) next.set(personId, pointer);
    }
    pointers.set(next);
  });
  socket.on('disconnect', () => pointers.set(new Map()));

  function dropPointers(left: readonly string[]): void {
    if (!left.some((personId) => pointers.getSnapshot().has(personId))) return;
    pointers.set(new Map([...pointers.getSnapshot()].filter(([personId]) => !left.includes(personId))));
  }

  return { people, pointers, alone: (person) => people.set(new Map([[person.id, person]])) };
}
