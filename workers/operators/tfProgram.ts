/**
 * A layer program as tensor operations, on NHWC activations.
 *
 * Compiling decides where every number of θ goes: kernels become HWIO and linear weights [in, out], and a flatten in
 * CHW order is paid for once, in the columns of the linear layer behind it. It knows no weights and no samples; single layers
 * are in tfLayers.ts. Rules N1–N3 in docs/SPEC.md.
 */
import * as tf from '@tensorflow/tfjs-core';
import { layoutOf, tensorNamed, type Layout } from '#lib/network/layout.ts';
import { isActivation, type Network, type Step } from '#lib/network/program.ts';
import { outputShapeOf, sizeOf, walk, type Shape } from '#lib/network/shapes.ts';
import { activate } from './tfActivations.ts';
import { attention, batchNorm, convolution, globalPool, layerNorm, linear, pool } from './tfLayers.ts';
import { need, type Flow, type Pass, type Run, type TensorPlan } from './tfPass.ts';
import { deviceShape, flattenPlan, sourceOf } from './tfShapes.ts';
import { createPlanner, type PlanBook } from './tensorPlans.ts';

/** How a backend is to be treated; see operatorsEngine.ts for which needs what. */
export type Treatment = {
  /** Whether an activation inside a convolution or product keeps a NaN. */
  readonly fusesRelu: boolean;
  /** Layers whose kernels lose a NaN: their numbers are watched. */
  readonly watches: ReadonlySet<Step['op']>;
};

export const PLAIN_TREATMENT: Treatment = { fusesRelu: true, watches: new Set() };

export type DropoutPlan = {
  readonly p: number;
  /** Elements of one sample. */
  readonly size: number;
  /** Of one sample on the device. */
  readonly shape: readonly number[];
  /** Element i on the device is element source[i] of the mask; null where the order is the same. */
  readonly source: Int32Array | null;
};

export type TfProgram = {
  readonly tensors: readonly TensorPlan[];
  /** In the order of allSteps. */
  readonly dropouts: readonly DropoutPlan[];
  /** Of one sample on the device: [height, width, channels], [positions, features] or [features]. */
  readonly inputShape: readonly number[];
  readonly inputSource: Int32Array | null;
  /** Rows that an embedding of the inputs has, or null: such inputs must be whole numbers below it. */
  readonly inputRows: number | null;
  readonly outputWidth: number;
  /** Floats of the largest activation of one sample. */
  readonly widest: number;
  /** Whether there are only linear layers and elementwise ones, so that points can be batched as [points, samples, features]. */
  readonly isDense: boolean;
  /**
   * @param inputs [samples, ...inputShape], or [1, samples, features] for a batch of points
   * @returns [samples, outputs], or [points, samples, outputs]
   */
  readonly run: Run;
};

const DENSE_OPS: ReadonlySet<Step['op']> = new Set(['linear', 'flatten', 'dropout', 'tap']);

/** @throws when the program does not fit its own tensors */
export function compileProgram(network: Network, treatment: Treatment = PLAIN_TREATMENT): TfProgram {
  const input = network.input_shape_chw;
  const output = outputShapeOf(network);
  if (output.length !== 1) throw new Error(`${network.id} ends with outputs of shape ${output.join('×')}, expected a vector`);
  const compiler = new Compiler(layoutOf(network), treatment);
  const { run } = compiler.list(network.program, { shape: input, order: null });
  return {
    tensors: compiler.planner.plans(),
    dropouts: compiler.dropouts,
    inputShape: deviceShape(input),
    inputSource: sourceOf({ shape: input, order: null }),
    inputRows: inputRowsOf(network),
    outputWidth: output[0]!,
    widest: Math.max(compiler.widest, sizeOf(input)),
    isDense: input.length === 1 && network.program.every((step) => DENSE_OPS.has(step.op) || isActivation(step)),
    run,
  };
}

/** Rows of the embedding that a network's inputs choose from; null where inputs are numbers. */
export function inputRowsOf(network: Network): number | null {
  const first = network.program.find((step) => step.op !== 'tap');
  return first?.op === 'embedding' ? tensorNamed(layoutOf(network).tensors, first.weight).shape[0]! : null;
}

class Compiler {
  readonly planner: PlanBook;
  readonly dropouts: DropoutPlan[] = [];
  widest = 0;
  readonly treatment: Treatment;
  private readonly layout: Layout;

  constructor(layout: Layout, treatment: Treatment) {
    this.layout = layout;
    this.treatment = treatment;
    this.planner = createPlanner(layout);
  }

