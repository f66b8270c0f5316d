/**
 * What happens next in virtual time: events ordered by time in whole microseconds, those of one moment in the order in which they were planned.
 *
 * A heap of four children a node in typed arrays, so that a million waiting events cost 32 MB. It does not know what an event means.
 */
const CHILDREN = 4;

export class EventQueue {
  #time = new Float64Array(1024);
  #order = new Float64Array(1024);
  #kind = new Uint8Array(1024);
  #a = new Int32Array(1024);
  #b = new Int32Array(1024);
  #size = 0;
  #planned = 0;
  /** Of the event taken last. */
  time = 0;
  kind = 0;
  a = 0;
  b = 0;

  get size(): number {
    return this.#size;
  }

  /** @param time in microseconds; fractions are cut off */
  push(time: number, kind: number, a: number, b = 0): void {
    if (this.#size === this.#time.length) this.#grow();
    const at = Math.floor(time);
    const order = this.#planned++;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (this.#time[parent]! < at || (this.#time[parent] === at && this.#order[parent]! < order)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#time[hole] = at;
    this.#order[hole] = order;
    this.#kind[hole] = kind;
    this.#a[hole] = a;
    this.#b[hole] = b;
  }

  /** Takes the next event into `time`, `kind`, `a` and `b`; false when there is none. */
  pop(): boolean {
    if (this.#size === 0) return false;
    this.time = this.#time[0]!;
    this.kind = this.#kind[0]!;
    this.a = this.#a[0]!;
    this.b = this.#b[0]!;
    const last = --this.#size;
    const at = this.#time[last]!;
    const order = this.#order[last]!;
    let hole = 0;
    for (;;) {
      const first = hole * CHILDREN + 1;
      if (first >= last) break;
      let least = first;
      for (let child = first + 1; child < Math.min(first + CHILDREN, last); child++) if (this.#isBefore(child, least)) least = child;
      if (at < this.#time[least]! || (at === this.#time[least] && order < this.#order[least]!)) break;
      this.#move(least, hole);
      hole = least;
    }
    this.#move(last, hole);
    return true;
  }

  #isBefore(one: number, other: number): boolean {
    return this.#time[one]! < this.#time[other]! || (this.#time[one] === this.#time[other] && this.#order[one]! < this.#order[other]!);
  }

  #move(from: number, to: number): void {
    this.#time[to] = this.#time[from]!;
    this.#order[to] = this.#order[from]!;
    this.#kind[to] = this.#kind[from]!;
    this.#a[to] = this.#a[from]!;
    this.#b[to] = this.#b[from]!;
  }

  #grow(): void {
    const wider = <T extends Float64Array | Int32Array | Uint8Array>(before: T, after: T): T => (after.set(before), after);
    const length = 2 * this.#time.length;
    this.#time = wider(this.#time, new Float64Array(length));
    this.#order = wider(this.#order, new Float64Array(length));
    this.#kind = wider(this.#kind, new Uint8Array(length));
    this.#a = wider(this.#a, new Int32Array(length));
    this.#b = wider(this.#b, new Int32Array(length));
  }
}
