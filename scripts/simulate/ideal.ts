/**
 * The fluid ideal: when all work would be done if it could be divided like water over everybody who was there, and nobody lied, waited or was told late.
 *
 * And beside it who was served meanwhile: an index of fairness needs to know from when to when everybody had work waiting.
 */
export class Ideal {
  readonly #batches: number;
  #arrived = 0;
  #capacity = 0;
  #backlog = 0;
  #at = 0;
  /** Milliseconds; null while there is work left. */
  finishedAt: number | null = null;
  unitsServed = 0;

  constructor(batches: number) {
    this.#batches = batches;
  }

  /** `units` more of work are there. */
  arrive(now: number, units: number): void {
    this.#advance(now);
    this.#arrived++;
    this.#backlog += units;
    this.finishedAt = null;
  }

  /** So many units a millisecond more, or fewer. */
  capacity(now: number, change: number): void {
    this.#advance(now);
    this.#capacity = Math.max(0, this.#capacity + change);
  }

  served(units: number): void {
    this.unitsServed += units;
  }

  /** As it stands at the end of the run. */
  close(now: number): void {
    this.#advance(now);
  }

  #advance(now: number): void {
    const done = this.#capacity * (now - this.#at);
    if (this.finishedAt === null && this.#backlog > 0 && done >= this.#backlog) {
      const at = this.#at + this.#backlog / this.#capacity;
      this.#backlog = 0;
      if (this.#arrived === this.#batches) this.finishedAt = at;
    } else this.#backlog = Math.max(0, this.#backlog - done);
    this.#at = now;
  }
}