  list(steps: readonly Step[], start: Flow): { run: Run; flow: Flow } {
    const runs: Run[] = [];
    let flow = start;
    for (let at = 0; at < steps.length; at++) {
      const step = steps[at]!;
      const fuses = this.treatment.fusesRelu && (step.op === 'conv2d' || step.op === 'linear') && steps[at + 1]?.op === 'relu';
      const shape = walk([step], flow.shape, this.layout, () => {});
      const made = this.step(step, flow, shape, steps.slice(at + 1), fuses);
      if (made.run) runs.push(made.run);
      if (fuses) at++;
      flow = { shape, order: made.order ?? null };
      this.widest = Math.max(this.widest, sizeOf(shape));
    }
    return { run: (x, pass) => runs.reduce((value, run) => run(value, pass), x), flow };
  }

  /** @param shape what the step gives; `order` of its features where it is not the program's own */
  private step(step: Step, flow: Flow, shape: Shape, rest: readonly Step[], fuses: boolean): { run?: Run; order?: Int32Array | null } {
    if (isActivation(step)) return { run: (x) => activate(step, x), order: flow.order };
    switch (step.op) {
      case 'conv2d':
        return { run: this.watched(step, convolution(step, flow, fuses, this.planner)) };
      case 'linear':
        return { run: linear(step, flow, fuses, this.planner) };
      case 'batchnorm':
        return { run: batchNorm(step, flow, this.planner), order: flow.order };
      case 'layernorm':
        return { run: layerNorm(step, flow, this.planner) };
      case 'maxpool':
      case 'avgpool':
        return { run: this.watched(step, pool(step)) };
      case 'globalpool':
        return { run: this.watched(step, globalPool(step, flow)) };
      case 'flatten':
        return this.flatten(step, flow, rest);
      case 'residual': {
        const body = this.list(step.body, flow).run;
        const shortcut = this.list(step.shortcut, flow).run;
        return { run: (x, pass) => tf.add(body(x, pass), shortcut(x, pass)) };
      }
      case 'concat_front':
        return { run: this.concat([step.body, []], flow) };
      case 'concat':
        return { run: this.concat(step.branches, flow) };
      case 'embedding':
        this.planner.plan(step.weight, this.planner.placed(step.weight).shape, null);
        return { run: (x, { tensors }) => tf.gather(need(tensors, step.weight), tf.cast(x, 'int32')) };
      case 'positional':
        this.planner.plan(step.weight, flow.shape, null);
        return { run: (x, { tensors }) => tf.add(x, need(tensors, step.weight)) };
      case 'attention':
        return { run: attention(step, flow, this.planner) };
      case 'dropout':
        return { ...this.dropout(step, flow), order: flow.order };
      case 'tap':
        return { order: flow.order };
    }
  }

  /** The layer with its numbers watched where the backend needs it: what comes out of a convolution, what goes into a pool. */
  private watched(step: Step, run: Run): Run {
    if (!this.treatment.watches.has(step.op)) return run;
    return (x, pass) => {
      if (step.op !== 'conv2d') pass.watch?.(x);
      const y = run(x, pass);
      if (step.op === 'conv2d') pass.watch?.(y);
      return y;
    };
  }

  private concat(branches: readonly (readonly Step[])[], flow: Flow): Run {
    const made = branches.map((branch) => this.list(branch, flow));
    // Channels and features are last on the device.
    return (x, pass) => tf.concat(made.map(({ run }) => run(x, pass)), -1);
  }

  private dropout(step: Extract<Step, { op: 'dropout' }>, flow: Flow): { run: Run } {
    const layer = this.dropouts.length;
    this.dropouts.push({ p: step.p, size: sizeOf(flow.shape), shape: deviceShape(flow.shape), source: sourceOf(flow) });
    return {
      run(x, { masks }) {
        const mask = masks?.[layer];
        return mask ? tf.mul(x, mask) : x;
      },
    };
  }

  private flatten(step: Extract<Step, { op: 'flatten' }>, flow: Flow, rest: readonly Step[]): { run?: Run; order: Int32Array | null } {
    const { isTurned, order } = flattenPlan(step, flow, rest);
    if (flow.shape.length === 1) return { order };
    const size = sizeOf(flow.shape);
    return { run: (x) => tf.reshape(isTurned ? tf.transpose(x, [0, 3, 1, 2]) : x, [-1, size]), order };
  }

}

/** The watched numbers of a pass: [samples, 1], zero where all were finite; null where nothing was watched. The caller tidies. */
export function runWatched(program: TfProgram, inputs: tf.Tensor, pass: Omit<Pass, 'watch'>): { outputs: tf.Tensor; lost: tf.Tensor | null } {
  let lost: tf.Tensor | null = null;
  const watch = (values: tf.Tensor): void => {
    const samples = values.shape[0]!;
    const size = values.size / samples;
    // Zero times a number is zero only where the number is finite; a product is the quickest way to add them up.
    const found = tf.matMul(tf.reshape(values, [samples, size]) as tf.Tensor2D, tf.zeros<tf.Rank.R2>([size, 1]));
    lost = lost === null ? found : tf.add(lost, found);
  };
  const outputs = program.run(inputs, { ...pass, watch });
  return { outputs, lost };
}
