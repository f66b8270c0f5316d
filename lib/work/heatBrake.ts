/**
 * Whether a device that lends should be spared, because its work has become slow: hot devices throttle themselves before they tell.
 *
 * Told what each tile took per unit of its kind of work, it compares the last seconds with the best this device has shown. No clock: the
 * caller brings `now`, in milliseconds. It slows nothing itself. Rule P19 in docs/SPEC.md.
 */

/** Twice as slow as it was is drift; up to 1.3 times is as good as recovered. */
const DRIFTED = 2;
const RECOVERED = 1.3;
/** The pace is the median over so long, and of so many tiles at least: one slow tile says nothing. */
const WINDOW_MS = 10_000;
const LEAST_TILES = 5;
/** It brakes only when the drift has lasted, and lets go only when the device has been well for a while. */
const DRIFT_MS = 10_000;
const WELL_MS = 20_000;
const LEAST_BRAKED_MS = 60_000;
const MOST_KEPT = 256;
const MOST_KINDS = 16;

type Kind = { readonly recent: { readonly at: number; readonly ms: number }[]; best: number };

export class HeatBrake {
  readonly #kinds = new Map<string, Kind>();
  #slowSince: number | null = null;
  #wellSince: number | null = null;
  #brakedAt: number | null = null;

  /** Whether the device should work half as hard. */
  get isOn(): boolean {
    return this.#brakedAt !== null;
  }

  /** @param kind work of one kind takes equally long per unit @param ms per unit, rests left out */
  note(name: string, ms: number, now: number): void {
    if (!(ms > 0)) return;
    const kind = this.#kindOf(name);
    kind.recent.push({ at: now, ms });
    while (kind.recent.length > MOST_KEPT || now - kind.recent[0]!.at > WINDOW_MS) kind.recent.shift();
    if (kind.recent.length < LEAST_TILES) return;
    const pace = medianOf(kind.recent.map((each) => each.ms));
    kind.best = Math.min(kind.best, pace);
    this.#slowSince = pace >= DRIFTED * kind.best ? (this.#slowSince ?? now) : null;
    this.#wellSince = pace <= RECOVERED * kind.best ? (this.#wellSince ?? now) : null;
    if (this.#brakedAt === null) {
      if (this.#slowSince !== null && now - this.#slowSince >= DRIFT_MS) this.#brakedAt = now;
    } else if (now - this.#brakedAt >= LEAST_BRAKED_MS && this.#wellSince !== null && now - this.#wellSince >= WELL_MS) this.#brakedAt = null;
  }

  /** Least recently used first, so that a day of slices does not fill the memory. */
  #kindOf(name: string): Kind {
    const kind = this.#kinds.get(name) ?? { recent: [], best: Infinity };
    this.#kinds.delete(name);
    this.#kinds.set(name, kind);
    if (this.#kinds.size > MOST_KINDS) this.#kinds.delete(this.#kinds.keys().next().value!);
    return kind;
  }
}

const medianOf = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
