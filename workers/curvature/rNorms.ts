/**
 * Batch norm with stored statistics, which is affine per channel, and layer norm, with their derivatives.
 *
 * Layer norm, with x̂ = (x − m)/s over its axes and h = γ·g: ∂x = (h − mean h − x̂·mean(h·x̂))/s; the change of x̂ is the same map
 * applied to R{x}, and R{s} = mean(x̂·R{x}).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Step } from '#lib/network/program.ts';
import { featureAxis } from '#lib/network/shapes.ts';
import { layerNormLayout } from '#workers/operators/tfLayers.ts';
import { need } from '#workers/operators/tfPass.ts';
import { sumRows } from './rArrays.ts';
import type { Context, Layer } from './rLayer.ts';

export function batchNorm(step: Extract<Step, { op: 'batchnorm' }>, { planner, flow, isConstant }: Context): Layer {
  for (const name of [step.weight, step.bias, step.running_mean, step.running_var]) planner.plan(name, [flow.shape[featureAxis(flow.shape)]!], flow.order);
  return (x, { tensors, gradient: sums, keep }) => {
    const scale = keep(tf.rsqrt(tf.add(need(tensors, step.running_var), step.eps)));
    const factor = keep(tf.mul(scale, need(tensors, step.weight)));
    const normal = keep(tf.mul(tf.sub(x, need(tensors, step.running_mean)), scale));
    return {
      output: tf.add(tf.mul(normal, need(tensors, step.weight)), need(tensors, step.bias)),
      backward: (g) => {
        const outward = keep(g);
        sums.add(step.weight, sumRows(tf.mul(outward, normal)));
        sums.add(step.bias, sumRows(outward));
        return {
          gradient: isConstant ? null : tf.mul(outward, factor),
          tangent: (change, { direction, product }) => {
            const weightChange = need(direction, step.weight);
            const moved = tf.add(tf.mul(normal, weightChange), need(direction, step.bias));
            return {
              change: change ? tf.add(moved, tf.mul(change, factor)) : moved,
              backward: (r) => {
                product.add(step.weight, sumRows(tf.mul(r, normal)));
                if (change) product.add(step.weight, sumRows(tf.mul(outward, tf.mul(change, scale))));
                product.add(step.bias, sumRows(r));
                return isConstant ? null : tf.add(tf.mul(r, factor), tf.mul(outward, tf.mul(scale, weightChange)));
              },
            };
          },
        };
      },
    };
  };
}

export function layerNorm(step: Extract<Step, { op: 'layernorm' }>, { planner, flow, isConstant }: Context): Layer {
  const { shape, axes, source } = layerNormLayout(planner.placed(step.weight).shape, flow.shape);
  for (const name of [step.weight, step.bias]) planner.plan(name, shape, source);
  const mean = (values: tf.Tensor): tf.Tensor => tf.mean(values, axes, true);
  /** Σ over whatever the weights are the same for: samples, and channels where only rows and columns are normalised over. */
  const byWeight = (values: tf.Tensor): tf.Tensor => {
    const last = values.rank - 1;
    const alike = axes.includes(last) ? values : tf.sum(values, last);
    return tf.reshape(sumRows(tf.reshape(alike, [-1, shape.reduce((product, side) => product * side, 1)])), [...shape]);
  };

  return (x, { tensors, gradient: sums, keep }) => {
    const weight = need(tensors, step.weight);
    const centred = tf.sub(x, mean(x));
    const narrow = keep(tf.rsqrt(tf.add(mean(tf.square(centred)), step.eps)));
    const normal = keep(tf.mul(centred, narrow));
    return {
      output: tf.add(tf.mul(normal, weight), need(tensors, step.bias)),
      backward: (g) => {
        const outward = keep(g);
        sums.add(step.weight, byWeight(tf.mul(outward, normal)));
        sums.add(step.bias, byWeight(outward));
        const h = keep(tf.mul(outward, weight));
        const along = keep(mean(tf.mul(h, normal)));
        const gradient = keep(tf.mul(tf.sub(tf.sub(h, mean(h)), tf.mul(normal, along)), narrow));
        return {
          gradient: isConstant ? null : gradient,
          tangent: (change, { direction, product }) => {
            const weightChange = need(direction, step.weight);
            const spreadChange = change && mean(tf.mul(change, normal));
            const normalChange = change && tf.mul(tf.sub(tf.sub(change, mean(change)), tf.mul(normal, spreadChange!)), narrow);
            const moved = tf.add(tf.mul(normal, weightChange), need(direction, step.bias));
            return {
              change: normalChange ? tf.add(moved, tf.mul(normalChange, weight)) : moved,
              backward: (r) => {
                product.add(step.weight, byWeight(tf.mul(r, normal)));
                if (normalChange) product.add(step.weight, byWeight(tf.mul(outward, normalChange)));
                product.add(step.bias, byWeight(r));
                if (isConstant || !normalChange || !spreadChange) return null;
                const hChange = tf.add(tf.mul(r, weight), tf.mul(outward, weightChange));
                const alongChange = tf.add(mean(tf.mul(hChange, normal)), mean(tf.mul(h, normalChange)));
                const upper = tf.sub(tf.sub(tf.sub(hChange, mean(hChange)), tf.mul(normalChange, along)), tf.mul(normal, alongChange));
                return tf.mul(tf.sub(upper, tf.mul(gradient, spreadChange)), narrow);
              },
            };
          },
        };
      },
    };
  };
}
