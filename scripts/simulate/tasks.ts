/** Tiles on their way to devices, waiting there, being computed and on their way back: one entry each in arrays that are used again. */

export const NONE = -1;
/** Where a task is. */
export const PLACE = { sent: 1, waiting: 2, running: 3, returning: 4, dropped: 5 } as const;

export class Tasks {
  device = new Int32Array(1024);
  slice = new Int32Array(1024);
  tile = new Int32Array(1024);
  lease = new Int32Array(1024);
  /** Of the device when it was sent: a device that was away in between knows nothing of it. */
  visit = new Int32Array(1024);
  predictedMs = new Float64Array(1024);
  ms = new Float64Array(1024);
  startedUs = new Float64Array(1024);
  roomMs = new Float64Array(1024);
  place = new Uint8Array(1024);
  isUrgent = new Uint8Array(1024);
  attack = new Uint8Array(1024);
  next = new Int32Array(1024);
  readonly #free: number[] = [];
  #size = 0;

  make(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#size === this.device.length) this.#grow();
    return this.#size++;
  }

  free(task: number): void {
    this.place[task] = 0;
    this.#free.push(task);
  }

  copy(task: number): number {
    const other = this.make();
    for (const list of [this.device, this.slice, this.tile, this.lease, this.visit, this.predictedMs, this.ms, this.startedUs, this.place, this.isUrgent, this.attack]) list[other] = list[task]!;
    this.roomMs[other] = 0;
    this.next[other] = NONE;
    return other;
  }

  #grow(): void {
    const length = 2 * this.device.length;
    const ints = (before: Int32Array): Int32Array<ArrayBuffer> => {
      const after = new Int32Array(length);
      after.set(before);
      return after;
    };
    const floats = (before: Float64Array): Float64Array<ArrayBuffer> => {
      const after = new Float64Array(length);
      after.set(before);
      return after;
    };
    const bytes = (before: Uint8Array): Uint8Array<ArrayBuffer> => {
      const after = new Uint8Array(length);
      after.set(before);
      return after;
    };
    this.device = ints(this.device);
    this.slice = ints(this.slice);
    this.tile = ints(this.tile);
    this.lease = ints(this.lease);
    this.visit = ints(this.visit);
    this.next = ints(this.next);
    this.predictedMs = floats(this.predictedMs);
    this.ms = floats(this.ms);
    this.startedUs = floats(this.startedUs);
    this.roomMs = floats(this.roomMs);
    this.place = bytes(this.place);
    this.isUrgent = bytes(this.isUrgent);
    this.attack = bytes(this.attack);
  }
}
