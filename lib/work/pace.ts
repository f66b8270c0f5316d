/**
 * The pace of one piece of work as somebody watches it: how fast it goes, and how long it still takes by what was said before.
 *
 * It is told what is computed, by the server's word, and not what of that has reached the one who watches: who comes late fetches a whole picture
 * in a moment, which says nothing about how fast anybody computes. No clock: times are milliseconds on any one clock. Rule L19 in docs/SPEC.md.
 */
import { leftOf, outlook, promise, type Look, type Promised } from './eta.ts';

export type PaceNow = {
  /** Points that were computed a second over the last half minute; null where none were, or nothing is left. */
  readonly perSecond: number | null;
  /** `unknown`: nothing was measured of who is here. `isLonger`: than was said before. Null once all is computed. */
  readonly left: { readonly kind: 'unknown' } | { readonly kind: 'range'; readonly lowMs: number; readonly highMs: number; readonly isLonger: boolean } | null;
};

const WINDOW_MS = 30_000;

export class Pace {
  readonly #all: number;
  readonly #looks: (Look & { readonly done: number })[] = [];
  #told: Promised | null = null;

  /** @param all points that the work has, each as often as it is computed */
  constructor(all: number) {
    this.#all = all;
  }

  /** @param by everything computed so far, by lender @param present those that compute now */
  look(at: number, by: Look['by'], present: ReadonlySet<string>): PaceNow {
    const looks = this.#looks;
    const done = [...by.values()].reduce((sum, { points }) => sum + points, 0);
    looks.push({ at, by, done });
    while (looks.length > 2 && at - looks[0]!.at > WINDOW_MS) looks.shift();
    // How long nothing came says nothing of how fast it comes: what came first is where that begins, once there is more.
    const begun = looks.findIndex((each) => each.done > looks[0]!.done);
    const from = begun > 0 && looks[begun]!.done < done ? looks[begun]! : looks[Math.max(0, begun - 1)]!;
    const rate = at > from.at ? (done - from.done) / (at - from.at) : 0;
    const found = outlook(this.#all - done, looks, present);
    this.#told = found.kind === 'range' ? promise(this.#told, found, at) : null;
    return {
      perSecond: rate > 0 && found.kind !== 'done' ? rate * 1000 : null,
      left: found.kind === 'unknown' ? found : this.#told && { kind: 'range', ...leftOf(this.#told, at) },
    };
  }
}
