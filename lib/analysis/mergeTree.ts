/**
 * Which valleys a surface has, and at what height each runs into a deeper one: its merge tree, and with it the 0-dimensional
 * persistence of its sublevel sets.
 *
 * Samples are taken in order of their loss and joined to those neighbours that are there already (union-find); where two valleys
 * meet, the one with the higher bottom ends (elder rule; of equal ones the later in the grid). Edelsbrunner, Letscher and Zomorodian
 * 2002. A sample that is not finite joins nothing. Rules O1 and O2 in docs/SPEC.md.
 */
import { neighboursOf, type Neighbours, type SampledSurface } from './sampledSurface.ts';

export type Valley = {
  /** Loss and sample of its bottom; of a flat bottom the first sample. */
  readonly birth: number;
  readonly bottom: number;
  /** Loss and sample of the pass over which it runs into a deeper one; null for the deepest of all that hang together. */
  readonly death: number | null;
  readonly pass: number | null;
  /** The bottom of that deeper one. */
  readonly into: number | null;
};

/** How far one must climb to leave a valley for a deeper one; infinite where there is none. */
export const persistenceOf = ({ birth, death }: Pick<Valley, 'birth' | 'death'>): number => (death === null ? Infinity : death - birth);

export type MergeTree = {
  readonly neighbours: Neighbours;
  /** Most persistent first, then deepest; none of persistence 0. */
  readonly valleys: readonly Valley[];
};

export function mergeTree(surface: SampledSurface, neighbours: Neighbours): MergeTree {
  const { values } = surface;
  const order = Array.from({ length: values.length }, (_, at) => at)
    .filter((at) => Number.isFinite(values[at]))
    .sort((one, other) => values[one]! - values[other]! || one - other);
  // The parent of a root is itself, its bottom the first sample of the component; −1 is not there yet.
  const parents = new Int32Array(values.length).fill(-1);
  const bottoms = new Int32Array(values.length);
  const around = new Int32Array(8);
  const valleys: Valley[] = [];
  const isElder = (one: number, other: number): boolean => values[one]! - values[other]! < 0 || (values[one] === values[other] && one < other);

  for (const at of order) {
    parents[at] = at;
    bottoms[at] = at;
    const count = neighboursOf(surface, at, neighbours, around);
    for (let index = 0; index < count; index++) {
      if (parents[around[index]!] === -1) continue;
      const [mine, theirs] = [rootOf(parents, at), rootOf(parents, around[index]!)];
      if (mine === theirs) continue;
      const [elder, younger] = isElder(bottoms[mine]!, bottoms[theirs]!) ? [mine, theirs] : [theirs, mine];
      const bottom = bottoms[younger]!;
      if (values[at]! > values[bottom]!) valleys.push({ birth: values[bottom]!, bottom, death: values[at]!, pass: at, into: bottoms[elder]! });
      parents[younger] = elder;
    }
  }
  for (const at of order) {
    if (parents[at] === at) valleys.push({ birth: values[bottoms[at]!]!, bottom: bottoms[at]!, death: null, pass: null, into: null });
  }
  return { neighbours, valleys: valleys.toSorted(byPersistence) };
}

/** The tree without the valleys that are left by a climb of less than `least`; what ran into one of them runs into what that ran into. */
export function simplifiedTree({ neighbours, valleys }: MergeTree, least: number): MergeTree {
  const byBottom = new Map(valleys.map((valley) => [valley.bottom, valley]));
  const kept = valleys.filter((valley) => persistenceOf(valley) >= least);
  const stays = new Set(kept.map(({ bottom }) => bottom));
  const standing = (bottom: number | null): number | null => (bottom === null || stays.has(bottom) ? bottom : standing(byBottom.get(bottom)?.into ?? null));
  return { neighbours, valleys: kept.map((valley) => ({ ...valley, into: standing(valley.into) })) };
}

/**
 * The surface on which only those valleys are left: every other is filled up to its pass, and nothing else changes.
 * A sample that is not finite, or from which none of the valleys can be reached, stays as it is.
 */
export function filledSurface(surface: SampledSurface, { neighbours, valleys }: MergeTree): SampledSurface {
  const { values } = surface;
  const filled = Float64Array.from(values);
  const isReached = new Uint8Array(values.length);
  const around = new Int32Array(8);
  const queue = new LevelQueue();
  for (const { bottom } of valleys) {
    isReached[bottom] = 1;
    queue.push(values[bottom]!, bottom);
  }
  for (let next = queue.pop(); next; next = queue.pop()) {
    filled[next.at] = next.level;
    const count = neighboursOf(surface, next.at, neighbours, around);
    for (let index = 0; index < count; index++) {
      const other = around[index]!;
      if (isReached[other] || !Number.isFinite(values[other])) continue;
      isReached[other] = 1;
      queue.push(Math.max(next.level, values[other]!), other);
    }
  }
  return { ...surface, values: filled };
}

const byPersistence = (one: Valley, other: Valley): number => {
  const [longer, shorter] = [persistenceOf(one), persistenceOf(other)];
  return longer === shorter ? one.birth - other.birth || one.bottom - other.bottom : shorter - longer;
};

function rootOf(parents: Int32Array, at: number): number {
  let root = at;
  while (parents[root] !== root) root = parents[root]!;
  // Every sample on the way points to the root from now on.
  for (let place = at; parents[place] !== root; ) {
    const next = parents[place]!;
    parents[place] = root;
    place = next;
  }
  return root;
}

/** A binary heap: lowest level first. */
class LevelQueue {
  readonly #levels: number[] = [];
  readonly #places: number[] = [];

  push(level: number, at: number): void {
    let index = this.#levels.push(level) - 1;
    this.#places.push(at);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#levels[parent]! <= this.#levels[index]!) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  pop(): { readonly level: number; readonly at: number } | null {
    if (this.#levels.length === 0) return null;
    this.#swap(0, this.#levels.length - 1);
    const [level, at] = [this.#levels.pop()!, this.#places.pop()!];
    for (let index = 0; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      let least = index;
      if (left < this.#levels.length && this.#levels[left]! < this.#levels[least]!) least = left;
      if (right < this.#levels.length && this.#levels[right]! < this.#levels[least]!) least = right;
      if (least === index) return { level, at };
      this.#swap(index, least);
      index = least;
    }
  }

  #swap(one: number, other: number): void {
    [this.#levels[one], this.#levels[other]] = [this.#levels[other]!, this.#levels[one]!];
    [this.#places[one], this.#places[other]] = [this.#places[other]!, this.#places[one]!];
  }
}
