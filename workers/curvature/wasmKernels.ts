/**
 * The kernel that TensorFlow.js 4.22 lacks on WASM and the R-operator needs: the gradient of a convolution by its filter.
 *
 * It is itself a convolution: of the images, with samples as channels, by the gradients, with samples as channels, their pixels as far
 * apart as the stride.
 */
import * as tf from '@tensorflow/tfjs-core';

type Pads = [[number, number], [number, number], [number, number], [number, number]];

/** May be called again. Does nothing for other backends, which have the kernel. */
export function useFilterGradient(): void {
  if (tf.getKernel(tf.Conv2DBackpropFilter, 'wasm')) return;
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropFilter,
    backendName: 'wasm',
    kernelFunc({ inputs, attrs, backend }) {
      const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
      const { strides, pad, filterShape } = attrs as unknown as { strides: [number, number]; pad: Pads; filterShape: [number, number, number, number] };
      if (!Array.isArray(pad)) throw new Error('the gradient by the filter needs the padding of every side');
      const run = (name: string, given: tf.NamedTensorInfoMap, how: object): tf.TensorInfo =>
        tf.getKernel(name, 'wasm').kernelFunc({ inputs: given, attrs: how as tf.NamedAttrMap, backend }) as tf.TensorInfo;
      const images = run(tf.Transpose, { x }, { perm: [3, 1, 2, 0] });
      const filter = run(tf.Transpose, { x: dy }, { perm: [1, 2, 0, 3] });
      const made = run(tf.Conv2D, { x: images, filter }, { strides: 1, pad, dataFormat: 'NHWC', dilations: strides });
      const [height, width] = filterShape;
      // Where the stride does not divide, the last pixels were under no kernel.
      const whole = run(tf.Slice, { x: made }, { begin: [0, 0, 0, 0], size: [made.shape[0], height, width, made.shape[3]] });
      const result = run(tf.Transpose, { x: whole }, { perm: [1, 2, 0, 3] });
      for (const each of [images, filter, made, whole]) (backend as unknown as { disposeData(dataId: object): void }).disposeData(each.dataId);
      return result;
    },
  });
}
