/**
 * Point clouds with a known shape, on which one sees what a reduction can and cannot do. Rule R7 in docs/SPEC.md.
 *
 * They are curved sheets and strings in space: flat inside, so that two numbers (or one) tell all points apart, yet no plane holds them.
 */
import type { Random } from '#lib/random.ts';

export type Toy = {
  readonly rows: readonly Float64Array[];
  /** How far along the sheet or string each point lies, from 0 to 1: what a picture should keep in order. */
  readonly along: readonly number[];
};

/** The scroll of scikit-learn's make_swiss_roll: (t·cos t, 21·h, t·sin t) with t from 1.5π to 4.5π and h from 0 to 1, both uniform. */
export function scroll(random: Random, count: number): Toy {
  const along = Array.from({ length: count }, () => random.uniform());
  const rows = along.map((share) => {
    const t = 1.5 * Math.PI * (1 + 2 * share);
    return Float64Array.of(t * Math.cos(t), 21 * random.uniform(), t * Math.sin(t));
  });
  return { rows, along };
}

/** A spring of three turns around the third axis: (cos t, sin t, t/6π). */
export function helix(random: Random, count: number): Toy {
  const along = Array.from({ length: count }, () => random.uniform());
  const rows = along.map((share) => {
    const t = 6 * Math.PI * share;
    return Float64Array.of(Math.cos(t), Math.sin(t), share);
  });
  return { rows, along };
}
