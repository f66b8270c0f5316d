/**
 * Rows × panels: convolution, linear layers and projections, without gathering patches.
 *
 * A row is one output pixel (or position, or sample); its numbers are read in place, as `count` runs of `run` floats each.
 * Weights stand in panels [panel][k][8 outputs], the last one [k][4] where at most four outputs are left. Four rows by eight
 * outputs are kept in registers. The sum over k runs in one order whatever rows stand together, so blocks do not change bits.
 */
import { fma, storeLanes } from './fused';

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
  /** Offset of each run in the input, from the row's own. */
  runs: usize;
  count: i32;
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
  const k = layer.count * layer.run;
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

/** A run of so many floats has its sum added to the others' when it ends: long sums then lose fewer digits. */
const LONG: i32 = 96;

// @ts-ignore: decorator
@lazy const TOTALS: usize = memory.data(8 * 16, 16);

// @ts-ignore: decorator
@inline
function addTo(at: usize, sum: v128): void {
  v128.store(at, f32x4.add(v128.load(at), sum));
}

function panelOf8(layer: Product, rows: i32, input: usize, output: usize, addend: usize, weights: usize, bias: usize, lanes: i32): void {
  if (layer.run >= LONG && layer.count > 1) longOf8(layer, rows, input, output, addend, weights, bias, lanes);
  else shortOf8(layer, rows, input, output, addend, weights, bias, lanes);
}

function longOf8(layer: Product, rows: i32, input: usize, output: usize, addend: usize, weights: usize, bias: usize, lanes: i32): void {
  rowsOf8(layer, rows, input, output, addend, weights, bias, lanes, true);
}

function shortOf8(layer: Product, rows: i32, input: usize, output: usize, addend: usize, weights: usize, bias: usize, lanes: i32): void {
  rowsOf8(layer, rows, input, output, addend, weights, bias, lanes, false);
}

