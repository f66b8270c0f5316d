/** Embedding and positions: rows of a table taken by number, and a table added, with their derivatives. */
import * as tf from '@tensorflow/tfjs-core';
import type { Step } from '#lib/network/program.ts';
import { need } from '#workers/operators/tfPass.ts';
import { turned } from './rArrays.ts';
import type { Context, Layer } from './rLayer.ts';

/** @throws when the row numbers themselves depend on parameters */
export function embedding({ weight }: Extract<Step, { op: 'embedding' }>, { planner, isConstant }: Context): Layer {
  if (!isConstant) throw new Error('embedding takes row numbers, which cannot depend on parameters');
  const [rows, features] = planner.placed(weight).shape as readonly [number, number];
  planner.plan(weight, [rows, features], null);
  return (x, { tensors, gradient: sums, keep }) => {
    const numbers = keep(tf.cast(x, 'int32'));
    const give = (g: tf.Tensor): tf.Tensor => tf.matMul(turned(tf.cast(tf.oneHot(tf.reshape(numbers, [-1]), rows), 'float32')), tf.reshape(g, [-1, features]));
    return {
      output: tf.gather(need(tensors, weight), numbers),
      backward: (g) => {
        sums.add(weight, give(g));
        return {
          gradient: null,
          tangent: (_change, { direction, product }) => ({
            change: tf.gather(need(direction, weight), numbers),
            backward: (r) => {
              product.add(weight, give(r));
              return null;
            },
          }),
        };
      },
    };
  };
}

/** Adds the same table to every sample. */
export function positional({ weight }: Extract<Step, { op: 'positional' }>, { planner, flow, isConstant }: Context): Layer {
  planner.plan(weight, flow.shape, null);
  return (x, { tensors, gradient: sums }) => ({
    output: tf.add(x, need(tensors, weight)),
    backward: (g) => {
      sums.add(weight, tf.sum(g, 0));
      return {
        gradient: isConstant ? null : g,
        tangent: (change, { direction, product }) => {
          const moved = need(direction, weight);
          return {
            change: change ? tf.add(change, moved) : tf.add(tf.zerosLike(x), moved),
            backward: (r) => {
              product.add(weight, tf.sum(r, 0));
              return isConstant ? null : r;
            },
          };
        },
      };
    },
  });
}
