/**
 * Which point the server recomputes next: within a budget of multiply-adds per second, by urgency, fair over slices.
 *
 * Deficit round robin (Shreedhar and Varghese 1995) in multiply-adds: a slice whose points are dear gets as much of the
 * budget as one whose points are cheap, and a slice with a thousand questions no more than one with ten.
 * Time is an argument. Rule V12 in docs/SPEC.md.
 */
import { IndexedHeap } from '#lib/work/scheduling/indexedHeap.ts';
import { URGENCIES, type Urgency } from './decision.ts';
import type { TruthBudget } from './probePlan.ts';

export type TruthRequest<Tag> = {
  readonly slice: string;
  /** Multiply-adds of all that is asked. */
  readonly cost: number;
  readonly urgency: Urgency;
  readonly tag: Tag;
};

/** Of one slice, what is asked by urgency. `credit` is counted from the credit that all have gained together. */
type Line<Tag> = { readonly slot: number; readonly waiting: Readonly<Record<Urgency, TruthRequest<Tag>[]>>; credit: number };

/** The budget may be saved up for so long, so that a room that was quiet is checked at once. */
const SAVED_SECONDS = 10;

export class TruthQueue<Tag> {
  readonly #budget: TruthBudget;
  readonly #lines = new Map<string, Line<Tag>>();
  readonly #bySlot: (Line<Tag> | undefined)[] = [];
  readonly #free: number[] = [];
  /** Lines by the urgency of their head, and by the credit gained by all at which it can be paid. */
  readonly #heads: Readonly<Record<Urgency, IndexedHeap>> = { verdict: new IndexedHeap(), doubt: new IndexedHeap(), usual: new IndexedHeap() };
  /** What every line was given so far. */
  #gained = 0;
  #size = 0;
  #saved: number;
  #at: number | null = null;

  constructor(budget: TruthBudget) {
    this.#budget = budget;
    this.#saved = budget.perSecond * SAVED_SECONDS;
  }

  get size(): number {
    return this.#size;
  }

  push(request: TruthRequest<Tag>): void {
    let line = this.#lines.get(request.slice);
    if (!line) {
      line = { slot: this.#free.pop() ?? this.#bySlot.length, waiting: { verdict: [], doubt: [], usual: [] }, credit: -this.#gained };
      this.#lines.set(request.slice, line);
      this.#bySlot[line.slot] = line;
    }
    this.#size++;
    line.waiting[request.urgency].push(request);
    this.#place(line);
  }

  /**
   * The next request, or null where none waits or the budget is spent. What is taken may cost more than is
   * saved: the budget is then in debt, so a dear point is had too, and paid for by waiting. @param now milliseconds
   */
  take(now: number): TruthRequest<Tag> | null {
    this.#earn(now);
    if (this.#saved <= 0 || this.#size === 0) return null;
    const taken = this.#nextInTurn();
    this.#saved -= taken.cost;
    return taken;
  }

  /** Milliseconds until the budget allows the next; 0 where it does now. */
  wait(now: number): number {
    this.#earn(now);
    return this.#saved > 0 ? 0 : Math.ceil((-this.#saved / this.#budget.perSecond) * 1000) + 1;
  }

  /** Leaves out what is asked of a slice. */
  forget(slice: string): readonly TruthRequest<Tag>[] {
    const line = this.#lines.get(slice);
    if (!line) return [];
    const asked = URGENCIES.flatMap((urgency) => line.waiting[urgency]);
    this.#size -= asked.length;
    this.#close(slice, line);
    return asked;
  }

  #earn(now: number): void {
    const { perSecond } = this.#budget;
    this.#saved = Math.min(perSecond * SAVED_SECONDS, this.#saved + ((now - (this.#at ?? now)) / 1000) * perSecond);
    this.#at = now;
  }

  /** The line whose head is reached with the least further credit is next; all gain that much. */
  #nextInTurn(): TruthRequest<Tag> {
    const urgency = URGENCIES.find((each) => this.#heads[each].first() !== undefined)!;
    const line = this.#bySlot[this.#heads[urgency].first()!]!;
    const head = line.waiting[urgency].shift()!;
    this.#gained = Math.max(this.#gained, head.cost - line.credit);
    line.credit -= head.cost;
    this.#size--;
    if (this.#size === 0) this.#gained = 0;
    if (URGENCIES.every((each) => line.waiting[each].length === 0)) this.#close(head.slice, line);
    else this.#place(line);
    return head;
  }

  #place(line: Line<Tag>): void {
    const urgency = URGENCIES.find((each) => line.waiting[each].length > 0)!;
    for (const each of URGENCIES) if (each !== urgency) this.#heads[each].remove(line.slot);
    this.#heads[urgency].place(line.slot, line.waiting[urgency][0]!.cost - line.credit);
  }

  #close(slice: string, { slot }: Line<Tag>): void {
    for (const urgency of URGENCIES) this.#heads[urgency].remove(slot);
    this.#lines.delete(slice);
    this.#bySlot[slot] = undefined;
    this.#free.push(slot);
  }
}