/** Compiled twice, so that the short way has nothing of the long one in its registers. */
// @ts-ignore: decorator
@inline
function rowsOf8(layer: Product, rows: i32, input: usize, output: usize, addend: usize, weights: usize, bias: usize, lanes: i32, isLong: bool): void {
  const bias0 = v128.load(bias);
  const bias1 = v128.load(bias, 16);
  const last = layer.table + (rows - 1) * ROW;
  const run = layer.run;
  const runs = layer.runs;
  const end = runs + ((layer.count as usize) << 2);
  const runWeights = (run as usize) << 5;
  const floor = f32x4.splat(layer.isRelu ? 0 : -Infinity);
  for (let row0 = layer.table; row0 <= last; row0 += 4 * ROW) {
    // Where fewer than four rows are left, the last is computed more than once.
    const row1 = min(row0 + ROW, last);
    const row2 = min(row0 + 2 * ROW, last);
    const row3 = min(row0 + 3 * ROW, last);
    const line0 = input + load<u32>(row0);
    const line1 = input + load<u32>(row1);
    const line2 = input + load<u32>(row2);
    const line3 = input + load<u32>(row3);
    let from = weights;
    let c00 = bias0, c01 = bias1, c10 = bias0, c11 = bias1, c20 = bias0, c21 = bias1, c30 = bias0, c31 = bias1;
    if (isLong) memory.fill(TOTALS, 0, 8 * 16);
    for (let at = runs; at < end; at += 4) {
      const shift = load<u32>(at);
      let a0 = line0 + shift, a1 = line1 + shift, a2 = line2 + shift, a3 = line3 + shift;
      let w = from;
      let left = run;
      // Each exit keeps the sums of its step from being put off: the compiler would load everything first and run out of registers.
      for (;;) {
        let w0: v128, w1: v128, x: v128;
        w0 = v128.load(w); w1 = v128.load(w, 16);
        x = v128.load_splat<f32>(a0);
        c00 = fma(x, w0, c00); c01 = fma(x, w1, c01);
        x = v128.load_splat<f32>(a1);
        c10 = fma(x, w0, c10); c11 = fma(x, w1, c11);
        x = v128.load_splat<f32>(a2);
        c20 = fma(x, w0, c20); c21 = fma(x, w1, c21);
        x = v128.load_splat<f32>(a3);
        c30 = fma(x, w0, c30); c31 = fma(x, w1, c31);
        if (left == 1) break;
        w0 = v128.load(w, 32); w1 = v128.load(w, 48);
        x = v128.load_splat<f32>(a0, 4);
        c00 = fma(x, w0, c00); c01 = fma(x, w1, c01);
        x = v128.load_splat<f32>(a1, 4);
        c10 = fma(x, w0, c10); c11 = fma(x, w1, c11);
        x = v128.load_splat<f32>(a2, 4);
        c20 = fma(x, w0, c20); c21 = fma(x, w1, c21);
        x = v128.load_splat<f32>(a3, 4);
        c30 = fma(x, w0, c30); c31 = fma(x, w1, c31);
        if (left == 2) break;
        w0 = v128.load(w, 64); w1 = v128.load(w, 80);
        x = v128.load_splat<f32>(a0, 8);
        c00 = fma(x, w0, c00); c01 = fma(x, w1, c01);
        x = v128.load_splat<f32>(a1, 8);
        c10 = fma(x, w0, c10); c11 = fma(x, w1, c11);
        x = v128.load_splat<f32>(a2, 8);
        c20 = fma(x, w0, c20); c21 = fma(x, w1, c21);
        x = v128.load_splat<f32>(a3, 8);
        c30 = fma(x, w0, c30); c31 = fma(x, w1, c31);
        if (left == 3) break;
        w0 = v128.load(w, 96); w1 = v128.load(w, 112);
        x = v128.load_splat<f32>(a0, 12);
        c00 = fma(x, w0, c00); c01 = fma(x, w1, c01);
        x = v128.load_splat<f32>(a1, 12);
        c10 = fma(x, w0, c10); c11 = fma(x, w1, c11);
        x = v128.load_splat<f32>(a2, 12);
        c20 = fma(x, w0, c20); c21 = fma(x, w1, c21);
        x = v128.load_splat<f32>(a3, 12);
        c30 = fma(x, w0, c30); c31 = fma(x, w1, c31);
        left -= 4;
        if (left == 0) break;
        a0 += 16; a1 += 16; a2 += 16; a3 += 16;
        w += 128;
      }
      from += runWeights;
      if (isLong) {
        addTo(TOTALS, c00); addTo(TOTALS + 16, c01); addTo(TOTALS + 32, c10); addTo(TOTALS + 48, c11);
        addTo(TOTALS + 64, c20); addTo(TOTALS + 80, c21); addTo(TOTALS + 96, c30); addTo(TOTALS + 112, c31);
        c00 = f32x4.splat(0); c01 = c00; c10 = c00; c11 = c00; c20 = c00; c21 = c00; c30 = c00; c31 = c00;
      }
    }
    if (isLong) {
      c00 = v128.load(TOTALS); c01 = v128.load(TOTALS, 16); c10 = v128.load(TOTALS, 32); c11 = v128.load(TOTALS, 48);
      c20 = v128.load(TOTALS, 64); c21 = v128.load(TOTALS, 80); c30 = v128.load(TOTALS, 96); c31 = v128.load(TOTALS, 112);
    }
    put8(row0, output, addend, c00, c01, floor, lanes);
    put8(row1, output, addend, c10, c11, floor, lanes);
    put8(row2, output, addend, c20, c21, floor, lanes);
    put8(row3, output, addend, c30, c31, floor, lanes);
  }
}

// @ts-ignore: decorator
@inline
function put8(row: usize, output: usize, addend: usize, low: v128, high: v128, floor: v128, lanes: i32): void {
  const at = output + load<u32>(row, 4);
  if (addend != 0) {
    const from = addend + load<u32>(row, 8);
    low = f32x4.add(low, v128.load(from));
    high = f32x4.add(high, v128.load(from, 16));
  }
  low = f32x4.pmax(low, floor);
  high = f32x4.pmax(high, floor);
  v128.store(at, low);
  if (lanes == 8) v128.store(at, high, 16);
  else storeLanes(at + 16, high, lanes - 4);
}

