/**
 * The samples of a slice as the tile engine keeps them: blocks of [input rows, samples], four samples side by side.
 *
 * It knows no layers and no device.
 */
import { isClassification, type LossName } from '#lib/network/loss.ts';
import type { Samples, SetName } from '#lib/network/subject.ts';
import { SUMMED } from './pointShaders.ts';
import { blocksOf } from './sizes.ts';

export type SampleBlock = {
  readonly set: number;
  readonly start: number;
  readonly count: number;
  /** Groups of four samples; the last may be filled up with zeros. */
  readonly fours: number;
  /** Where the block's losses start in a row of results, and its sums in a row of sums. Correct answers follow both, and after those the sums of squares. */
  readonly at: number;
  readonly sumsAt: number;
};

export type BlockedSets = {
  readonly sets: readonly { readonly set: SetName; readonly samples: Samples }[];
  readonly blocks: readonly SampleBlock[];
  /** Numbers in a row of results, and of sums. */
  readonly row: number;
  readonly sumsRow: number;
};

export const runsOf = ({ fours }: SampleBlock): number => Math.ceil((4 * fours) / SUMMED);

/** @throws in words where a target or a position of a sequence is not one that the network has */
export function checkSamples({ inputs, targets }: Samples, vocabulary: number | null, width: number, loss: LossName): void {
  for (const value of vocabulary === null ? [] : inputs) {
    if (!(Number.isInteger(value) && value >= 0 && value < vocabulary!)) throw new Error(`an embedding has rows 0 to ${vocabulary! - 1}, and no row ${value}`);
  }
  if (!isClassification(loss)) return;
  for (const value of targets) {
    if (!Number.isInteger(value) || value < 0 || value >= width) throw new Error(`class ${value} is not one of the ${width} that the network has`);
  }
}

export function blockSets(sets: BlockedSets['sets'], size: number): BlockedSets {
  const blocks: SampleBlock[] = [];
  let at = 0;
  let sumsAt = 0;
  for (const [set, { samples }] of sets.entries()) {
    for (const { start, count } of blocksOf(samples.count, size)) {
      const block = { set, start, count, fours: Math.ceil(count / 4), at, sumsAt };
      blocks.push(block);
      at += 8 * block.fours;
      sumsAt += 3 * runsOf(block);
    }
  }
  return { sets, blocks, row: at, sumsRow: sumsAt };
}

/** [rows, 4 · fours] of a block, from samples of `rows` numbers each. */
export function inputsOf({ inputs }: Samples, { start, count, fours }: SampleBlock, rows: number): Float32Array {
  const across = 4 * fours;
  const turned = new Float32Array(rows * across);
  for (let sample = 0; sample < count; sample++) {
    const from = (start + sample) * rows;
    for (let row = 0; row < rows; row++) turned[row * across + sample] = inputs[from + row]!;
  }
  return turned;
}

export function targetsOf({ targets }: Samples, { start, count, fours }: SampleBlock): Float32Array {
  const filled = new Float32Array(4 * fours);
  filled.set(targets.subarray(start, start + count));
  return filled;
}
