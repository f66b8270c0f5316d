/**
 * A network as data: a layer program over named tensors.
 *
 * The same description is run by the float64 reference (forward.ts) and by every
 * evaluator in workers/. It knows no weights and no dataset. The format is the one of
 * the reference cases (tests/reference/README.md), so a case file's `model` is a Network.
 */
import * as z from 'zod/mini';

const count = z.int().check(z.positive());
const tensorName = z.string().check(z.minLength(1), z.maxLength(200));

/** `layout` says how the axes are to be read: OIHW, out,in or vector. The first axis of a tensor of rank ≥ 2 counts its filters. */
const tensorSpec = z.object({ name: tensorName, shape: z.array(count), layout: z.optional(z.string()) });

export type TensorSpec = { readonly name: string; readonly shape: readonly number[]; readonly layout?: string | undefined };

/** Applied to every number on its own. GELU is exact (erf), or the approximation by tanh. */
export type ActivationStep =
  | { readonly op: 'relu' }
  | { readonly op: 'leaky_relu'; readonly slope: number }
  | { readonly op: 'elu'; readonly alpha: number }
  | { readonly op: 'gelu'; readonly approximate: 'none' | 'tanh' }
  | { readonly op: 'swish' }
  | { readonly op: 'tanh' }
  | { readonly op: 'sigmoid' }
  | { readonly op: 'softplus' };

/** What passes between steps, per sample: an image [channels, height, width], a sequence [positions, features] or a vector [features]. */
export type Step =
  | ActivationStep
  | {
      readonly op: 'conv2d';
      /** [out, in / groups, height, width] */
      readonly weight: string;
      readonly bias: string | null;
      readonly stride: number;
      readonly padding: number;
      /** 1 where absent; as many as input channels is a depthwise convolution. */
      readonly groups?: number | undefined;
    }
  /** x Wᵀ + b with W [out, in], on a vector or on every position of a sequence. */
  | { readonly op: 'linear'; readonly weight: string; readonly bias: string | null }
  /** Per channel of an image, per feature of a sequence (over its positions too) or of a vector. */
  | {
      readonly op: 'batchnorm';
      readonly weight: string;
      readonly bias: string;
      readonly running_mean: string;
      readonly running_var: string;
      readonly eps: number;
    }
  /** Over the last axes, as many as `weight` has; all of a vector, one position of a sequence. */
  | { readonly op: 'layernorm'; readonly weight: string; readonly bias: string; readonly eps: number }
  | { readonly op: 'maxpool'; readonly kernel: number; readonly stride: number }
  | { readonly op: 'avgpool'; readonly kernel: number; readonly stride: number }
  /** Over all pixels of a channel, or over all positions of a sequence: [channels] or [features]. */
  | { readonly op: 'globalpool'; readonly kind: 'average' | 'max' }
  | { readonly op: 'flatten'; readonly order: 'CHW' | 'HWC' }
  | { readonly op: 'dropout'; readonly p: number }
  | { readonly op: 'residual'; readonly body: readonly Step[]; readonly shortcut: readonly Step[] }
  | { readonly op: 'concat_front'; readonly body: readonly Step[] }
  /** The branches' outputs one behind the other along the first axis (the last of a sequence); an empty branch is the identity. */
  | { readonly op: 'concat'; readonly branches: readonly (readonly Step[])[] }
  /** Inputs are row numbers of `weight` [rows, features]: a vector of positions becomes a sequence. */
  | { readonly op: 'embedding'; readonly weight: string }
  /** Adds `weight` [positions, features], as many positions as the sequence has. */
  | { readonly op: 'positional'; readonly weight: string }
  | {
      /** One head: softmax(q kᵀ / √width) v, then the output projection. Every weight is [out, in], every bias [out] or null. */
      readonly op: 'attention';
      readonly query: string;
      readonly key: string;
      readonly value: string;
      readonly output: string;
      readonly query_bias: string | null;
      readonly key_bias: string | null;
      readonly value_bias: string | null;
      readonly output_bias: string | null;
      /** Whether a position sees only itself and those before it. */
      readonly causal: boolean;
    }
  | { readonly op: 'tap'; readonly name: string };

