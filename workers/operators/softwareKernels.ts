/**
 * Kernels for a WebGPU adapter that is a program: TensorFlow.js' own wait at workgroup barriers, which such an adapter
 * runs a hundred times slower than the sum itself. Here every invocation computes a few outputs from start to end.
 *
 * They take the place of the originals where they can, and hand everything else on. A real device never sees them.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';

type Call = Parameters<tf.KernelFunc>[0];
type Direct = { readonly shape: number[]; readonly code: string; readonly names: string[]; readonly inputs: tf.TensorInfo[]; readonly outputsPerThread: number };

const GROUP = 64;
const MOST_GROUPS = 65_535;

/** Replaces convolution, matrix product and the reductions along the last axis. */
export function useDirectKernels(): void {
  replace(tf.FusedConv2D, convolution);
  replace(tf._FusedMatMul, matrixProduct);
  replace(tf.BatchMatMul, matrixProduct);
  replace(tf.Sum, (call) => reduction(call, 'axis', 'var total = 0.0;', 'total = total + value;', 'total'));
  replace(tf.Max, (call) => reduction(call, 'reductionIndices', 'var top = x[start];', 'top = select(top, value, value > top);', 'top'));
  replace(tf.ArgMax, (call) => reduction(call, 'axis', 'var top = x[start]; var best = 0;', 'if (value > top) { top = value; best = i; }', 'best'));
}

/** `direct` answers null for what it does not do. */
function replace(kernelName: string, direct: (call: Call) => Direct | null): void {
  const original = tf.getKernel(kernelName, 'webgpu');
  if (!original) throw new Error(`the WebGPU backend has no kernel ${kernelName}`);
  tf.unregisterKernel(kernelName, 'webgpu');
  tf.registerKernel({
    ...original,
    kernelFunc: (call) => {
      const made = direct(call);
      if (!made || threadsOf(made) > GROUP * MOST_GROUPS) return original.kernelFunc(call);
      const dtype = kernelName === tf.ArgMax ? 'int32' : 'float32';
      return (call.backend as WebGPUBackend).runWebGPUProgram(programOf(kernelName, made), made.inputs, dtype);
    },
  });
}

const threadsOf = ({ shape, outputsPerThread }: Direct): number => tf.util.sizeFromShape(shape) / outputsPerThread;

function programOf(kernelName: string, direct: Direct): WebGPUProgram {
  const { shape, code, names, outputsPerThread } = direct;
  return {
    variableNames: names,
    outputShape: shape,
    workgroupSize: [GROUP, 1, 1],
    dispatchLayout: { x: shape.map((_, axis) => axis) },
    dispatch: [Math.ceil(threadsOf(direct) / GROUP), 1, 1],
    size: true,
    // Sizes are written into the code, so that loops have constant ends.
    shaderKey: `direct ${kernelName} ${code}`,
    getUserCode: () => `fn main(index: i32) { if (index >= uniforms.size / ${outputsPerThread}) { return; } ${code} }`,
  };
}

function convolution({ inputs, attrs }: Call): Direct | null {
  const { x, filter, bias } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo; bias?: tf.TensorInfo };
  const { strides, pad, dataFormat, dilations, dimRoundingMode, activation } = attrs as unknown as tf.FusedConv2DAttrs;
  if (dataFormat !== 'NHWC' || !isSimple(activation)) return null;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  if (info.dilationHeight !== 1 || info.dilationWidth !== 1) return null;
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth, padInfo } = info;
  const pixels = dividing(outWidth, 4);
  const channels = dividing(outChannels, 8);
  const each = (line: (pixel: number) => string) => range(pixels).map(line).join(' ');
  const code = `
    var rest = index;
    let c0 = (rest % ${outChannels / channels}) * ${channels}; rest = rest / ${outChannels / channels};
    let x0 = (rest % ${outWidth / pixels}) * ${pixels}; rest = rest / ${outWidth / pixels};
    let y0 = rest % ${outHeight};
    let image = (rest / ${outHeight}) * ${inHeight * inWidth * inChannels};
    ${sumsOf(pixels, channels)}
    for (var ky = 0; ky < ${filterHeight}; ky++) {
      let y = y0 * ${info.strideHeight} + ky - ${padInfo.top};
      if (y < 0 || y >= ${inHeight}) { continue; }
      for (var kx = 0; kx < ${filterWidth}; kx++) {
        ${each((p) => `let x_${p} = (x0 + ${p}) * ${info.strideWidth} + kx - ${padInfo.left}; let in_${p} = x_${p} >= 0 && x_${p} < ${inWidth};`)}
        ${each((p) => `let at_${p} = select(0, image + (y * ${inWidth} + x_${p}) * ${inChannels}, in_${p});`)}
        let w0 = (ky * ${filterWidth} + kx) * ${inChannels * outChannels} + c0;
        for (var i = 0; i < ${inChannels}; i++) {
          ${each((p) => `let v_${p} = select(0.0, x[at_${p} + i], in_${p});`)}
          ${multiplied(pixels, channels, `w[w0 + i * ${outChannels} + `)}
        }
      }
    }
    ${written(pixels, channels, `index / ${outChannels / channels} * ${pixels}`, outChannels, bias !== undefined, activation)}`;
  return { shape: info.outShape, code, names: bias ? ['x', 'w', 'bias'] : ['x', 'w'], inputs: bias ? [x, filter, bias] : [x, filter], outputsPerThread: pixels * channels };
}

