/** Slices in a mode: how statistics move with the axes, what the mode becomes, and that the server's truth follows it. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { evaluateAt, type EvaluationMode } from '#lib/network/forward.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Mode } from '#lib/network/mode.ts';
import { evaluationModeOf } from '#lib/slice/evaluationMode.ts';
import { buffersAt, frameOf, parametersAt } from '#lib/slice/frame.ts';
import type { DirectionRecipe, SliceRecipe } from '#lib/slice/recipe.ts';
import { normOf, partAlong } from '#lib/slice/vectors.ts';
import { createTruth } from '#server/truth.ts';
import { MODAL_CNN } from '#tests/network/networks.ts';
import { subjectOf } from './subjects.ts';

const random = createRandom(31);
const layout = layoutOf(MODAL_CNN);
/** In steps of 1/8, so that differences and sums are exact. */
const eighths = (length: number, least: number) => Float32Array.from({ length }, () => least + random.integer(16) / 8);
const samplesOf = (count: number) => ({ count, inputs: Float32Array.from({ length: count * 32 }, () => random.normal()), targets: Float32Array.from({ length: count }, (_, index) => index % 3) });
const SUBJECT = subjectOf(
  MODAL_CNN,
  [0, 1, 2].map(() => eighths(layout.size, -1)),
  { buffers: [0, 1, 2].map(() => eighths(layout.bufferSize, 0.5)), train: samplesOf(10), test: samplesOf(5) },
);

const towards = (checkpoint: string, change: Partial<Extract<DirectionRecipe, { kind: 'towards' }>> = {}): DirectionRecipe => ({ kind: 'towards', checkpoint, length: 'difference', orthogonal: false, ...change });
const noise: DirectionRecipe = { kind: 'random', seed: 4, normalisation: 'filter', vectors: 'ignore' };

const recipeOf = (mode: Partial<Mode>, ...directions: readonly DirectionRecipe[]): SliceRecipe => ({
  format: 1,
  subject: SUBJECT.id,
  samples: [{ set: 'train', count: 7 }, { set: 'test', count: 5 }],
  loss: 'crossEntropy',
  mode: { batchNorm: 'frozen', dropout: 'off', ...mode },
  centre: 'w0',
  axes: directions.map((direction) => ({ direction, min: -1, max: 1, count: 3 })),
});

const truth = createTruth(() => SUBJECT);

/** The losses of checkpoint `row`, with its own stored statistics or those of another. */
function lossesOf(row: number, mode?: EvaluationMode, statisticsOf = row): number[] {
  const firsts = recipeOf({}).samples.map(({ set, count }) => {
    const { inputs, targets } = SUBJECT.sets[set];
    return { set, samples: { count, inputs: inputs.subarray(0, count * 32), targets: targets.subarray(0, count) } };
  });
  const job = { network: MODAL_CNN, loss: 'crossEntropy', buffers: SUBJECT.buffers[statisticsOf]!, sets: firsts, mode } as const;
  return evaluateAt(job, Float64Array.from(SUBJECT.checkpoints[row]!)).map(({ lossSum }) => lossSum);
}

const truthAt = (recipe: SliceRecipe, a: number, b = 0) => truth.at(recipe, a, b).map(({ lossSum }) => lossSum);