/** Four rows by four outputs, sums over even and odd k apart: as many sums in flight, and no lanes wasted on outputs that are not there. */
function panelOf4(layer: Product, rows: i32, input: usize, output: usize, addend: usize, weights: usize, bias: usize, lanes: i32): void {
  const bias0 = v128.load(bias);
  const last = layer.table + (rows - 1) * ROW;
  const run = layer.run;
  const runs = layer.runs;
  const end = runs + ((layer.count as usize) << 2);
  const runWeights = (run as usize) << 4;
  const floor = f32x4.splat(layer.isRelu ? 0 : -Infinity);
  for (let row0 = layer.table; row0 <= last; row0 += 4 * ROW) {
    const row1 = min(row0 + ROW, last);
    const row2 = min(row0 + 2 * ROW, last);
    const row3 = min(row0 + 3 * ROW, last);
    const line0 = input + load<u32>(row0);
    const line1 = input + load<u32>(row1);
    const line2 = input + load<u32>(row2);
    const line3 = input + load<u32>(row3);
    let from = weights;
    let c0 = bias0, c1 = bias0, c2 = bias0, c3 = bias0;
    let d0 = f32x4.splat(0), d1 = d0, d2 = d0, d3 = d0;
    for (let at = runs; at < end; at += 4) {
      const shift = load<u32>(at);
      let a0 = line0 + shift, a1 = line1 + shift, a2 = line2 + shift, a3 = line3 + shift;
      let w = from;
      let left = run;
      for (;;) {
        let w0: v128;
        w0 = v128.load(w);
        c0 = fma(v128.load_splat<f32>(a0), w0, c0);
        c1 = fma(v128.load_splat<f32>(a1), w0, c1);
        c2 = fma(v128.load_splat<f32>(a2), w0, c2);
        c3 = fma(v128.load_splat<f32>(a3), w0, c3);
        if (left == 1) break;
        w0 = v128.load(w, 16);
        d0 = fma(v128.load_splat<f32>(a0, 4), w0, d0);
        d1 = fma(v128.load_splat<f32>(a1, 4), w0, d1);
        d2 = fma(v128.load_splat<f32>(a2, 4), w0, d2);
        d3 = fma(v128.load_splat<f32>(a3, 4), w0, d3);
        if (left == 2) break;
        w0 = v128.load(w, 32);
        c0 = fma(v128.load_splat<f32>(a0, 8), w0, c0);
        c1 = fma(v128.load_splat<f32>(a1, 8), w0, c1);
        c2 = fma(v128.load_splat<f32>(a2, 8), w0, c2);
        c3 = fma(v128.load_splat<f32>(a3, 8), w0, c3);
        if (left == 3) break;
        w0 = v128.load(w, 48);
        d0 = fma(v128.load_splat<f32>(a0, 12), w0, d0);
        d1 = fma(v128.load_splat<f32>(a1, 12), w0, d1);
        d2 = fma(v128.load_splat<f32>(a2, 12), w0, d2);
        d3 = fma(v128.load_splat<f32>(a3, 12), w0, d3);
        left -= 4;
        if (left == 0) break;
        a0 += 16; a1 += 16; a2 += 16; a3 += 16;
        w += 64;
      }
      from += runWeights;
    }
    put4(row0, output, addend, f32x4.add(c0, d0), floor, lanes);
    put4(row1, output, addend, f32x4.add(c1, d1), floor, lanes);
    put4(row2, output, addend, f32x4.add(c2, d2), floor, lanes);
    put4(row3, output, addend, f32x4.add(c3, d3), floor, lanes);
  }
}

// @ts-ignore: decorator
@inline
function put4(row: usize, output: usize, addend: usize, value: v128, floor: v128, lanes: i32): void {
  if (addend != 0) value = f32x4.add(value, v128.load(addend + load<u32>(row, 8)));
  storeLanes(output + load<u32>(row, 4), f32x4.pmax(value, floor), lanes);
}
