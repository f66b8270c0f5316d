/**
 * Who may have which tile of a slice: not who returned it wrong or has spoken of it already; and while others are further away from those
 * who have, only they, for a while. It knows no devices: who is here is told. Rules L9, V17 in docs/SPEC.md.
 */
import type { Domain } from '#lib/work/belief/domain.ts';

/** A second opinion is kept for who is furthest away from these, until then. */
export type Kept = { readonly awayFrom: readonly Domain[]; readonly until: number };

export class Eligibility {
  readonly #barred = new Map<number, Set<string>>();
  readonly #kept = new Map<number, Kept>();

  bar(tile: number, person: string): void {
    this.#barred.set(tile, (this.#barred.get(tile) ?? new Set()).add(person));
  }

  isBarred(tile: number, person: string): boolean {
    return this.#barred.get(tile)?.has(person) ?? false;
  }

  keep(tile: number, kept: Kept): void {
    if (kept.awayFrom.length > 0) this.#kept.set(tile, kept);
    else this.#kept.delete(tile);
  }

  /** For whom a tile is kept; null for nobody, or no longer. */
  keptFor(tile: number, now: number): readonly Domain[] | null {
    const kept = this.#kept.get(tile);
    return kept && now < kept.until ? kept.awayFrom : null;
  }
}
