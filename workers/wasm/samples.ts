/**
 * The samples of a slice in memory: all of them where they fit, else one chunk after the other.
 *
 * Sets stand one behind the other, each from a multiple of the largest block, so every block of samples is whole. What a sample is
 * kept as (its inputs, or what a first layer makes of them) is the keeper's business. Rule C3 in docs/SPEC.md.
 */
import type { EvaluationJob } from '#workers/evaluator.ts';
import type { Arena } from './arena.ts';

/** Bytes that all samples together may fill. */
const MOST_BYTES = 2 ** 26;
/** Samples at a time while loading, so that others get a turn. */
const LOADED_AT_ONCE = 64;

/** How samples are kept. `start` is an index in the set, `index` the place in memory. */
export type Keeper = {
  /** Bytes per sample. */
  readonly bytes: number;
  /** Takes memory for so many samples. */
  reserve(samples: number): void;
  keep(set: number, start: number, index: number, count: number): void;
};

/** Samples of one set that are in memory together, from place `index` on. */
export type Chunk = { readonly set: number; readonly start: number; readonly count: number; readonly index: number };

export class SamplesInMemory {
  readonly chunks: readonly Chunk[];
  /** One float per place. */
  readonly targets: number;
  private readonly arena: Arena;
  private readonly sets: EvaluationJob['sets'];
  private readonly keeper: Keeper;
  private readonly isResident: boolean;
  private readonly loaded = new Set<Chunk>();

  constructor(sets: EvaluationJob['sets'], keeper: Keeper, arena: Arena, alignment: number, mostBytes = MOST_BYTES) {
    this.arena = arena;
    this.sets = sets;
    this.keeper = keeper;
    const aligned = (count: number): number => Math.ceil(count / alignment) * alignment;
    const all = sets.reduce((sum, { samples }) => sum + aligned(samples.count), 0);
    const most = Math.max(alignment, Math.floor(mostBytes / keeper.bytes / alignment) * alignment);
    this.isResident = all <= most;
    const chunks: Chunk[] = [];
    let index = 0;
    for (const [set, { samples }] of sets.entries()) {
      for (let start = 0; start < samples.count; start += most) {
        const count = Math.min(most, samples.count - start);
        chunks.push({ set, start, count, index: this.isResident ? index : 0 });
        index += aligned(count);
      }
    }
    this.chunks = chunks;
    const places = this.isResident ? all : most;
    keeper.reserve(places);
    this.targets = arena.take(places * 4);
  }

  /** Brings a chunk into memory where it is not. @param turn called between parts */
  async load(chunk: Chunk, turn: () => Promise<void> | null): Promise<void> {
    if (this.loaded.has(chunk)) return;
    if (!this.isResident) this.loaded.clear();
    const { set, start, count, index } = chunk;
    const { targets } = this.sets[set]!.samples;
    this.arena.floats(this.targets + index * 4, count).set(targets.subarray(start, start + count));
    for (let done = 0; done < count; done += LOADED_AT_ONCE) {
      this.keeper.keep(set, start + done, index + done, Math.min(LOADED_AT_ONCE, count - done));
      const waiting = turn();
      if (waiting) await waiting;
    }
    this.loaded.add(chunk);
  }
}