function matrixProduct({ inputs, attrs }: Call): Direct | null {
  const { a, b, bias } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo; bias?: tf.TensorInfo };
  const { transposeA, transposeB, activation } = attrs as unknown as tf._FusedMatMulAttrs;
  const [batchA, batchB] = [a.shape.length === 3 ? a.shape[0]! : 1, b.shape.length === 3 ? b.shape[0]! : 1];
  if (transposeA || transposeB || !isSimple(activation) || a.shape.length > 3 || b.shape.length > 3) return null;
  if (bias && bias.shape.reduce((product, side) => product * side, 1) !== b.shape.at(-1)) return null;
  const [rows, depth, columns] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  const batch = Math.max(batchA, batchB);
  const tall = dividing(rows, 4);
  const wide = dividing(columns, 8);
  const code = `
    var rest = index;
    let c0 = (rest % ${columns / wide}) * ${wide}; rest = rest / ${columns / wide};
    let r0 = (rest % ${rows / tall}) * ${tall};
    let batch = rest / ${rows / tall};
    let a0 = ${batchA === 1 ? '0' : `batch * ${rows * depth}`} + r0 * ${depth};
    let b0 = ${batchB === 1 ? '0' : `batch * ${depth * columns}`} + c0;
    ${sumsOf(tall, wide)}
    for (var i = 0; i < ${depth}; i++) {
      ${range(tall).map((p) => `let v_${p} = x[a0 + ${p * depth} + i];`).join(' ')}
      ${multiplied(tall, wide, `w[b0 + i * ${columns} + `)}
    }
    ${written(tall, wide, `batch * ${rows} + r0`, columns, bias !== undefined, activation)}`;
  const shape = a.shape.length === 3 || b.shape.length === 3 ? [batch, rows, columns] : [rows, columns];
  return { shape, code, names: bias ? ['x', 'w', 'bias'] : ['x', 'w'], inputs: bias ? [a, b, bias] : [a, b], outputsPerThread: tall * wide };
}

/** One invocation per row, where the last axis alone goes. */
function reduction({ inputs, attrs }: Call, axisName: string, start: string, step: string, outcome: string): Direct | null {
  const { x } = inputs as { x: tf.TensorInfo };
  const { keepDims = false } = attrs as { keepDims?: boolean };
  const axes = tf.util.parseAxisParam(attrs?.[axisName] as number | number[], x.shape);
  const rank = x.shape.length;
  if (x.dtype !== 'float32' || axes.length !== 1 || axes[0] !== rank - 1 || rank < 2) return null;
  const length = x.shape[rank - 1]!;
  const kept = x.shape.slice(0, -1);
  const code = `
    let start = index * ${length};
    ${start}
    for (var i = 0; i < ${length}; i++) { let value = x[start + i]; ${step} }
    result[index] = ${outcome};`;
  return { shape: keepDims ? [...kept, 1] : kept, code, names: ['x'], inputs: [x], outputsPerThread: 1 };
}

const isSimple = (activation: string | undefined): boolean => activation === undefined || activation === null || activation === 'linear' || activation === 'relu';

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** The largest power of two up to `most` that divides `count`. */
function dividing(count: number, most: number): number {
  let size = most;
  while (count % size !== 0) size /= 2;
  return size;
}

const pairs = (tall: number, wide: number, line: (p: number, c: number) => string): string =>
  range(tall)
    .flatMap((p) => range(wide).map((c) => line(p, c)))
    .join(' ');

const sumsOf = (tall: number, wide: number): string => pairs(tall, wide, (p, c) => `var s_${p}_${c} = 0.0;`);

const multiplied = (tall: number, wide: number, weight: string): string =>
  `${range(wide)
    .map((c) => `let w_${c} = ${weight}${c}];`)
    .join(' ')} ${pairs(tall, wide, (p, c) => `s_${p}_${c} = fma(v_${p}, w_${c}, s_${p}_${c});`)}`;

function written(tall: number, wide: number, row: string, columns: number, hasBias: boolean, activation: string | undefined): string {
  const value = (p: number, c: number) => `s_${p}_${c}${hasBias ? ` + bias[c0 + ${c}]` : ''}`;
  const line = (p: number, c: number) =>
    activation === 'relu'
      ? `let o_${p}_${c} = ${value(p, c)}; result[out + ${p * columns + c}] = select(o_${p}_${c}, 0.0, o_${p}_${c} < 0.0);`
      : `result[out + ${p * columns + c}] = ${value(p, c)};`;
  return `let out = (${row}) * ${columns} + c0; ${pairs(tall, wide, line)}`;
}
