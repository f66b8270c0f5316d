/**
 * Deficit round robin over whoever has work, in milliseconds of device time and with weights.
 *
 * Shreedhar and Varghese, "Efficient fair queuing using deficit round robin", SIGCOMM 1995. Each round everybody is given
 * a quantum times their weight; whoever has some of it left is served and pays what the work costs, and may go below
 * zero. Rounds in which nobody could be served are skipped: everyone stands in a heap under the round in which they can be
 * served next, so that a grant costs O(log n) however dear the last one was. It does not know what is queued.
 */
import { IndexedHeap } from './indexedHeap.ts';

type Entry<Id> = {
  readonly id: Id;
  weight: number;
  /** Milliseconds left to spend in round `round`; above zero whenever the entry stands in the heap. */
  deficit: number;
  round: number;
  /** Among those of one round, the order in which they came to it. */
  turn: number;
};

export class FairQueue<Id> {
  readonly #quantumMs: number;
  readonly #slots = new Map<Id, number>();
  readonly #entries: (Entry<Id> | undefined)[] = [];
  readonly #free: number[] = [];
  /** By round, then by turn. */
  readonly #heap = new IndexedHeap();
  #round = 0;
  #turn = 0;

  constructor(quantumMs: number) {
    this.#quantumMs = quantumMs;
  }

  /** How many stand in the queue. */
  get size(): number {
    return this.#heap.size;
  }

  /** Queues somebody who has work now. Who owes something from before still owes it. */
  add(id: Id, weight: number): void {
    let slot = this.#slots.get(id);
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.#entries.length;
      this.#slots.set(id, slot);
      this.#entries[slot] = { id, weight, deficit: this.#quantumMs * weight, round: this.#round, turn: this.#turn++ };
    }
    const entry = this.#entries[slot]!;
    entry.weight = weight;
    if (entry.round < this.#round) {
      // What was saved while there was nothing to do is gone, as in every round robin.
      entry.round = this.#round;
      entry.deficit = this.#quantumMs * weight;
      entry.turn = this.#turn++;
    }
    this.#place(slot);
  }

  setWeight(id: Id, weight: number): void {
    const slot = this.#slots.get(id);
    if (slot !== undefined) this.#entries[slot]!.weight = weight;
  }

  /** Nothing of theirs waits any more. What they owe is remembered for as long as it matters. */
  rest(id: Id): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#heap.remove(slot);
    if (this.#entries[slot]!.round <= this.#round) this.#drop(slot);
  }

  forget(id: Id): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#heap.remove(slot);
    this.#drop(slot);
  }

  /** Takes payment for work that was lent; below zero gives back what was not done. */
  charge(id: Id, ms: number): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    const entry = this.#entries[slot]!;
    const perRound = this.#quantumMs * entry.weight;
    entry.deficit -= ms;
    if (entry.deficit <= 0) {
      const rounds = Math.floor(-entry.deficit / perRound) + 1;
      entry.round = Math.max(entry.round, this.#round) + rounds;
      entry.deficit += rounds * perRound;
      entry.turn = this.#turn++;
    } else if (entry.deficit > perRound && entry.round > this.#round) {
      const rounds = Math.min(entry.round - this.#round, Math.ceil(entry.deficit / perRound) - 1);
      entry.round -= rounds;
      entry.deficit -= rounds * perRound;
    }
    if (this.#heap.has(slot)) this.#place(slot);
  }

  /** Rounds until somebody can be served next, from now: 0 for whoever is next. */
  roundsUntil(id: Id): number {
    const slot = this.#slots.get(id);
    return slot === undefined ? 0 : Math.max(0, this.#entries[slot]!.round - this.#round);
  }

  /** Whether nobody who waits can be served in an earlier round: taking them now costs the others no turn. */
  isInTurn(id: Id): boolean {
    const slot = this.#slots.get(id);
    const first = this.#heap.first();
    return slot !== undefined && first !== undefined && this.#entries[slot]!.round <= Math.max(this.#round, this.#entries[first]!.round);
  }

  /** Goes through the queue in fair order until `accept` gives something; that is returned, and nobody's place has changed. */
  find<T>(accept: (id: Id) => T | null): T | null {
    const passed: number[] = [];
    let found: T | null = null;
    for (let slot = this.#heap.first(); slot !== undefined && found === null; slot = this.#heap.first()) {
      const entry = this.#entries[slot]!;
      if (passed.length === 0) this.#round = Math.max(this.#round, entry.round);
      found = accept(entry.id);
      if (found !== null) break;
      this.#heap.remove(slot);
      passed.push(slot);
    }
    for (const slot of passed) this.#place(slot);
    return found;
  }

  #place(slot: number): void {
    const { round, turn } = this.#entries[slot]!;
    this.#heap.place(slot, round, turn);
  }

  #drop(slot: number): void {
    this.#slots.delete(this.#entries[slot]!.id);
    this.#entries[slot] = undefined;
    this.#free.push(slot);
  }
}
