/**
 * The samples of a slice on the device, cut into blocks that bound the memory of one forward pass.
 *
 * It knows no layers: only how a sample lies, how its target is compared, and which dropout masks it has.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '#lib/network/batches.ts';
import { dropoutMask } from '#lib/network/dropout.ts';
import type { AnySamples } from '#lib/network/forward.ts';
import { isClassification, type LossName } from '#lib/network/loss.ts';
import type { SetName } from '#lib/network/subject.ts';
import { disposeTargets, targetsOf, type Targets } from './tfLoss.ts';
import type { TfProgram } from './tfProgram.ts';
import { laidOut } from './tfShapes.ts';

/** The inputs of some samples with their dropout factors, by the program's dropout steps; null where there are none. */
export type InputBlock = { readonly count: number; readonly inputs: tf.Tensor; readonly masks: readonly (tf.Tensor | null)[] | null };

/** `targets` are for [points × count] rows of outputs. */
export type SampleBlock = InputBlock & { readonly targets: Targets };

type Dropout = { readonly seed: number } | null;

/** @throws in words where a target or a position of a sequence is not one that the network has */
export function checkSamples({ inputs, targets }: AnySamples, { inputRows, outputWidth }: Pick<TfProgram, 'inputRows' | 'outputWidth'>, loss: LossName | null): void {
  for (const value of inputRows === null ? [] : inputs) {
    if (!(Number.isInteger(value) && value >= 0 && value < inputRows!)) throw new Error(`an embedding has rows 0 to ${inputRows! - 1}, and no row ${value}`);
  }
  if (loss === null || !isClassification(loss)) return;
  for (const value of targets) {
    if (!Number.isInteger(value) || value < 0 || value >= outputWidth) throw new Error(`class ${value} is not one of the ${outputWidth} that the network has`);
  }
}

export function inputBlockOf(program: TfProgram, samples: AnySamples, { start, count }: Batch, set: SetName, dropout: Dropout): InputBlock {
  const size = samples.inputs.length / samples.count;
  const values = Float32Array.from(samples.inputs.subarray(start * size, (start + count) * size));
  return {
    count,
    inputs: tf.tensor(laidOut(values, program.inputSource), [count, ...program.inputShape], 'float32'),
    masks: dropout && program.dropouts.map((_, layer) => maskOf(program, layer, { start, count }, set, dropout.seed)),
  };
}

function maskOf({ dropouts }: TfProgram, layer: number, { start, count }: Batch, set: SetName, seed: number): tf.Tensor | null {
  const { p, size, shape, source } = dropouts[layer]!;
  if (p === 0) return null;
  const values = new Float32Array(count * size);
  dropoutMask(values, { seed, p, layer, set: set === 'train' ? 0 : 1, first: start, size });
  return tf.tensor(laidOut(values, source), [count, ...shape], 'float32');
}

/** @param points how many are evaluated at once: the targets are repeated for each */
export function sampleBlockOf(program: TfProgram, loss: LossName, samples: AnySamples, batch: Batch, set: SetName, dropout: Dropout, points: number): SampleBlock {
  const targets = samples.targets.subarray(batch.start, batch.start + batch.count);
  return { ...inputBlockOf(program, samples, batch, set, dropout), targets: targetsOf(loss, program.outputWidth, repeated(targets, points)) };
}

export function disposeBlock(block: InputBlock | SampleBlock): void {
  tf.dispose([block.inputs, ...(block.masks ?? []).filter((mask) => mask !== null)]);
  if ('targets' in block) disposeTargets(block.targets);
}

function repeated(values: Float32Array, times: number): Float32Array {
  const out = new Float32Array(values.length * times);
  for (let time = 0; time < times; time++) out.set(values, time * values.length);
  return out;
}
