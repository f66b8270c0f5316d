/**
 * Which shards of samples a browser has: kept while a page of it lends, and for some minutes after, for what it fetched stays in its HTTP cache over a
 * reload. Pages of one browser have one shelf. It knows no devices and no tiles. Rule L22 in docs/SPEC.md.
 */

/** Shards a browser is believed to have: more than the memory of a page holds. */
const MOST_SHARDS = 256;
/** So long after its last page left. */
const KEPT_MS = 10 * 60_000;
/** Shelves of browsers that left; those of long ago go first. */
const MOST_KEPT = 512;

export class Shelf {
  /** Those of long ago first. */
  readonly #shards = new Set<string>();

  has(shard: string): boolean {
    return this.#shards.has(shard);
  }

  /** It is fetched, and is there from now on. */
  put(shard: string): void {
    this.#shards.delete(shard);
    this.#shards.add(shard);
    if (this.#shards.size > MOST_SHARDS) this.#shards.delete(this.#shards.values().next().value!);
  }
}

export class Shelves {
  readonly #inUse = new Map<string, { readonly shelf: Shelf; pages: number }>();
  /** In the order in which they were left; `since` as the first sweep after that found it. */
  readonly #left = new Map<string, { readonly shelf: Shelf; since: number | null }>();

  /** A page begins. @param browser null where it does not say what it is: its shelf is its own */
  take(browser: string | null): Shelf {
    if (browser === null) return new Shelf();
    const known = this.#inUse.get(browser) ?? { shelf: this.#left.get(browser)?.shelf ?? new Shelf(), pages: 0 };
    known.pages++;
    this.#inUse.set(browser, known);
    this.#left.delete(browser);
    return known.shelf;
  }

  /** A page that took it ends. */
  leave(browser: string | null): void {
    const known = browser === null ? undefined : this.#inUse.get(browser);
    if (browser === null || !known || --known.pages > 0) return;
    this.#inUse.delete(browser);
    this.#left.set(browser, { shelf: known.shelf, since: null });
    if (this.#left.size > MOST_KEPT) this.#left.delete(this.#left.keys().next().value!);
  }

  /** Once in a while: forgets those that were left long ago. */
  sweep(now: number): void {
    for (const [browser, left] of this.#left) {
      left.since ??= now;
      if (now - left.since > KEPT_MS) this.#left.delete(browser);
    }
  }
}
