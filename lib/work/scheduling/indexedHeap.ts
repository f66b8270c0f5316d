/**
 * A binary heap of small whole numbers, lowest key first, whose keys may change while they are in it.
 *
 * Keys are pairs of numbers in typed arrays: a second one where the first are equal. It knows nothing of what the numbers
 * stand for.
 */
export class IndexedHeap {
  readonly #order: number[] = [];
  /** Where each number stands, or −1. */
  #position = new Int32Array(16).fill(-1);
  #first = new Float64Array(16);
  #second = new Float64Array(16);

  get size(): number {
    return this.#order.length;
  }

  has(id: number): boolean {
    return id < this.#position.length && this.#position[id]! >= 0;
  }

  first(): number | undefined {
    return this.#order[0];
  }

  /** Of a number that is in the heap. */
  keyOf(id: number): number {
    return this.#first[id]!;
  }

  /** Some that are near the front, the first one first: cheap, and not the exact order. */
  nearFront(count: number): readonly number[] {
    return this.#order.slice(0, count);
  }

  /** Puts a number in, or to its new place when it is in already. */
  place(id: number, key: number, second = 0): void {
    if (id >= this.#position.length) this.#grow(id);
    let at = this.#position[id]!;
    if (at < 0) {
      at = this.#order.length;
      this.#order.push(id);
      this.#position[id] = at;
    } else if (this.#first[id] === key && this.#second[id] === second) return;
    this.#first[id] = key;
    this.#second[id] = second;
    this.#settle(at);
  }

  remove(id: number): void {
    if (!this.has(id)) return;
    const at = this.#position[id]!;
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

  #isBefore(one: number, other: number): boolean {
    const difference = this.#first[one]! - this.#first[other]!;
    return difference < 0 || (difference === 0 && this.#second[one]! < this.#second[other]!);
  }

  #put(at: number, id: number): void {
    this.#order[at] = id;
    this.#position[id] = at;
  }

  #grow(id: number): void {
    const length = Math.max(id + 1, 2 * this.#position.length);
    const position = new Int32Array(length).fill(-1);
    position.set(this.#position);
    this.#position = position;
    const [first, second] = [new Float64Array(length), new Float64Array(length)];
    first.set(this.#first);
    second.set(this.#second);
    this.#first = first;
    this.#second = second;
  }
}
