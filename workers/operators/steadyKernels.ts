/**
 * Kernels for every WebGPU adapter that keep a NaN, where TensorFlow.js's own leave it to the driver's max() whether they do.
 *
 * A comparison with NaN is false everywhere; whether max() of it is a number, WGSL does not say. Rule N6 in docs/SPEC.md.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';

const GROUP = 64;

/** Replaces ReLU and max pooling. May be called again. */
export function useSteadyKernels(): void {
  steady(tf.Relu, ({ x }) => ({ shape: x!.shape, code: 'let value = x[index]; result[index] = select(value, 0.0, value < 0.0);' }));
  steady(tf.MaxPool, ({ x }, attrs) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPoolAttrs;
    const info = tf.backend_util.computePool2DInfo(x!.shape as [number, number, number, number], filterSize, strides, 1, pad, dimRoundingMode);
    if (info.padInfo.top + info.padInfo.left + info.padInfo.bottom + info.padInfo.right > 0) throw new Error('max pooling with padding is not part of a layer program');
    const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = info;
    const code = `
      let channel = index % ${inChannels};
      let column = (index / ${inChannels}) % ${outWidth};
      let row = (index / ${inChannels * outWidth}) % ${outHeight};
      let image = (index / ${inChannels * outWidth * outHeight}) * ${inHeight * inWidth * inChannels};
      let corner = image + (row * ${strideHeight * inWidth} + column * ${strideWidth}) * ${inChannels} + channel;
      var top = x[corner];
      for (var ky = 0; ky < ${filterHeight}; ky++) {
        for (var kx = 0; kx < ${filterWidth}; kx++) {
          let value = x[corner + (ky * ${inWidth} + kx) * ${inChannels}];
          // The bits of a NaN say so where a compiler assumes that there is none.
          top = select(top, value, value > top || (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u);
        }
      }
      result[index] = top;`;
    return { shape: info.outShape, code };
  });
}

type Made = { readonly shape: number[]; readonly code: string };

const replaced = new Set<string>();

function steady(kernelName: string, make: (inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap) => Made): void {
  if (replaced.has(kernelName)) return;
  const original = tf.getKernel(kernelName, 'webgpu');
  if (!original) throw new Error(`the WebGPU backend has no kernel ${kernelName}`);
  tf.unregisterKernel(kernelName, 'webgpu');
  tf.registerKernel({
    ...original,
    kernelFunc({ inputs, attrs, backend }) {
      const { shape, code } = make(inputs as tf.NamedTensorInfoMap, attrs ?? {});
      return (backend as WebGPUBackend).runWebGPUProgram(programOf(kernelName, shape, code), [(inputs as tf.NamedTensorInfoMap).x!], 'float32');
    },
  });
  replaced.add(kernelName);
}

function programOf(kernelName: string, shape: number[], code: string): WebGPUProgram {
  const groups = Math.ceil(tf.util.sizeFromShape(shape) / GROUP);
  // One axis of a dispatch holds 65,535 groups: a large activation takes a second.
  const columns = Math.min(groups, 32_768);
  return {
    variableNames: ['x'],
    outputShape: shape,
    workgroupSize: [GROUP, 1, 1],
    dispatchLayout: { x: shape.map((_, axis) => axis) },
    dispatch: [columns, Math.ceil(groups / columns), 1],
    size: true,
    shaderKey: `steady ${kernelName} ${code}`,
    getUserCode: () => `fn main(index: i32) { if (index < uniforms.size) { ${code} } }`,
  };
}
