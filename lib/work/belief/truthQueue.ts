/**
 * Which point the server recomputes next: within a budget of multiply-adds per second, fair over slices, the urgent first.
 *
 * Deficit round robin (Shreedhar and Varghese 1995) in multiply-adds: a slice whose points are dear gets as much of the
 * budget as one whose points are cheap, and a slice with a thousand questions no more than one with ten.
 * Time is an argument. Rule V12 in docs/SPEC.md.
 */
import type { TruthBudget } from './probePlan.ts';

export type TruthRequest<Tag> = {
  readonly slice: string;
  /** Multiply-adds of all that is asked. */
  readonly cost: number;
  readonly isUrgent: boolean;
  readonly tag: Tag;
};

type Line<Tag> = { urgent: TruthRequest<Tag>[]; usual: TruthRequest<Tag>[]; credit: number };

/** The budget may be saved up for so long, so that a room that was quiet is checked at once. */
const SAVED_SECONDS = 10;

export class TruthQueue<Tag> {
  readonly #budget: TruthBudget;
  readonly #lines = new Map<string, Line<Tag>>();
  #saved: number;
  #at: number | null = null;

  constructor(budget: TruthBudget) {
    this.#budget = budget;
    this.#saved = budget.perSecond * SAVED_SECONDS;
  }

  get size(): number {
    let size = 0;
    for (const { urgent, usual } of this.#lines.values()) size += urgent.length + usual.length;
    return size;
  }

  push(request: TruthRequest<Tag>): void {
    let line = this.#lines.get(request.slice);
    if (!line) this.#lines.set(request.slice, (line = { urgent: [], usual: [], credit: 0 }));
    (request.isUrgent ? line.urgent : line.usual).push(request);
  }

  /**
   * The next request, or null where none waits or the budget is spent. What is taken may cost more than is
   * saved: the budget is then in debt, so a dear point is had too, and paid for by waiting. @param now milliseconds
   */
  take(now: number): TruthRequest<Tag> | null {
    this.#earn(now);
    if (this.#saved <= 0 || this.#lines.size === 0) return null;
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
    this.#lines.delete(slice);
    return line ? [...line.urgent, ...line.usual] : [];
  }

  #earn(now: number): void {
    const { perSecond } = this.#budget;
    this.#saved = Math.min(perSecond * SAVED_SECONDS, this.#saved + ((now - (this.#at ?? now)) / 1000) * perSecond);
    this.#at = now;
  }

  #nextInTurn(): TruthRequest<Tag> {
    // The slice whose head is reached with the least further credit is next; all gain that much credit.
    let next: { slice: string; line: Line<Tag>; head: TruthRequest<Tag>; missing: number } | null = null;
    for (const [slice, line] of this.#lines) {
      const head = line.urgent[0] ?? line.usual[0]!;
      const missing = Math.max(0, head.cost - line.credit);
      if (!next || Number(head.isUrgent) > Number(next.head.isUrgent) || (head.isUrgent === next.head.isUrgent && missing < next.missing)) next = { slice, line, head, missing };
    }
    const { slice, line, head, missing } = next!;
    if (missing > 0) for (const each of this.#lines.values()) each.credit += missing;
    line.credit -= head.cost;
    (head.isUrgent ? line.urgent : line.usual).shift();
    if (line.urgent.length + line.usual.length === 0) this.#lines.delete(slice);
    return head;
  }
}
