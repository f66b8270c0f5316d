/**
 * A layer program made ready to run in float64: one stage per step, and the branches of residual and concat.
 *
 * The stages themselves stand in `stages/`, by kind. Rules N1–N3 and N7 in docs/SPEC.md.
 */
import { dropoutMask } from './dropout.ts';
import type { Layout } from './layout.ts';
import { isActivation, type Step } from './program.ts';
import { featureAxis, sizeOf, walk, type Shape } from './shapes.ts';
import { activation } from './stages/activations.ts';
import { attention } from './stages/attention.ts';
import { convolution } from './stages/convolution.ts';
import { embedding, linear, positional } from './stages/dense.ts';
import { batchNorm, layerNorm } from './stages/norms.ts';
import { flattenHwc, globalPool, pool } from './stages/pools.ts';
import type { Scratch } from './stages/scratch.ts';
import type { Context, Stage } from './stages/stage.ts';

/** Dropout steps are numbered as they are built, in running order. */
type Building = Context & { dropouts: number };

type Chain = { readonly stage: Stage; readonly output: Shape };

/** The whole program; it returns its input where the program changes nothing. @throws when the program does not fit together */
export const stagesOf = (program: readonly Step[], input: Shape, layout: Layout, scratch: Scratch): Stage =>
  chain(program, input, { layout, scratch, dropouts: 0 }).stage;

function chain(steps: readonly Step[], input: Shape, context: Building): Chain {
  const stages: Stage[] = [];
  let shape = input;
  for (const step of steps) {
    const output = walk([step], shape, context.layout, () => {});
    const stage = stageOf(step, shape, output, context);
    if (stage) stages.push(stage);
    shape = output;
  }
  const stage: Stage = (values, count, pass) => {
    let passed = values;
    for (const each of stages) {
      const next = each(passed, count, pass);
      if (passed !== values && next !== passed) context.scratch.give(passed);
      passed = next;
    }
    return passed;
  };
  return { output: shape, stage };
}

/** Null for a step that never changes anything here. */
function stageOf(step: Step, input: Shape, output: Shape, context: Building): Stage | null {
  if (isActivation(step)) return activation(step, input, context);
  switch (step.op) {
    case 'conv2d':
      return convolution(step, input, output, context);
    case 'linear':
      return linear(step, input, output, context);
    case 'batchnorm':
      return batchNorm(step, input, context);
    case 'layernorm':
      return layerNorm(step, input, context);
    case 'maxpool':
    case 'avgpool':
      return pool(step, input, output, context);
    case 'globalpool':
      return globalPool(step, input, context);
    case 'flatten':
      // A sequence and an image read channel by channel stand in that order already.
      return step.order === 'HWC' && input.length === 3 ? flattenHwc(input, context) : null;
    case 'dropout':
      return dropout(step.p, context.dropouts++, input, context);
    case 'tap':
      return null;
    case 'residual':
      return residual(chain(step.body, input, context), chain(step.shortcut, input, context), context);
    case 'concat_front':
      return concat([chain(step.body, input, context), chain([], input, context)], context);
    case 'concat':
      return concat(step.branches.map((branch) => chain(branch, input, context)), context);
    case 'embedding':
      return embedding(step, input, context);
    case 'positional':
      return positional(step, input, context);
    case 'attention':
      return attention(step, input, output, context);
  }
}

function dropout(p: number, layer: number, shape: Shape, { scratch }: Context): Stage {
  const size = sizeOf(shape);
  return (values, count, { dropout: how }) => {
    if (how === null) return values;
    const out = scratch.take(count * size);
    dropoutMask(out.subarray(0, count * size), { ...how, p, layer, size });
    // A dropped NaN is 0 · NaN and stays one.
    for (let index = 0; index < count * size; index++) out[index]! *= values[index]!;
    return out;
  };
}

function residual(body: Chain, shortcut: Chain, { scratch }: Context): Stage {
  const size = sizeOf(body.output);
  return (values, count, pass) => {
    const one = body.stage(values, count, pass);
    const other = shortcut.stage(values, count, pass);
    // A branch's result is nobody else's, so it may take the sum; the shared input may not.
    const out = one !== values ? one : other !== values ? other : scratch.take(count * size);
    for (let index = 0; index < count * size; index++) out[index] = one[index]! + other[index]!;
    if (other !== values && other !== out) scratch.give(other);
    return out;
  };
}

function concat(branches: readonly Chain[], { scratch }: Context): Stage {
  const axis = featureAxis(branches[0]!.output);
  /** What each branch puts in at a time: all of a sample, or the features of one position. */
  const lengths = branches.map(({ output }) => sizeOf(output.slice(axis)));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const rows = sizeOf(branches[0]!.output.slice(0, axis));
  return (values, count, pass) => {
    const out = scratch.take(count * rows * total);
    let at = 0;
    for (const [index, branch] of branches.entries()) {
      const length = lengths[index]!;
      const made = branch.stage(values, count, pass);
      for (let row = 0; row < count * rows; row++) {
        for (let element = 0; element < length; element++) out[row * total + at + element] = made[row * length + element]!;
      }
      if (made !== values) scratch.give(made);
      at += length;
    }
    return out;
  };
}
