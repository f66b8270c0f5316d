/**
 * A binary heap of small whole numbers whose order may change while they are in it.
 *
 * The caller says which of two goes first, and tells when one has moved. It knows nothing of what the numbers stand for.
 */
export class IndexedHeap {
  readonly #isBefore: (one: number, other: number) => boolean;
  readonly #order: number[] = [];
  /** Where each number stands, or −1. */
  readonly #position: number[] = [];

  constructor(isBefore: (one: number, other: number) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#order.length;
  }

  has(id: number): boolean {
    return (this.#position[id] ?? -1) >= 0;
  }

  first(): number | undefined {
    return this.#order[0];
  }

  /** Some that are near the front, the first one first: cheap, and not the exact order. */
  nearFront(count: number): readonly number[] {
    return this.#order.slice(0, count);
  }

  /** Puts a number in, or to its new place when it is in already. */
  place(id: number): void {
    while (this.#position.length <= id) this.#position.push(-1);
    let at = this.#position[id]!;
    if (at < 0) {
      at = this.#order.length;
      this.#order.push(id);
      this.#position[id] = at;
    }
    this.#settle(at);
  }

  remove(id: number): void {
    const at = this.#position[id] ?? -1;
    if (at < 0) return;
    this.#position[id] = -1;
    const last = this.#order.pop()!;
    if (last === id) return;
    this.#order[at] = last;
    this.#position[last] = at;
    this.#settle(at);
  }

  #settle(start: number): void {
    const order = this.#order;
    const id = order[start]!;
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(id, order[parent]!)) break;
      this.#put(at, order[parent]!);
      at = parent;
    }
    if (at === start) {
      for (let child = 2 * at + 1; child < order.length; child = 2 * at + 1) {
        if (child + 1 < order.length && this.#isBefore(order[child + 1]!, order[child]!)) child++;
        if (!this.#isBefore(order[child]!, id)) break;
        this.#put(at, order[child]!);
        at = child;
      }
    }
    this.#put(at, id);
  }

  #put(at: number, id: number): void {
    this.#order[at] = id;
    this.#position[id] = at;
  }
}
