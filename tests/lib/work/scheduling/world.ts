/** A few devices and slices in virtual time, for tests of the scheduler: devices compute what they hold, first to last. */
import { Scheduler, type Completion } from '#lib/work/scheduling/scheduler.ts';
import type { DeviceFacts } from '#lib/work/scheduling/device.ts';
import type { Grant } from '#lib/work/scheduling/leases.ts';
import type { SliceSpec } from '#lib/work/scheduling/sliceWork.ts';

export const UNIT = 1e6;

/** `stages[k]` tiles in stage k, of so many units each. */
export const specOf = (id: string, person: string, stages: readonly number[], units = UNIT, more: Partial<SliceSpec> = {}): SliceSpec => {
  const stage = stages.flatMap((count, index) => Array.from({ length: count }, () => index));
  return { id, person, costClass: 'net', stage: Uint8Array.from(stage), cost: new Float32Array(stage.length).fill(units), isExtra: stages.map(() => false), loadMs: 0, ...more };
};

/** `rate`: units a millisecond and worker. `silentFrom`: computes no more, and says nothing. */
export type Worker = { readonly id: string; readonly person: string; readonly rate: number; readonly workers: number; readonly silentFrom: number } & Pick<DeviceFacts, 'helps' | 'holds'>;

type Task = { readonly grant: Grant; readonly ready: number };
type Running = Task & { readonly endsAt: number; readonly ms: number };

/** Runs until everything is done or `untilMs` is over; what came back, in order. */
export class World {
  readonly scheduler = new Scheduler();
  readonly #workers = new Map<string, Worker & { queue: Task[]; running: Running[]; isAsking: number }>();
  readonly results: { readonly at: number; readonly grant: Grant; readonly completion: Completion }[] = [];
  now = 0;
  /** Milliseconds that devices computed, all workers together. */
  computedMs = 0;
  readonly #roundTripMs: number;

  constructor(roundTripMs = 20) {
    this.#roundTripMs = roundTripMs;
  }

  join(worker: Partial<Worker> & { readonly id: string }): void {
    const whole = { person: worker.id, rate: 1e5, workers: 1, silentFrom: Infinity, ...worker };
    this.#workers.set(whole.id, { ...whole, queue: [], running: [], isAsking: 0 });
    this.scheduler.join({ id: whole.id, person: whole.person, workers: whole.workers, duty: 1, helps: whole.helps, holds: whole.holds });
  }

  leave(id: string): void {
    this.#workers.delete(id);
    this.scheduler.leave(id);
  }

  /** In steps of `stepMs`; `each` may change the world meanwhile. */
  run(untilMs: number, each: (now: number) => void = () => {}, stepMs = 10): void {
    for (; this.now <= untilMs; this.now += stepMs) {
      each(this.now);
      for (const worker of this.#workers.values()) if (this.now < worker.silentFrom) this.#step(worker);
      if (this.now % 250 === 0) this.scheduler.sweep(this.now);
      this.#deliver(this.scheduler.serve(this.now));
      for (const { device, slice, tile, isUseless } of this.scheduler.takeRevocations()) {
        const worker = this.#workers.get(device);
        if (!worker) continue;
        const isIt = ({ grant }: Task) => grant.slice === slice && grant.tile === tile;
        worker.queue = worker.queue.filter((task) => !isIt(task));
        if (isUseless) worker.running = worker.running.filter((task) => !isIt(task));
      }
      const { waiting, lent } = this.scheduler.counts();
      if (waiting === 0 && lent === 0) return;
    }
  }

  #step(worker: Worker & { queue: Task[]; running: Running[]; isAsking: number }): void {
    this.#start(worker, this.now);
    for (let task = ended(worker.running, this.now); task; task = ended(worker.running, this.now)) {
      worker.running.splice(worker.running.indexOf(task), 1);
      this.computedMs += task.ms;
      const { grant, ms, endsAt } = task;
      this.results.push({ at: endsAt, grant, completion: this.scheduler.complete(worker.id, worker.person, grant.slice, grant.tile, ms, endsAt) });
      this.#start(worker, endsAt);
    }
    const aheadMs = worker.queue.reduce((sum, { grant }) => sum + grant.predictedMs, 0);
    if (aheadMs < this.#roundTripMs + 50 && this.now >= worker.isAsking) {
      worker.isAsking = this.now + this.#roundTripMs;
      this.#deliver(this.scheduler.ask(worker.id, this.#roundTripMs + 50 - aheadMs, this.now));
    }
  }

  #start(worker: Worker & { queue: Task[]; running: Running[] }, at: number): void {
    while (worker.running.length < worker.workers && worker.queue[0] && worker.queue[0].ready <= at) {
      const task = worker.queue.shift()!;
      const ms = this.scheduler.slice(task.grant.slice)!.spec.cost[task.grant.tile]! / worker.rate;
      worker.running.push({ ...task, ms, endsAt: at + ms });
    }
  }

  #deliver(grants: readonly Grant[]): void {
    for (const grant of grants) {
      const queue = this.#workers.get(grant.device)?.queue;
      const task = { grant, ready: this.now + this.#roundTripMs };
      if (grant.isUrgent) queue?.splice(queue.findLastIndex((each) => each.grant.isUrgent) + 1, 0, task);
      else queue?.push(task);
    }
  }
}

const ended = (running: readonly Running[], now: number): Running | undefined =>
  running.filter(({ endsAt }) => endsAt <= now).sort((one, other) => one.endsAt - other.endsAt)[0];
