/** Pools: linear maps, once it is chosen which pixel of each window is the largest. Of equal ones the first counts. */
import * as tf from '@tensorflow/tfjs-core';
import type { Step } from '#lib/network/program.ts';
import { globalPool as globalValues, pool as poolValues } from '#workers/operators/tfLayers.ts';
import type { Pass } from '#workers/operators/tfPass.ts';
import { imageWith, pixelsAt, type Sliding } from './rArrays.ts';
import { spreadMean } from './rConvolution.ts';
import { constant, linearMap, present, type Context, type Layer } from './rLayer.ts';

const NO_TENSORS: Pass = { tensors: {}, masks: null, statistics: 'stored' };

export function pool(step: Extract<Step, { op: 'maxpool' | 'avgpool' }>, context: Context): Layer {
  const [, height, width] = context.flow.shape as readonly [number, number, number];
  const [, rows, columns] = context.output as readonly [number, number, number];
  const sliding: Sliding = { height, width, rows, columns, stride: step.stride };
  const run = poolValues(step);
  const values = (x: tf.Tensor): tf.Tensor => run(x, NO_TENSORS);
  if (step.op === 'avgpool') return linearMap(context, values, (g) => spreadMean(g as tf.Tensor4D, sliding, step.kernel));
  const places = Array.from({ length: step.kernel ** 2 }, (_, at) => ({ y: Math.floor(at / step.kernel), x: at % step.kernel }));
  const pixels = (x: tf.Tensor): readonly tf.Tensor[] => places.map((place) => pixelsAt(x as tf.Tensor4D, sliding, place.y, place.x));
  return choosing(context, values, (x, largest) => firstEqual(pixels(x), largest), {
    pick: (x, masks) => tf.addN(pixels(x).map((part, at) => tf.mul(part, masks[at]!))),
    put: (g, masks) => tf.addN(places.map((place, at) => imageWith(tf.mul(g, masks[at]!) as tf.Tensor4D, sliding, place.y, place.x))),
  });
}

/** Over all pixels of a channel, or over all positions of a sequence. */
export function globalPool(step: Extract<Step, { op: 'globalpool' }>, context: Context): Layer {
  const { flow } = context;
  const [features, places] = flow.shape.length === 3 ? [flow.shape[0]!, flow.shape[1]! * flow.shape[2]!] : [flow.shape[1]!, flow.shape[0]!];
  const run = globalValues(step, flow);
  const values = (x: tf.Tensor): tf.Tensor => run(x, NO_TENSORS);
  const everywhere = (g: tf.Tensor): tf.Tensor => tf.tile(tf.reshape(g, [-1, 1, features]), [1, places, 1]);
  const shaped = (whole: tf.Tensor, count: number): tf.Tensor =>
    tf.reshape(whole, flow.shape.length === 3 ? [count, flow.shape[1]!, flow.shape[2]!, features] : [count, places, features]);
  if (step.kind === 'average') return linearMap(context, values, (g) => shaped(everywhere(tf.div(g, places)), g.shape[0]!));
  return choosing(
    context,
    values,
    (x, largest) => {
      const line = tf.reshape(x, [-1, places, features]);
      const isLargest = tf.cast(tf.equal(line, tf.reshape(largest, [-1, 1, features])), 'float32');
      return [tf.mul(isLargest, tf.cast(tf.equal(tf.cumsum(isLargest, 1, true), 0), 'float32'))];
    },
    {
      pick: (x, [mask]) => tf.sum(tf.mul(tf.reshape(x, [-1, places, features]), mask!), 1),
      put: (g, [mask]) => shaped(tf.mul(everywhere(g), mask!), g.shape[0]!),
    },
  );
}

/** For each of the parts a mask: 1 where it is the largest, and none before it is. */
function firstEqual(parts: readonly tf.Tensor[], largest: tf.Tensor): readonly tf.Tensor[] {
  let left: tf.Tensor = tf.onesLike(largest);
  return parts.map((part) => {
    const mask = tf.mul(tf.cast(tf.equal(part, largest), 'float32'), left);
    left = tf.sub(left, mask);
    return mask;
  });
}

type Choosing = {
  /** What stands at the chosen places of the input. */
  readonly pick: (x: tf.Tensor, masks: readonly tf.Tensor[]) => tf.Tensor;
  /** The adjoint of `pick`. */
  readonly put: (g: tf.Tensor, masks: readonly tf.Tensor[]) => tf.Tensor;
};

function choosing({ isConstant }: Context, values: (x: tf.Tensor) => tf.Tensor, choose: (x: tf.Tensor, largest: tf.Tensor) => readonly tf.Tensor[], { pick, put }: Choosing): Layer {
  if (isConstant) return constant(values);
  return (x, { keep }) => {
    const output = values(x);
    const masks = choose(x, output).map(keep);
    return {
      output,
      backward: (g) => ({
        gradient: put(g, masks),
        tangent: (change) => ({ change: pick(present(change), masks), backward: (r) => put(r, masks) }),
      }),
    };
  };
}
