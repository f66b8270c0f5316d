/**
 * A network under construction: makes steps and notes the tensors they need, in the order they are asked for.
 *
 * That order is the order of θ. Names follow PyTorch's (`conv1.weight`, `bn1.running_mean`), so weights trained there fit.
 * It knows no architecture.
 */
import type { Network, Step, TensorSpec } from '#lib/network/program.ts';

/** PyTorch's default, which every network of the zoo uses. */
const NORM_EPSILON = 1e-5;

export type ConvolutionOptions = {
  readonly stride?: number;
  /** Half the kernel where absent, which keeps the size at stride 1. */
  readonly padding?: number;
  /** False where absent: a convolution before batch norm needs none. */
  readonly bias?: boolean;
  readonly groups?: number;
};

export type Draft = {
  readonly convolution: (name: string, from: number, to: number, kernel: number, options?: ConvolutionOptions) => Step;
  readonly linear: (name: string, from: number, to: number) => Step;
  readonly batchNorm: (name: string, width: number) => Step;
  readonly layerNorm: (name: string, width: number) => Step;
  /** Notes any other tensor and gives back its name. */
  readonly tensor: (name: string, shape: readonly number[]) => string;
  /** The network, once its program is complete. */
  readonly finish: (id: string, input: readonly number[], program: readonly Step[]) => Network;
};

export function draft(): Draft {
  const parameters: TensorSpec[] = [];
  const buffers: TensorSpec[] = [];
  const tensor = (name: string, shape: readonly number[]): string => {
    parameters.push({ name, shape: [...shape], layout: layoutNamed(shape) });
    return name;
  };
  const statistic = (name: string, width: number): string => {
    buffers.push({ name, shape: [width] });
    return name;
  };
  return {
    tensor,
    convolution: (name, from, to, kernel, { stride = 1, padding = kernel >> 1, bias = false, groups = 1 } = {}) => ({
      op: 'conv2d',
      weight: tensor(`${name}.weight`, [to, from / groups, kernel, kernel]),
      bias: bias ? tensor(`${name}.bias`, [to]) : null,
      stride,
      padding,
      ...(groups === 1 ? {} : { groups }),
    }),
    linear: (name, from, to) => ({ op: 'linear', weight: tensor(`${name}.weight`, [to, from]), bias: tensor(`${name}.bias`, [to]) }),
    batchNorm: (name, width) => ({
      op: 'batchnorm',
      weight: tensor(`${name}.weight`, [width]),
      bias: tensor(`${name}.bias`, [width]),
      running_mean: statistic(`${name}.running_mean`, width),
      running_var: statistic(`${name}.running_var`, width),
      eps: NORM_EPSILON,
    }),
    layerNorm: (name, width) => ({ op: 'layernorm', weight: tensor(`${name}.weight`, [width]), bias: tensor(`${name}.bias`, [width]), eps: NORM_EPSILON }),
    finish: (id, input, program) => ({ id, input_shape_chw: [...input], parameter_order: parameters, buffers, program }),
  };
}

function layoutNamed(shape: readonly number[]): string {
  if (shape.length === 4) return 'OIHW';
  return shape.length === 2 ? 'out,in' : 'vector';
}
