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

export type Step =
  | { readonly op: 'conv2d'; readonly weight: string; readonly bias: string | null; readonly stride: number; readonly padding: number }
  | { readonly op: 'linear'; readonly weight: string; readonly bias: string | null }
  | {
      readonly op: 'batchnorm';
      readonly weight: string;
      readonly bias: string;
      readonly running_mean: string;
      readonly running_var: string;
      readonly eps: number;
    }
  | { readonly op: 'relu' }
  | { readonly op: 'tanh' }
  | { readonly op: 'maxpool'; readonly kernel: number; readonly stride: number }
  | { readonly op: 'avgpool'; readonly kernel: number; readonly stride: number }
  | { readonly op: 'flatten'; readonly order: 'CHW' | 'HWC' }
  | { readonly op: 'dropout'; readonly p: number }
  | { readonly op: 'residual'; readonly body: readonly Step[]; readonly shortcut: readonly Step[] }
  | { readonly op: 'concat_front'; readonly body: readonly Step[] }
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
    z.object({ op: z.literal('conv2d'), weight: tensorName, bias: optionalBias, stride: count, padding: z.int().check(z.nonnegative()) }),
    z.object({ op: z.literal('linear'), weight: tensorName, bias: optionalBias }),
    z.object({
      op: z.literal('batchnorm'),
      weight: tensorName,
      bias: tensorName,
      running_mean: tensorName,
      running_var: tensorName,
      eps: z.number().check(z.positive()),
    }),
    z.object({ op: z.literal('relu') }),
    z.object({ op: z.literal('tanh') }),
    z.object({ op: z.literal('maxpool'), kernel: count, stride: count }),
    z.object({ op: z.literal('avgpool'), kernel: count, stride: count }),
    z.object({ op: z.literal('flatten'), order: z.enum(['CHW', 'HWC']) }),
    z.object({ op: z.literal('dropout'), p: z.number() }),
    z.object({ op: z.literal('residual'), body: z.array(step), shortcut: z.array(step) }),
    z.object({ op: z.literal('concat_front'), body: z.array(step) }),
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

/** Every step in the order it runs, those inside residual and concat branches included. */
export function allSteps(program: readonly Step[]): readonly Step[] {
  return program.flatMap((each): readonly Step[] => {
    if (each.op === 'residual') return [each, ...allSteps(each.body), ...allSteps(each.shortcut)];
    if (each.op === 'concat_front') return [each, ...allSteps(each.body)];
    return [each];
  });
}
