/**
 * What has come of a slice whose samples are divided into shards, block by block, and how many shards are whole.
 *
 * Results are added up in the order of the shards, in float64, whatever order they came in: so the sums are the same bits wherever they are
 * made. A shard counts once every block has it, so that all points of a picture are means over the same samples. It knows no cells and
 * draws nothing. Rules T6 and T7 in docs/SPEC.md.
 */
import type { FIELD } from './estimate.ts';
import { addResults, type TileResult } from './tileResult.ts';

/** What is believed of a tile, as FIELD has it. */
export type Standing = typeof FIELD.measured | typeof FIELD.verified | typeof FIELD.rechecked;

export type Part = { readonly result: TileResult; readonly standing: Standing };

export class ShardSums {
  readonly #blocks: number;
  /** By block, then by shard. */
  readonly #parts = new Map<string, (Part | undefined)[]>();
  /** By shard, how many blocks have it. */
  readonly #counts: number[];
  #points = 0;

  /** @param blocks that the slice has */
  constructor(shards: number, blocks: number) {
    this.#blocks = blocks;
    this.#counts = Array.from({ length: shards }, () => 0);
  }

  /** Shards that are added up: those from the first on that every block has, and at least one. */
  get depth(): number {
    const incomplete = this.#counts.findIndex((count) => count < this.#blocks);
    return Math.max(1, incomplete < 0 ? this.#counts.length : incomplete);
  }

  /** Points that have come, each as often as over another shard. */
  get points(): number {
    return this.#points;
  }

  part(block: string, shard: number): Part | undefined {
    return this.#parts.get(block)?.[shard];
  }

  /** Keeps a part in the place of an earlier one; none takes that back. */
  put(block: string, shard: number, part: Part | undefined): void {
    const parts = this.#parts.get(block) ?? [];
    const before = parts[shard];
    parts[shard] = part;
    this.#parts.set(block, parts);
    this.#counts[shard]! += Number(part !== undefined) - Number(before !== undefined);
    this.#points += (part?.result.points ?? 0) - (before?.result.points ?? 0);
  }

  /** Blocks of which anything has come. */
  blocks(): readonly string[] {
    return [...this.#parts.keys()];
  }

  /** A block over all shards that count; verified where each of them is. Null where one of them has not come. */
  merged(block: string): Part | null {
    const parts = this.#parts.get(block)?.slice(0, this.depth);
    const [first, ...more] = parts ?? [];
    if (!first || parts?.length !== this.depth) return null;
    let { result, standing } = first;
    for (const part of more) {
      if (!part) return null;
      result = addResults(result, part.result);
      // The least of them: rechecked, measured, verified.
      standing = part.standing < standing ? part.standing : standing;
    }
    return { result, standing };
  }
}
