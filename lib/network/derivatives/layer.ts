/**
 * What every layer of the R-operator can do: pass values, their change along a direction, gradients, and the change of gradients.
 *
 * Pearlmutter, "Fast exact multiplication by the Hessian" (1994): R{f}(θ) = ∂f(θ + r·v)/∂r at r = 0. Running R through a forward
 * and a backward pass gives H·v exactly, from first-order kernels only. A layer knows neither the loss nor its neighbours.
 */
import type { Layout } from '#lib/network/layout.ts';
import { sizeOf, type Shape } from '#lib/network/shapes.ts';

/** What a pass reads and writes; the vectors are laid out as θ is. */
export type Pass = {
  readonly parameters: Float64Array;
  /** Batch-norm statistics, which are constants here. */
  readonly buffers: Float64Array;
  /** The direction v. */
  readonly direction: Float64Array;
  /** Sums over samples of the gradient and of H·v; layers add their part. */
  readonly gradient: Float64Array;
  readonly product: Float64Array;
};

/**
 * Called in this order on one block of samples: forward, backward, tangent, backwardTangent. Each returns the layer's own memory
 * [count, ...shape], overwritten by its next call, and remembers what the later ones need.
 *
 * A layer is constant when its output does not depend on θ: then `tangent` is null, and no gradient goes on past it.
 */
export type Layer = {
  readonly output: Shape;
  readonly isConstant: boolean;
  readonly forward: (input: Float64Array, count: number, pass: Pass) => Float64Array;
  /** The gradient of the loss with respect to the input, from the one with respect to the output. Null past which nothing depends on θ. */
  readonly backward: (gradient: Float64Array, count: number, pass: Pass) => Float64Array | null;
  /** R{output} from R{input}. */
  readonly tangent: (change: Float64Array | null, count: number, pass: Pass) => Float64Array | null;
  /** R{gradient of the input} from R{gradient of the output}. */
  readonly backwardTangent: (change: Float64Array, count: number, pass: Pass) => Float64Array | null;
};

export type Context = {
  readonly layout: Layout;
  /** Most samples in a block. */
  readonly block: number;
  /** Whether the input of the layer does not depend on θ. */
  readonly isConstant: boolean;
};

export const memory = (shape: Shape, { block }: Context): Float64Array => new Float64Array(block * sizeOf(shape));

/** Where a missing change, which is zero, was ruled out by how layers are put together. */
export function present(change: Float64Array | null): Float64Array {
  if (!change) throw new Error('a layer whose input depends on θ was given no change of it');
  return change;
}

/** A layer without parameters after which nothing yet depends on θ needs to pass values only. */
export function withoutParameters(layer: Omit<Layer, 'isConstant'>, { isConstant }: Context): Layer {
  if (!isConstant) return { ...layer, isConstant };
  return { output: layer.output, isConstant, forward: layer.forward, backward: () => null, tangent: () => null, backwardTangent: () => null };
}

/** A layer that is linear in its input and has no parameters: its change and its gradient take the same paths as its values. */
export function linearMap(
  output: Shape,
  input: Shape,
  context: Context,
  apply: (values: Float64Array, out: Float64Array, count: number) => void,
  /** Adds to `out`, which is zero. */
  adjoint: (gradient: Float64Array, out: Float64Array, count: number) => void,
  /** Called before `apply` with new inputs, where the map depends on them. */
  choose: (input: Float64Array, count: number) => void = () => {},
): Layer {
  const [values, changes, gradients, gradientChanges] = [memory(output, context), memory(output, context), memory(input, context), memory(input, context)];
  const applied = (from: Float64Array, out: Float64Array, count: number): Float64Array => {
    apply(from, out, count);
    return out;
  };
  const back = (from: Float64Array, out: Float64Array, count: number): Float64Array => {
    adjoint(from, out.fill(0), count);
    return out;
  };
  const layer: Omit<Layer, 'isConstant'> = {
    output,
    forward: (from, count) => {
      choose(from, count);
      return applied(from, values, count);
    },
    tangent: (change, count) => applied(present(change), changes, count),
    backward: (gradient, count) => back(gradient, gradients, count),
    backwardTangent: (change, count) => back(change, gradientChanges, count),
  };
  return withoutParameters(layer, context);
}