describe('statistics along a slice', () => {
  it('[M2] they stand still unless they are interpolated', () => {
    const frame = frameOf(recipeOf({}, towards('w1'), noise), SUBJECT);
    expect('bufferDirections' in frame).toBe(false);
    expect([...buffersAt(frame, 0.5, 2)]).toEqual([...SUBJECT.buffers[0]!]);
  });

  it('[M2] interpolated, they reach those of the checkpoints where the weights reach theirs', () => {
    const frame = frameOf(recipeOf({ batchNorm: 'interpolated' }, towards('w1'), towards('w2')), SUBJECT);
    expect([...buffersAt(frame, 0, 0)]).toEqual([...SUBJECT.buffers[0]!]);
    expect([...buffersAt(frame, 1, 0)]).toEqual([...SUBJECT.buffers[1]!]);
    expect([...buffersAt(frame, 0, 1)]).toEqual([...SUBJECT.buffers[2]!]);
  });

  it('[M2] along a random axis they stand still', () => {
    const frame = frameOf(recipeOf({ batchNorm: 'interpolated' }, noise, towards('w1', { orthogonal: true })), SUBJECT);
    expect(frame.bufferDirections![0]!.every((value) => value === 0)).toBe(true);
    expect([...frame.bufferDirections![1]!]).toEqual([...SUBJECT.buffers[1]!].map((value, index) => value - SUBJECT.buffers[0]![index]!));
  });

  it('[M2] they are scaled and made orthogonal by exactly the numbers of the weights, so they meet the checkpoint with them', () => {
    const frame = frameOf(recipeOf({ batchNorm: 'interpolated' }, towards('w1', { length: 'unit' }), towards('w2', { length: 'unit', orthogonal: true })), SUBJECT);
    const [first, second] = frame.directions;
    const difference = SUBJECT.checkpoints[2]!.map((value, index) => value - frame.origin[index]!);
    const [a, b] = [partAlong(difference, first!), partAlong(difference, second!)];
    expect(normOf(second!)).toBeCloseTo(1, 6);
    const weights = parametersAt(frame, a, b, new Float64Array(layout.size));
    for (const [index, value] of SUBJECT.checkpoints[2]!.entries()) expect(weights[index]).toBeCloseTo(value, 5);
    for (const [index, value] of buffersAt(frame, a, b).entries()) expect(value).toBeCloseTo(SUBJECT.buffers[2]![index]!, 5);
  });
});

describe('the mode of a recipe', () => {
  it('[M2] the centre of a frozen and of an interpolated slice is the ordinary evaluation, and an end is that of the checkpoint', () => {
    const interpolated = recipeOf({ batchNorm: 'interpolated' }, towards('w1'));
    expect(truthAt(recipeOf({}, towards('w1')), 0)).toEqual(lossesOf(0));
    expect(truthAt(interpolated, 0)).toEqual(lossesOf(0));
    expect(truthAt(interpolated, 1)).toEqual(lossesOf(1));
    expect(truthAt(recipeOf({}, towards('w1')), 1)).not.toEqual(lossesOf(1));
  });

  it.each<readonly [string, Partial<Mode>, EvaluationMode]>([
    ['M3', { batchNorm: { policy: 'batch', batch: 3 } }, { batchNorm: { policy: 'batch', batch: 3 }, dropout: null }],
    ['M4', { batchNorm: { policy: 'recomputed', samples: 10, batch: 4 } }, { batchNorm: { policy: 'recomputed', samples: SUBJECT.sets.train, batch: 4 }, dropout: null }],
    ['M5', { dropout: { seed: 8 } }, { batchNorm: { policy: 'stored' }, dropout: { seed: 8 } }],
  ])('[%s] the truth of a slice is evaluated in its mode, with the samples that the mode names', (_, mode, expected) => {
    const recipe = recipeOf(mode, towards('w1'));
    expect(evaluationModeOf(recipe, SUBJECT)).toEqual(expected);
    expect(truthAt(recipe, 1)).toEqual(lossesOf(1, expected, 0));
    expect(truthAt(recipe, 0)).not.toEqual(lossesOf(0));
  });

  it('[M4] as many training samples as the recipe says, from the start of the file', () => {
    const made = evaluationModeOf(recipeOf({ batchNorm: { policy: 'recomputed', samples: 6, batch: 4 } }), SUBJECT).batchNorm;
    expect(made.policy === 'recomputed' && made.samples).toEqual({ count: 6, inputs: SUBJECT.sets.train.inputs.subarray(0, 6 * 32), targets: SUBJECT.sets.train.targets.subarray(0, 6) });
  });
});
