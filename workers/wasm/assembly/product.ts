/**
 * Rows × panels: convolution, linear layers and projections, without gathering patches.
 *
 * A row is one output pixel (or position, or sample); its numbers are read in place, as `lines` × `steps` runs of `run` floats.
 * Weights stand in panels [panel][k][8 outputs], the last one [k][4] where at most four outputs are left. Four rows by eight
 * outputs are kept in registers. The sum over k runs in one order whatever rows stand together, so blocks do not change bits.
 */
import { fma, relu, storeLanes } from './fused';

/** Offsets in bytes; the field order is that of `productLayer` in workers/wasm/descriptors.ts. */
@unmanaged
class Product {
  input: usize;
  output: usize;
  /** 0 for none. */
  addend: usize;
  /** Per row: offset in the input, in the output, in the addend. */
  table: usize;
  weights: usize;
  /** One float per output of every panel. */
  bias: usize;
  lines: i32;
  lineBytes: i32;
  steps: i32;
  stepBytes: i32;
  run: i32;
  /** Outputs per group. */
  outputs: i32;
  groups: i32;
  groupInputBytes: i32;
  groupOutputBytes: i32;
  isRelu: i32;
  /** Whether a last vector may be stored whole, its spare lanes being padding. */
  isPadded: i32;
}

const ROW: usize = 12;

/** @param at a Product; the shifts, in bytes, choose the samples */
export function product(at: usize, rows: i32, inputShift: usize, outputShift: usize, addendShift: usize): void {
  const layer = changetype<Product>(at);
  const k = layer.lines * layer.steps * layer.run;
  let weights = layer.weights;
  let bias = layer.bias;
  for (let group = 0; group < layer.groups; group++) {
    const input = layer.input + inputShift + group * layer.groupInputBytes;
    let output = layer.output + outputShift + group * layer.groupOutputBytes;
    let addend = layer.addend == 0 ? 0 : layer.addend + addendShift + group * layer.groupOutputBytes;
    let left = layer.outputs;
    while (left > 0) {
      const isNarrow = left <= 4;
      const lanes = layer.isPadded ? (left + 3) & ~3 : left;
      if (isNarrow) panelOf4(layer, rows, input, output, addend, weights, bias, lanes);
      else panelOf8(layer, rows, input, output, addend, weights, bias, lanes);
      const width = isNarrow ? 4 : 8;
      weights += k * width * 4;
      bias += width * 4;
      output += width * 4;
      if (addend != 0) addend += width * 4;
      left -= width;
    }
  }
}

// @ts-ignore: decorator
@inline
function put(layer: Product, at: usize, addend: usize, value: v128, lanes: i32): void {
  if (addend != 0) value = f32x4.add(value, v128.load(addend));
  if (layer.isRelu) value = relu(value);
  storeLanes(at, value, lanes);
}