export type Network = {
  readonly id: string;
  readonly input_shape_chw: readonly number[];
  readonly parameter_order: readonly TensorSpec[];
  readonly buffers: readonly TensorSpec[];
  readonly program: readonly Step[];
};

const optionalBias = z._default(z.nullable(tensorName), null);

const step: z.ZodMiniType<Step> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.object({ op: z.literal('conv2d'), weight: tensorName, bias: optionalBias, stride: count, padding: z.int().check(z.nonnegative()), groups: z.optional(count) }),
    z.object({ op: z.literal('linear'), weight: tensorName, bias: optionalBias }),
    z.object({
      op: z.literal('batchnorm'),
      weight: tensorName,
      bias: tensorName,
      running_mean: tensorName,
      running_var: tensorName,
      eps: z.number().check(z.positive()),
    }),
    z.object({ op: z.literal('layernorm'), weight: tensorName, bias: tensorName, eps: z.number().check(z.positive()) }),
    z.object({ op: z.literal('relu') }),
    z.object({ op: z.literal('leaky_relu'), slope: z._default(z.number(), 0.01) }),
    z.object({ op: z.literal('elu'), alpha: z._default(z.number(), 1) }),
    z.object({ op: z.literal('gelu'), approximate: z._default(z.enum(['none', 'tanh']), 'none') }),
    z.object({ op: z.literal('swish') }),
    z.object({ op: z.literal('tanh') }),
    z.object({ op: z.literal('sigmoid') }),
    z.object({ op: z.literal('softplus') }),
    z.object({ op: z.literal('maxpool'), kernel: count, stride: count }),
    z.object({ op: z.literal('avgpool'), kernel: count, stride: count }),
    z.object({ op: z.literal('globalpool'), kind: z.enum(['average', 'max']) }),
    z.object({ op: z.literal('flatten'), order: z.enum(['CHW', 'HWC']) }),
    z.object({ op: z.literal('dropout'), p: z.number() }),
    z.object({ op: z.literal('residual'), body: z.array(step), shortcut: z.array(step) }),
    z.object({ op: z.literal('concat_front'), body: z.array(step) }),
    z.object({ op: z.literal('concat'), branches: z.array(z.array(step)).check(z.minLength(1)) }),
    z.object({ op: z.literal('embedding'), weight: tensorName }),
    z.object({ op: z.literal('positional'), weight: tensorName }),
    z.object({
      op: z.literal('attention'),
      query: tensorName,
      key: tensorName,
      value: tensorName,
      output: tensorName,
      query_bias: optionalBias,
      key_bias: optionalBias,
      value_bias: optionalBias,
      output_bias: optionalBias,
      causal: z._default(z.boolean(), false),
    }),
    z.object({ op: z.literal('tap'), name: z.string() }),
  ]),
) as z.ZodMiniType<Step>;

export const networkSchema: z.ZodMiniType<Network> = z.object({
  id: z.string(),
  input_shape_chw: z.array(count),
  parameter_order: z.array(tensorSpec),
  buffers: z.array(tensorSpec),
  program: z.array(step),
});

const ACTIVATIONS: ReadonlySet<Step['op']> = new Set(['relu', 'leaky_relu', 'elu', 'gelu', 'swish', 'tanh', 'sigmoid', 'softplus'] satisfies ActivationStep['op'][]);

export const isActivation = (step: Step): step is ActivationStep => ACTIVATIONS.has(step.op);

/** Every step in the order it runs, those inside residual and concat branches included. */
export function allSteps(program: readonly Step[]): readonly Step[] {
  return program.flatMap((each): readonly Step[] => {
    if (each.op === 'residual') return [each, ...allSteps(each.body), ...allSteps(each.shortcut)];
    if (each.op === 'concat_front') return [each, ...allSteps(each.body)];
    if (each.op === 'concat') return [each, ...each.branches.flatMap(allSteps)];
    return [each];
  });
}
