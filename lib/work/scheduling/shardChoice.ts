/**
 * Which shard of the samples a device goes on with: one that it has, of those that are next.
 *
 * Every device would fetch every shard if all worked at the same one. So a few are under way at a time, as many as there are before
 * them: more samples come in steps that at most double what a picture is made of, and its standard error falls by √2 at most in
 * each. It knows no tiles and no devices. Rule L20 in docs/SPEC.md.
 */

/** Shards under way at a time, however many there are. */
const MOST_AHEAD = 16;

export type ShardStages = {
  /** The first stage in which a tile waits; it and all after it are more samples. */
  readonly next: number;
  /** The stage of the second shard: the first one has those before it. */
  readonly firstExtra: number;
  /** By stage: names of shards, tiles that wait, tiles that are lent. */
  readonly shards: readonly string[];
  readonly waiting: Uint32Array;
  readonly lent: Uint32Array;
};

/** The stage to take a tile of; where the device has none of those shards, the one with the most work left for each that is at it. */
export function shardFor({ next, firstExtra, shards, waiting, lent }: ShardStages, has: (shard: string) => boolean): number {
  const before = next - firstExtra + 1;
  const end = Math.min(shards.length, next + Math.min(before, MOST_AHEAD));
  let best = next;
  let most = 0;
  for (let stage = next; stage < end; stage++) {
    if (waiting[stage] === 0) continue;
    if (has(shards[stage]!)) return stage;
    const left = waiting[stage]! / (1 + lent[stage]!);
    if (left <= most) continue;
    best = stage;
    most = left;
  }
  return best;
}