function panelOf8(layer: Product, rows: i32, input: usize, output: usize, addend: usize, weights: usize, bias: usize, lanes: i32): void {
  const bias0 = v128.load(bias);
  const bias1 = v128.load(bias, 16);
  const last = layer.table + (rows - 1) * ROW;
  const runBytes = layer.run * 4;
  const whole = layer.run >> 2;
  const rest = layer.run & 3;
  const nextStep = layer.stepBytes - runBytes;
  const nextLine = layer.lineBytes - layer.steps * layer.stepBytes;
  const steps = layer.steps;
  for (let row0 = layer.table; row0 <= last; row0 += 4 * ROW) {
    // Where fewer than four rows are left, the last is computed more than once.
    const row1 = min(row0 + ROW, last);
    const row2 = min(row0 + 2 * ROW, last);
    const row3 = min(row0 + 3 * ROW, last);
    let a0 = input + load<u32>(row0);
    let a1 = input + load<u32>(row1);
    let a2 = input + load<u32>(row2);
    let a3 = input + load<u32>(row3);
    let w = weights;
    let c00 = bias0, c01 = bias1, c10 = bias0, c11 = bias1, c20 = bias0, c21 = bias1, c30 = bias0, c31 = bias1;
    for (let line = layer.lines; line > 0; line--) {
      for (let step = steps; step > 0; step--) {
        for (let k = whole; k > 0; k--) {
          let w0 = v128.load(w), w1 = v128.load(w, 16);
          let x = v128.load_splat<f32>(a0);
          c00 = fma(x, w0, c00); c01 = fma(x, w1, c01);
          x = v128.load_splat<f32>(a1);
          c10 = fma(x, w0, c10); c11 = fma(x, w1, c11);
          x = v128.load_splat<f32>(a2);
          c20 = fma(x, w0, c20); c21 = fma(x, w1, c21);
          x = v128.load_splat<f32>(a3);
          c30 = fma(x, w0, c30); c31 = fma(x, w1, c31);
          w0 = v128.load(w, 32); w1 = v128.load(w, 48);
          x = v128.load_splat<f32>(a0, 4);
          c00 = fma(x, w0, c00); c01 = fma(x, w1, c01);
          x = v128.load_splat<f32>(a1, 4);
          c10 = fma(x, w0, c10); c11 = fma(x, w1, c11);
          x = v128.load_splat<f32>(a2, 4);
          c20 = fma(x, w0, c20); c21 = fma(x, w1, c21);
          x = v128.load_splat<f32>(a3, 4);
          c30 = fma(x, w0, c30); c31 = fma(x, w1, c31);
          w0 = v128.load(w, 64); w1 = v128.load(w, 80);
          x = v128.load_splat<f32>(a0, 8);
          c00 = fma(x, w0, c00); c01 = fma(x, w1, c01);
          x = v128.load_splat<f32>(a1, 8);
          c10 = fma(x, w0, c10); c11 = fma(x, w1, c11);
          x = v128.load_splat<f32>(a2, 8);
          c20 = fma(x, w0, c20); c21 = fma(x, w1, c21);
          x = v128.load_splat<f32>(a3, 8);
          c30 = fma(x, w0, c30); c31 = fma(x, w1, c31);
          w0 = v128.load(w, 96); w1 = v128.load(w, 112);
          x = v128.load_splat<f32>(a0, 12);
          c00 = fma(x, w0, c00); c01 = fma(x, w1, c01);
          x = v128.load_splat<f32>(a1, 12);
          c10 = fma(x, w0, c10); c11 = fma(x, w1, c11);
          x = v128.load_splat<f32>(a2, 12);
          c20 = fma(x, w0, c20); c21 = fma(x, w1, c21);
          x = v128.load_splat<f32>(a3, 12);
          c30 = fma(x, w0, c30); c31 = fma(x, w1, c31);
          a0 += 16; a1 += 16; a2 += 16; a3 += 16;
          w += 128;
        }
        for (let k = rest; k > 0; k--) {
          const w0 = v128.load(w), w1 = v128.load(w, 16);
          let x = v128.load_splat<f32>(a0);
          c00 = fma(x, w0, c00); c01 = fma(x, w1, c01);
          x = v128.load_splat<f32>(a1);
          c10 = fma(x, w0, c10); c11 = fma(x, w1, c11);
          x = v128.load_splat<f32>(a2);
          c20 = fma(x, w0, c20); c21 = fma(x, w1, c21);
          x = v128.load_splat<f32>(a3);
          c30 = fma(x, w0, c30); c31 = fma(x, w1, c31);
          a0 += 4; a1 += 4; a2 += 4; a3 += 4;
          w += 32;
        }
        a0 += nextStep; a1 += nextStep; a2 += nextStep; a3 += nextStep;
      }
      a0 += nextLine; a1 += nextLine; a2 += nextLine; a3 += nextLine;
    }
    put8(layer, row0, output, addend, c00, c01, lanes);
    put8(layer, row1, output, addend, c10, c11, lanes);
    put8(layer, row2, output, addend, c20, c21, lanes);
    put8(layer, row3, output, addend, c30, c31, lanes);
  }
}

// @ts-ignore: decorator
@inline
function put8(layer: Product, row: usize, output: usize, addend: usize, low: v128, high: v128, lanes: i32): void {
  const at = output + load<u32>(row, 4);
  const added = addend == 0 ? 0 : addend + load<u32>(row, 8);
  put(layer, at, added, low, 4);
  put(layer, at + 16, added == 0 ? 0 : added + 16, high, lanes - 4);
}

