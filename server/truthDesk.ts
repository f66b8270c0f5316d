/**
 * Has float64 asked what is to be asked: as many at once as the prober has threads, within the budget, fair over slices.
 *
 * It does not know what is asked nor what follows from the answers. Rule V12 in docs/SPEC.md.
 */
import type { TruthBudget } from '#lib/work/belief/probePlan.ts';
import { TruthQueue, type TruthRequest } from '#lib/work/belief/truthQueue.ts';
import type { Clock } from './clock.ts';

/** Asks and heeds the answer; it never rejects. */
export type Inquiry = () => Promise<void>;

type Options = {
  readonly budget: TruthBudget;
  /** How many are asked at once. */
  readonly width: number;
  readonly clock: Clock;
  /** Nothing waits: pushes what else is worth knowing. Answers when to ask again: 0 after a push, else in so many ms; Infinity for not at all. */
  readonly onIdle: () => number;
};

export class TruthDesk {
  readonly #options: Options;
  readonly #queue: TruthQueue<Inquiry>;
  readonly #running = new Set<Promise<void>>();
  #cancelWake = () => {};
  #cancelIdle = () => {};
  #isAsleep = false;
  #isClosed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#queue = new TruthQueue(options.budget);
  }

  /** Inquiries that wait or run. */
  get size(): number {
    return this.#queue.size + this.#running.size;
  }

  push(request: TruthRequest<Inquiry>): void {
    this.#queue.push(request);
    this.pump();
  }

  /** Nobody watches the slice any more. */
  forget(slice: string): void {
    this.#queue.forget(slice);
  }

  /** Begins what may begin now. */
  pump(): void {
    const { width, clock, onIdle } = this.#options;
    while (!this.#isClosed && !this.#isAsleep && this.#running.size < width) {
      if (this.#queue.size === 0) {
        const wait = onIdle();
        if (wait > 0) {
          this.#cancelIdle();
          // Unlike sleep, it holds up nothing that is pushed meanwhile.
          if (wait < Infinity) this.#cancelIdle = clock.after(wait, () => this.pump());
          return;
        }
      }
      const request = this.#queue.take(clock.now());
      if (!request) {
        if (this.#queue.size > 0) this.#sleep();
        return;
      }
      const run = request.tag().finally(() => {
        this.#running.delete(run);
        this.pump();
      });
      this.#running.add(run);
    }
  }

  /** Resolves when one of those running has ended. */
  async step(): Promise<void> {
    await Promise.race(this.#running);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelWake();
    this.#cancelIdle();
    await Promise.all(this.#running);
  }

  #sleep(): void {
    const { clock } = this.#options;
    this.#isAsleep = true;
    this.#cancelWake = clock.after(this.#queue.wait(clock.now()), () => {
      this.#isAsleep = false;
      this.pump();
    });
  }
}
