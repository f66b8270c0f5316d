/** What each device holds: tasks that wait, urgent ones first, and tasks that run. Lists through the `next` of the tasks. */
import { NONE, PLACE, type Tasks } from './tasks.ts';

export class Held {
  readonly #tasks: Tasks;
  /** The first of those that wait, and one of those that run; NONE for none. */
  readonly waiting: Int32Array;
  readonly running: Int32Array;
  readonly runningCount: Uint16Array;
  /** Predicted, of all that wait. */
  readonly waitingMs: Float64Array;
  readonly #last: Int32Array;

  constructor(tasks: Tasks, devices: number) {
    this.#tasks = tasks;
    this.waiting = new Int32Array(devices).fill(NONE);
    this.running = new Int32Array(devices).fill(NONE);
    this.runningCount = new Uint16Array(devices);
    this.waitingMs = new Float64Array(devices);
    this.#last = new Int32Array(devices).fill(NONE);
  }

  /** Urgent ones stand before those that are not, in the order in which they came. */
  wait(device: number, task: number): void {
    const { next, isUrgent, place, predictedMs } = this.#tasks;
    place[task] = PLACE.waiting;
    this.waitingMs[device]! += predictedMs[task]!;
    let before: number = NONE;
    if (isUrgent[task]) for (let each = this.waiting[device]!; each !== NONE && isUrgent[each]; each = next[each]!) before = each;
    else before = this.#last[device]!;
    next[task] = before === NONE ? this.waiting[device]! : next[before]!;
    if (before === NONE) this.waiting[device] = task;
    else next[before] = task;
    if (next[task] === NONE) this.#last[device] = task;
  }

  /** Takes one that waits away; false when it does not wait here. */
  leave(device: number, task: number): boolean {
    if (!this.#unlink(this.waiting, device, task)) return false;
    this.waitingMs[device] = Math.max(0, this.waitingMs[device]! - this.#tasks.predictedMs[task]!);
    return true;
  }

  /** The next that waits runs now. */
  begin(device: number): number {
    const task = this.waiting[device]!;
    this.leave(device, task);
    this.#tasks.place[task] = PLACE.running;
    this.#tasks.next[task] = this.running[device]!;
    this.running[device] = task;
    this.runningCount[device]!++;
    return task;
  }

  /** Takes one that runs away; false when it does not run here. */
  end(device: number, task: number): boolean {
    if (!this.#unlink(this.running, device, task)) return false;
    this.runningCount[device]!--;
    return true;
  }

  /** The task of the same tile as `order` in one of a device's lists, or NONE. */
  find(list: Int32Array, order: number): number {
    const { device, slice, tile, next } = this.#tasks;
    for (let each = list[device[order]!]!; each !== NONE; each = next[each]!) if (tile[each] === tile[order] && slice[each] === slice[order]) return each;
    return NONE;
  }

  /** Everything is left; those that ran are returned, and will still end. */
  drop(device: number): readonly number[] {
    const { next, place } = this.#tasks;
    while (this.waiting[device] !== NONE) {
      const task = this.waiting[device]!;
      this.leave(device, task);
      this.#tasks.free(task);
    }
    this.waitingMs[device] = 0;
    const dropped: number[] = [];
    for (let task = this.running[device]!; task !== NONE; task = next[task]!) {
      place[task] = PLACE.dropped;
      dropped.push(task);
    }
    this.running[device] = NONE;
    this.runningCount[device] = 0;
    return dropped;
  }

  #unlink(head: Int32Array, device: number, task: number): boolean {
    const { next } = this.#tasks;
    for (let each = head[device]!, before: number = NONE; each !== NONE; before = each, each = next[each]!) {
      if (each !== task) continue;
      if (before === NONE) head[device] = next[task]!;
      else next[before] = next[task]!;
      if (head === this.waiting && this.#last[device] === task) this.#last[device] = before;
      next[task] = NONE;
      return true;
    }
    return false;
  }
}
