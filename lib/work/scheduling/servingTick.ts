/**
 * When everybody who waits for work is served: at once after a quiet moment, else with the next tick; sooner where a first picture waits.
 *
 * Serving looks at every device that waits; where results come by the thousand, doing so for each of them would leave no time
 * for anything else. No timer: the caller brings `now`. Rule L17.
 */

/** Milliseconds between two servings, where nothing is urgent. */
const TICK_MS = 50;
/** What is urgent waits for what else may come at the same moment: thirty slices opened together are shared out better than one by one. */
const URGENT_MS = 5;

export class ServingTick {
  #servedAt = -Infinity;
  #plannedAt = Infinity;

  /**
   * Something became possible, or urgent: in how many milliseconds to serve, 0 for now. Null where that is planned already;
   * whatever was planned for later is not needed any more.
   */
  due(now: number, isUrgent: boolean): number | null {
    const at = isUrgent ? now + URGENT_MS : Math.max(now, this.#servedAt + TICK_MS);
    if (this.#plannedAt <= at) return null;
    this.#plannedAt = at;
    return at - now;
  }

  /** Whether what was planned is to be done now, and was not done before. */
  isDue(now: number): boolean {
    return this.#plannedAt <= now;
  }

  served(now: number): void {
    this.#servedAt = now;
    this.#plannedAt = Infinity;
  }
}
