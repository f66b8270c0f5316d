/**
 * A loss landscape as anybody would compute it with TensorFlow.js: set the weights, run the network batch by batch, read the loss.
 *
 * Stock kernels and public operations only, no trick of ours: what our engines are compared with. It knows the layers of the
 * timed workloads and refuses any other.
 */
import * as tf from '@tensorflow/tfjs-core';
import { layoutOf, type Placed } from '#lib/network/layout.ts';
import type { Step } from '#lib/network/program.ts';
import type { Coordinates, EvaluationJob } from '#workers/evaluator.ts';

const BATCH = 128;

type Weights = ReadonlyMap<string, tf.Tensor>;

export type PlainLoop = {
  /** Sums of losses over all samples, point by point. */
  readonly run: (points: readonly Coordinates[]) => Promise<readonly number[]>;
  readonly dispose: () => void;
};

export function plainLoop(job: EvaluationJob): PlainLoop {
  const layout = layoutOf(job.network);
  const [set] = job.sets;
  if (!set || job.sets.length !== 1) throw new Error('the plain loop computes one set');
  const [channels = 1, height = 1, width = 1] = job.network.input_shape_chw;
  const { samples } = set;
  // As a program written for TensorFlow.js would hold them: channels last, kernels [height, width, in, out], dense weights [in, out].
  const inOrder = (vector: Float32Array) => new Map(layout.tensors.map((tensor) => [tensor.name, inTensorFlowOrder(tensor, vector)] as const));
  const [origin, first, second] = [job.origin, ...job.directions].map(inOrder);
  const statistics = new Map(layout.buffers.map(({ name, offset, size, shape }) => [name, tf.tensor(job.buffers.slice(offset, offset + size), [...shape])]));
  const batches = Array.from({ length: Math.ceil(samples.count / BATCH) }, (_, index) => {
    const start = index * BATCH;
    const count = Math.min(BATCH, samples.count - start);
    const size = channels * height * width;
    const images = tf.tensor4d(samples.inputs.slice(start * size, (start + count) * size), [count, channels, height, width]);
    const inputs = tf.transpose(images, [0, 2, 3, 1]);
    images.dispose();
    return { inputs, labels: tf.oneHot(tf.tensor1d(Int32Array.from(samples.targets.slice(start, start + count)), 'int32'), 10) };
  });

  function weightsAt({ a, b }: Coordinates): Weights {
    const weights = new Map<string, tf.Tensor>(statistics);
    for (const { name } of layout.tensors) {
      const { values, shape } = origin!.get(name)!;
      const [along, across] = [first!.get(name)!.values, second!.get(name)!.values];
      const theta = new Float32Array(values.length);
      for (let index = 0; index < theta.length; index++) theta[index] = values[index]! + a * along[index]! + b * across[index]!;
      weights.set(name, tf.tensor(theta, shape));
    }
    return weights;
  }

  return {
    async run(points) {
      const sums: number[] = [];
      for (const point of points) {
        const losses = tf.tidy(() => {
          const weights = weightsAt(point);
          return batches.map(({ inputs, labels }) => {
            const logits = job.network.program.reduce((x: tf.Tensor, step) => apply(step, x, weights), inputs);
            return tf.losses.softmaxCrossEntropy(labels, logits, undefined, undefined, tf.Reduction.SUM);
          });
        });
        let sum = 0;
        for (const loss of losses) sum += (await loss.data())[0]!;
        tf.dispose(losses);
        sums.push(sum);
      }
      return sums;
    },
    dispose: () => {
      tf.dispose([...statistics.values()]);
      for (const { inputs, labels } of batches) tf.dispose([inputs, labels]);
    },
  };
}

function inTensorFlowOrder({ offset, size, shape }: Placed, vector: Float32Array): { readonly values: Float32Array; readonly shape: number[] } {
  const values = vector.slice(offset, offset + size);
  const [out = 1, inner = 1, height = 1, width = 1] = shape;
  if (shape.length === 2) return { values: values.map((_, index) => values[(index % out) * inner + Math.floor(index / out)]!), shape: [inner, out] };
  if (shape.length !== 4) return { values, shape: [...shape] };
  const moved = new Float32Array(size);
  let next = 0;
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) for (let i = 0; i < inner; i++) for (let o = 0; o < out; o++) moved[next++] = values[((o * inner + i) * height + y) * width + x]!;
  return { values: moved, shape: [height, width, inner, out] };
}

function apply(step: Step, x: tf.Tensor, weights: Weights): tf.Tensor {
  const of = (name: string) => weights.get(name)!;
  switch (step.op) {
    case 'conv2d': {
      const out = tf.conv2d(x as tf.Tensor4D, of(step.weight) as tf.Tensor4D, step.stride, step.padding);
      return step.bias === null ? out : tf.add(out, of(step.bias));
    }
    case 'linear': {
      const out = tf.matMul(x as tf.Tensor2D, of(step.weight) as tf.Tensor2D);
      return step.bias === null ? out : tf.add(out, of(step.bias));
    }
    case 'batchnorm':
      return tf.batchNorm(x, of(step.running_mean) as tf.Tensor1D, of(step.running_var) as tf.Tensor1D, of(step.bias) as tf.Tensor1D, of(step.weight) as tf.Tensor1D, step.eps);
    case 'relu':
      return tf.relu(x);
    case 'avgpool':
      return tf.avgPool(x as tf.Tensor4D, step.kernel, step.stride, 'valid');
    case 'residual': {
      const along = (steps: readonly Step[]) => steps.reduce((value: tf.Tensor, each) => apply(each, value, weights), x);
      return tf.add(along(step.body), along(step.shortcut));
    }
    case 'flatten':
      // Channels first and last are the same order where there is one channel, or one place.
      if (step.order !== 'HWC' && x.shape[3] !== 1 && x.shape[1]! * x.shape[2]! !== 1) throw new Error('the plain loop flattens channels last');
      return tf.reshape(x, [x.shape[0]!, -1]);
    case 'dropout':
    case 'tap':
      return x;
    default:
      throw new Error(`the plain loop does not know ${step.op}`);
  }
}
