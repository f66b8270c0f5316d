/** Depthwise convolution: every channel with a kernel of its own, four channels at a time. */
import { fma, relu } from './fused';

/** The field order is that of `depthwiseLayer` in workers/wasm/descriptors.ts. */
@unmanaged
class Depthwise {
  input: usize;
  output: usize;
  addend: usize;
  /** Per row: offset in the input, in the output, in the addend. */
  table: usize;
  /** [line][step][width] */
  weights: usize;
  bias: usize;
  lines: i32;
  lineBytes: i32;
  steps: i32;
  stepBytes: i32;
  /** Channels, rounded up to four. */
  width: i32;
  isRelu: i32;
}

export function depthwise(at: usize, rows: i32, inputShift: usize, outputShift: usize, addendShift: usize): void {
  const layer = changetype<Depthwise>(at);
  const bytes = (layer.width as usize) << 2;
  for (let row = 0, entry = layer.table; row < rows; row++, entry += 12) {
    const input = layer.input + inputShift + load<u32>(entry);
    const output = layer.output + outputShift + load<u32>(entry, 4);
    const addend = layer.addend == 0 ? 0 : layer.addend + addendShift + load<u32>(entry, 8);
    for (let channel: usize = 0; channel < bytes; channel += 16) {
      let sum = v128.load(layer.bias + channel);
      let weights = layer.weights + channel;
      let from = input + channel;
      for (let line = 0; line < layer.lines; line++) {
        let x = from;
        for (let step = 0; step < layer.steps; step++) {
          sum = fma(v128.load(x), v128.load(weights), sum);
          x += layer.stepBytes;
          weights += bytes;
        }
        from += layer.lineBytes;
      }
      if (addend != 0) sum = f32x4.add(sum, v128.load(addend + channel));
      if (layer.isRelu) sum = relu(sum);
      v128.store(output + channel, sum);
    }
  }
}
