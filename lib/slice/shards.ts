/**
 * The shards of a slice's samples: runs of a fixed length in file order, so that a large dataset is measured piece by piece.
 *
 * Only where the loss of a sample depends on no other sample: not with statistics that batches share, not with masks that are drawn by place,
 * and not for eigenvalues, which do not add up. Everything else is one shard. It knows no tiles. Rule G6 in docs/SPEC.md.
 */
import { PART_SAMPLES, runOf, type Samples, type SetName } from '#lib/network/subject.ts';
import { passesIn, type SampleChoice, type SliceRecipe } from './recipe.ts';

/** Samples of each set in one shard; the last may have fewer. As many as in a part of a dataset, so that a device fetches what it computes. */
export const SHARD_SAMPLES = PART_SAMPLES;
/** More would not fit a tile's key. */
export const MOST_SHARDS = 1000;

/** Samples `first` … `first + count − 1` of a set. */
export type SampleRun = SampleChoice & { readonly first: number };

type Sampled = Pick<SliceRecipe, 'samples' | 'mode' | 'measure'>;

/** How many shards the samples of a slice are divided into. */
export function shardsOf({ samples, mode, measure }: Sampled): number {
  const isApart = (mode.batchNorm === 'frozen' || mode.batchNorm === 'interpolated') && mode.dropout === 'off' && measure === undefined;
  return isApart ? Math.max(...samples.map(({ count }) => Math.ceil(count / SHARD_SAMPLES))) : 1;
}

/** The samples of one shard, set by set; a set that has no more is left out. Without a shard, all. */
export function samplesOfShard(recipe: Sampled, shard?: number): readonly SampleRun[] {
  if (shard === undefined || shardsOf(recipe) === 1) return recipe.samples.map((each) => ({ ...each, first: 0 }));
  const first = shard * SHARD_SAMPLES;
  return recipe.samples.flatMap(({ set, count }) => (count > first ? [{ set, first, count: Math.min(SHARD_SAMPLES, count - first) }] : []));
}

/** A part of a dataset that is kept in parts: the samples of a set from PART_SAMPLES × `part` on. */
export type PartOfSet = { readonly set: SetName; readonly part: number };

/** The parts that a tile is computed from: those of its shard, else of all its samples and of those that statistics are recomputed from. */
export function partsOfTile(recipe: Sampled, shard?: number): readonly PartOfSet[] {
  const { batchNorm } = recipe.mode;
  const runs = [...samplesOfShard(recipe, shard), ...(typeof batchNorm === 'object' && batchNorm.policy === 'recomputed' ? [{ set: 'train' as const, first: 0, count: batchNorm.samples }] : [])];
  const wanted = new Map<string, PartOfSet>();
  for (const { set, first, count } of runs) {
    for (let part = Math.floor(first / PART_SAMPLES); part * PART_SAMPLES < first + count; part++) wanted.set(`${set} ${part}`, { set, part });
  }
  return [...wanted.values()];
}

/** Samples of all sets in one shard. */
export const countInShard = (recipe: Sampled, shard: number): number => samplesOfShard(recipe, shard).reduce((sum, { count }) => sum + count, 0);

/** Passes of one sample through the network that one tile takes at each point, over the first shard. */
export const passesPerTile = (recipe: SliceRecipe): number => (shardsOf(recipe) === 1 ? passesIn(recipe) : countInShard(recipe, 0));

/** Samples of each shard, as a share of the first's. */
export function sharesOf(recipe: Sampled): readonly number[] {
  const counts = Array.from({ length: shardsOf(recipe) }, (_, shard) => countInShard(recipe, shard));
  return counts.map((count) => count / counts[0]!);
}

/** Those samples of a set, without a copy. */
export const samplesIn = (samples: Samples, { first, count }: Pick<SampleRun, 'first' | 'count'>): Samples => runOf(samples, first, count);