/** Eight rows by four outputs: as many sums in flight, and no lanes wasted on outputs that are not there. */
function panelOf4(layer: Product, rows: i32, input: usize, output: usize, addend: usize, weights: usize, bias: usize, lanes: i32): void {
  const bias0 = v128.load(bias);
  const last = layer.table + (rows - 1) * ROW;
  const runBytes = layer.run * 4;
  const nextStep = layer.stepBytes - runBytes;
  const nextLine = layer.lineBytes - layer.steps * layer.stepBytes;
  const whole = layer.run >> 1;
  const rest = layer.run & 1;
  for (let row0 = layer.table; row0 <= last; row0 += 8 * ROW) {
    const row1 = min(row0 + ROW, last);
    const row2 = min(row0 + 2 * ROW, last);
    const row3 = min(row0 + 3 * ROW, last);
    const row4 = min(row0 + 4 * ROW, last);
    const row5 = min(row0 + 5 * ROW, last);
    const row6 = min(row0 + 6 * ROW, last);
    const row7 = min(row0 + 7 * ROW, last);
    let a0 = input + load<u32>(row0);
    let a1 = input + load<u32>(row1);
    let a2 = input + load<u32>(row2);
    let a3 = input + load<u32>(row3);
    let a4 = input + load<u32>(row4);
    let a5 = input + load<u32>(row5);
    let a6 = input + load<u32>(row6);
    let a7 = input + load<u32>(row7);
    let w = weights;
    let c0 = bias0, c1 = bias0, c2 = bias0, c3 = bias0, c4 = bias0, c5 = bias0, c6 = bias0, c7 = bias0;
    for (let line = layer.lines; line > 0; line--) {
      for (let step = layer.steps; step > 0; step--) {
        for (let k = whole; k > 0; k--) {
          let w0 = v128.load(w);
          c0 = fma(v128.load_splat<f32>(a0), w0, c0);
          c1 = fma(v128.load_splat<f32>(a1), w0, c1);
          c2 = fma(v128.load_splat<f32>(a2), w0, c2);
          c3 = fma(v128.load_splat<f32>(a3), w0, c3);
          c4 = fma(v128.load_splat<f32>(a4), w0, c4);
          c5 = fma(v128.load_splat<f32>(a5), w0, c5);
          c6 = fma(v128.load_splat<f32>(a6), w0, c6);
          c7 = fma(v128.load_splat<f32>(a7), w0, c7);
          w0 = v128.load(w, 16);
          c0 = fma(v128.load_splat<f32>(a0, 4), w0, c0);
          c1 = fma(v128.load_splat<f32>(a1, 4), w0, c1);
          c2 = fma(v128.load_splat<f32>(a2, 4), w0, c2);
          c3 = fma(v128.load_splat<f32>(a3, 4), w0, c3);
          c4 = fma(v128.load_splat<f32>(a4, 4), w0, c4);
          c5 = fma(v128.load_splat<f32>(a5, 4), w0, c5);
          c6 = fma(v128.load_splat<f32>(a6, 4), w0, c6);
          c7 = fma(v128.load_splat<f32>(a7, 4), w0, c7);
          a0 += 8; a1 += 8; a2 += 8; a3 += 8; a4 += 8; a5 += 8; a6 += 8; a7 += 8;
          w += 32;
        }
        if (rest) {
          const w0 = v128.load(w);
          c0 = fma(v128.load_splat<f32>(a0), w0, c0);
          c1 = fma(v128.load_splat<f32>(a1), w0, c1);
          c2 = fma(v128.load_splat<f32>(a2), w0, c2);
          c3 = fma(v128.load_splat<f32>(a3), w0, c3);
          c4 = fma(v128.load_splat<f32>(a4), w0, c4);
          c5 = fma(v128.load_splat<f32>(a5), w0, c5);
          c6 = fma(v128.load_splat<f32>(a6), w0, c6);
          c7 = fma(v128.load_splat<f32>(a7), w0, c7);
          a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4; a6 += 4; a7 += 4;
          w += 16;
        }
        a0 += nextStep; a1 += nextStep; a2 += nextStep; a3 += nextStep;
        a4 += nextStep; a5 += nextStep; a6 += nextStep; a7 += nextStep;
      }
      a0 += nextLine; a1 += nextLine; a2 += nextLine; a3 += nextLine;
      a4 += nextLine; a5 += nextLine; a6 += nextLine; a7 += nextLine;
    }
    put4(layer, row0, output, addend, c0, lanes);
    put4(layer, row1, output, addend, c1, lanes);
    put4(layer, row2, output, addend, c2, lanes);
    put4(layer, row3, output, addend, c3, lanes);
    put4(layer, row4, output, addend, c4, lanes);
    put4(layer, row5, output, addend, c5, lanes);
    put4(layer, row6, output, addend, c6, lanes);
    put4(layer, row7, output, addend, c7, lanes);
  }
}

// @ts-ignore: decorator
@inline
function put4(layer: Product, row: usize, output: usize, addend: usize, value: v128, lanes: i32): void {
  put(layer, output + load<u32>(row, 4), addend == 0 ? 0 : addend + load<u32>(row, 8), value, lanes);
}
