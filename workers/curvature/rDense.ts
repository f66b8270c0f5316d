/**
 * The dense layer y = x·W + b, on a vector or on every position of a sequence, with its derivatives.
 *
 * R{y} = R{x}·W + x·V + v_b, ∂W = xᵀ·g, ∂x = g·Wᵀ, R{∂W} = xᵀ·R{g} + R{x}ᵀ·g, R{∂x} = R{g}·Wᵀ + g·Vᵀ, with (V, v_b) the direction.
 * Weights lie on the device as [in, out].
 */
import * as tf from '@tensorflow/tfjs-core';
import { linear as valuesOf } from '#workers/operators/tfLayers.ts';
import { need, type Pass, type Tensors } from '#workers/operators/tfPass.ts';
import { sumRows, turned } from './rArrays.ts';
import type { Context, Layer } from './rLayer.ts';

const passOf = (tensors: Tensors): Pass => ({ tensors, masks: null, statistics: 'stored' });

export function dense(step: { readonly weight: string; readonly bias: string | null }, { planner, flow, isConstant }: Context): Layer {
  const linear = { op: 'linear', ...step } as const;
  const run = valuesOf(linear, flow, false, planner);
  const withoutBias = valuesOf({ ...linear, bias: null }, flow, false, planner);
  const [out, into] = planner.placed(step.weight).shape as readonly [number, number];
  const rowsOf = (values: tf.Tensor, width: number): tf.Tensor2D => tf.reshape(values, [-1, width]);
  const byWeight = (x: tf.Tensor, g: tf.Tensor): tf.Tensor => tf.matMul(turned(rowsOf(x, into)), rowsOf(g, out));
  const byInput = (g: tf.Tensor, weight: tf.Tensor): tf.Tensor => tf.reshape(tf.matMul(rowsOf(g, out), turned(weight)), [...g.shape.slice(0, -1), into]);

  return (x, { tensors, gradient: sums, keep }) => {
    const input = keep(x);
    return {
      output: run(x, passOf(tensors)),
      backward: (g) => {
        const outward = keep(g);
        sums.add(step.weight, byWeight(input, outward));
        if (step.bias !== null) sums.add(step.bias, sumRows(outward));
        return {
          gradient: isConstant ? null : byInput(outward, need(tensors, step.weight)),
          tangent: (change, { direction, product }) => {
            const moved = run(input, passOf(direction));
            return {
              change: change ? tf.add(moved, withoutBias(change, passOf(tensors))) : moved,
              backward: (r) => {
                product.add(step.weight, byWeight(input, r));
                if (change) product.add(step.weight, byWeight(change, outward));
                if (step.bias !== null) product.add(step.bias, sumRows(r));
                return isConstant ? null : tf.add(byInput(r, need(tensors, step.weight)), byInput(outward, need(direction, step.weight)));
              },
            };
          },
        };
      },
    };
  };
}
