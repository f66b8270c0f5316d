/**
 * What a slice would ask of the devices that compute it, from its recipe alone; and the caps beyond which it is lent to nobody.
 *
 * A slice is data: this is asked before any device sees it, and answers in words that say what to reduce. Rule V14.
 */
import { costOfSample } from '#lib/network/cost.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { outputShapeOf, sizeOf } from '#lib/network/shapes.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import type { Problem } from '#lib/parsed.ts';
import { passesIn, pointsIn, samplesIn, type SliceRecipe } from '#lib/slice/recipe.ts';
import { MOST_SHARDS, SHARD_SAMPLES, countInShard, shardsOf } from '#lib/slice/shards.ts';
import type { Capacity } from './capacity.ts';

export type SliceCost = {
  /** Multiply-adds at one point, over all its samples. */
  readonly pointWork: number;
  /** Multiply-adds of the whole slice. */
  readonly sliceWork: number;
  /** Bytes that a device holds: weights, directions and samples; of a dataset in parts, those of the tiles that it is at. */
  readonly bytes: number;
  /** Bytes of the largest buffer that cannot be cut: all weights, or what one layer makes of one sample. */
  readonly largestBuffer: number;
};

/** 2e13 is every training image of CIFAR-10 through a ResNet of a hundred layers, at one point. */
const POINT_WORK = 1e14;
const SLICE_WORK = 1e17;
/** All slices of a session that are not put away, together. */
export const SESSION_WORK = 3e17;
const DEVICE_BYTES = 2 ** 30;
/** What every WebGPU device gives one binding. */
const BUFFER_BYTES = 2 ** 27;

/** Of a dataset in parts, a device has the shard that it computes on and the next. */
const PARTS_AT_ONCE = 2;

const FLOAT = 4;

/** @throws when the program does not fit together */
export function costOfSlice(recipe: SliceRecipe, { network, dataset }: SubjectManifest): SliceCost {
  const parameters = layoutOf(network).size;
  let largest = Math.max(sizeOf(network.input_shape_chw), parameters);
  outputShapeOf(network, (_, input, output) => (largest = Math.max(largest, sizeOf(input), sizeOf(output))));
  const sample = FLOAT * sizeOf(network.input_shape_chw);
  const samples = sample * samplesIn(recipe);
  const isPartly = dataset.parts !== undefined && shardsOf(recipe) > 1;
  const pointWork = costOfSample(network) * passesIn(recipe);
  return {
    pointWork,
    sliceWork: pointWork * pointsIn(recipe),
    bytes: FLOAT * parameters * (1 + recipe.axes.length) + (isPartly ? Math.min(samples, PARTS_AT_ONCE * sample * countInShard(recipe, 0)) : samples),
    largestBuffer: FLOAT * largest,
  };
}

/** What a device has to hold to compute a slice. */
export function needsOf(recipe: SliceRecipe, manifest: SubjectManifest): Capacity {
  const { bytes, largestBuffer } = costOfSlice(recipe, manifest);
  return { piece: largestBuffer, all: bytes };
}

/** What exceeds a cap, each beside the field that reduces it. */
export function costProblems(recipe: SliceRecipe, manifest: SubjectManifest): readonly Problem[] {
  const { pointWork, sliceWork, bytes, largestBuffer } = costOfSlice(recipe, manifest);
  const problems: Problem[] = [];
  const times = (found: number, most: number): string => `${Math.ceil(found / most).toLocaleString('en')} times what is lent to anybody`;
  const fewer = recipe.measure ? 'samples or steps' : 'samples';
  if (!(pointWork <= POINT_WORK)) problems.push({ path: 'samples.0.count', message: `one point would take ${times(pointWork, POINT_WORK)}: choose fewer ${fewer}` });
  else if (!(sliceWork <= SLICE_WORK)) problems.push({ path: 'axes.0.count', message: `the whole slice would take ${times(sliceWork, SLICE_WORK)}: choose fewer points or ${fewer}` });
  else if (shardsOf(recipe) > MOST_SHARDS) problems.push({ path: 'samples.0.count', message: `choose at most ${(MOST_SHARDS * SHARD_SAMPLES).toLocaleString('en')} samples of a set` });
  if (!(largestBuffer <= BUFFER_BYTES)) problems.push({ path: 'subject', message: `a device would need ${megabytes(largestBuffer)} in one piece, of which ${megabytes(BUFFER_BYTES)} can be counted on: choose a smaller network` });
  else if (!(bytes <= DEVICE_BYTES)) problems.push({ path: 'samples.0.count', message: `a device would have to hold ${megabytes(bytes)}, of which ${megabytes(DEVICE_BYTES)} can be counted on: choose fewer samples or a smaller network` });
  return problems;
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MB`;
