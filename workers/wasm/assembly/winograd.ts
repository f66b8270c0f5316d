/**
 * Convolution of 3×3, stride 1, by F(4×4, 3×3): 36 products per 16 outputs instead of 144 (Lavin and Gray 2016).
 *
 * Points 0, ±5/8, ±3/2, ∞: exact in float32, and with half the error of 0, ±1, ±2, ∞. Tiles go through in small blocks, and of
 * those eight outputs at a time, so that what stands between the transforms stays near the core. Filters come transformed from
 * combine.ts. Values that are not finite spread over a tile here: the caller then asks product.ts instead.
 */
import { fma, fnma } from './fused';

/** The field order is that of `winogradLayer` in workers/wasm/descriptors.ts. */
@unmanaged
class Winograd {
  /** The corner of the first tile, padding included. */
  input: usize;
  output: usize;
  addend: usize;
  /** Per tile: offset in the input, in the output, in the addend; rows | columns << 8 of outputs that exist. */
  table: usize;
  /** [panel][36][channels][8] */
  filters: usize;
  bias: usize;
  inputLine: i32;
  inputPixel: i32;
  outputLine: i32;
  outputPixel: i32;
  addendLine: i32;
  addendPixel: i32;
  channels: i32;
  outputs: i32;
  isRelu: i32;
  /** Tiles at a time, a multiple of four. */
  block: i32;
  /** [36][block][channels padded to four] */
  spectra: usize;
  /** [36][block][8] */
  sums: usize;
  /** From one frequency to the next: no power of two, for then all would fall on the same few lines of the cache. */
  spectrumBytes: i32;
  sumBytes: i32;
}

const ENTRY: usize = 16;
const P: f32 = 0.625;
const Q: f32 = 1.5;
const PP: f32 = P * P;
const QQ: f32 = Q * Q;
const PPQQ: f32 = PP * QQ;
const PP_QQ: f32 = PP + QQ;

// @ts-ignore: decorator
@lazy const HALFWAY: usize = memory.data(2 * 36 * 16, 16);

export function winograd(at: usize, tiles: i32, inputShift: usize, outputShift: usize, addendShift: usize): void {
  const layer = changetype<Winograd>(at);
  const input = layer.input + inputShift;
  const padded = (layer.channels + 3) & ~3;
  const spectrumBytes = layer.spectrumBytes;
  const panelBytes = (36 * layer.channels) << 5;
  for (let first = 0; first < tiles; first += layer.block) {
    const count = min(layer.block, tiles - first);
    const table = layer.table + (first as usize) * ENTRY;
    for (let tile = 0; tile < count; tile++) {
      const corner = input + load<u32>(table + (tile as usize) * ENTRY);
      const to = layer.spectra + ((tile * padded) << 2);
      for (let channel: usize = 0; channel < (padded as usize) << 2; channel += 16) {
        transformInput(corner + channel, layer.inputLine, layer.inputPixel, to + channel, spectrumBytes);
      }
    }
    let output = layer.output + outputShift;
    let addend = layer.addend == 0 ? 0 : layer.addend + addendShift;
    let filters = layer.filters;
    let bias = layer.bias;
    for (let left = layer.outputs; left > 0; left -= 8) {
      products(layer, count, filters, padded, spectrumBytes);
      for (let tile = 0; tile < count; tile++) {
        const entry = table + (tile as usize) * ENTRY;
        transformOutput(layer, layer.sums + ((tile as usize) << 5), output + load<u32>(entry, 4), addend == 0 ? 0 : addend + load<u32>(entry, 8), load<u32>(entry, 12), bias, left > 4);
      }
      filters += panelBytes;
      bias += 32;
      output += 32;
      if (addend != 0) addend += 32;
    }
  }
}

/** Bᵀ d B of one tile of 6×6 for four channels. */
// @ts-ignore: decorator
@inline
function transformInput(corner: usize, line: usize, pixel: usize, to: usize, spectrum: usize): void {
  let half = HALFWAY;
  for (let x = 0; x < 6; x++) {
    let from = corner;
    const d0 = v128.load(from); from += line;
    const d1 = v128.load(from); from += line;
    const d2 = v128.load(from); from += line;
    const d3 = v128.load(from); from += line;
    const d4 = v128.load(from); from += line;
    const d5 = v128.load(from);
    spectrumOfColumn(half, d0, d1, d2, d3, d4, d5);
    half += 16;
    corner += pixel;
  }
  half = HALFWAY;
  for (let y = 0; y < 6; y++) {
    spectrum6(to, spectrum, v128.load(half), v128.load(half, 16), v128.load(half, 32), v128.load(half, 48), v128.load(half, 64), v128.load(half, 80));
    half += 96;
    to += 6 * spectrum;
  }
}

/** As spectrum6, to the halfway memory, whose lines are 96 bytes. */
// @ts-ignore: decorator
@inline
function spectrumOfColumn(to: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const pp = f32x4.splat(PP), qq = f32x4.splat(QQ), ppqq = f32x4.splat(PPQQ), both = f32x4.splat(PP_QQ);
  v128.store(to, fma(d0, ppqq, fnma(d2, both, d4)));
  let even = fnma(d2, qq, d4);
  let odd = f32x4.mul(fnma(d1, qq, d3), f32x4.splat(P));
  v128.store(to, f32x4.add(even, odd), 96);
  v128.store(to, f32x4.sub(even, odd), 192);
  even = fnma(d2, pp, d4);
  odd = f32x4.mul(fnma(d1, pp, d3), f32x4.splat(Q));
  v128.store(to, f32x4.add(even, odd), 288);
  v128.store(to, f32x4.sub(even, odd), 384);
  v128.store(to, fma(d1, ppqq, fnma(d3, both, d5)), 480);
}

// @ts-ignore: decorator
@inline
function spectrum6(to: usize, stride: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const pp = f32x4.splat(PP), qq = f32x4.splat(QQ), ppqq = f32x4.splat(PPQQ), both = f32x4.splat(PP_QQ);
  v128.store(to, fma(d0, ppqq, fnma(d2, both, d4)));
  to += stride;
  let even = fnma(d2, qq, d4);
  let odd = f32x4.mul(fnma(d1, qq, d3), f32x4.splat(P));
  v128.store(to, f32x4.add(even, odd));
  to += stride;
  v128.store(to, f32x4.sub(even, odd));
  to += stride;
  even = fnma(d2, pp, d4);
  odd = f32x4.mul(fnma(d1, pp, d3), f32x4.splat(Q));
  v128.store(to, f32x4.add(even, odd));
  to += stride;
  v128.store(to, f32x4.sub(even, odd));
  to += stride;
  v128.store(to, fma(d1, ppqq, fnma(d3, both, d5)));
}

/** sums[f][tile][0..8] = Σ over channels of spectra[f][tile][c] · filters[f][c][0..8], for all 36 frequencies. */
function products(layer: Winograd, count: i32, filters: usize, padded: i32, spectrumBytes: usize): void {
  const channels = layer.channels;
  const rowBytes = (padded as usize) << 2;
  const sumBytes = layer.sumBytes;
  let spectra = layer.spectra;
  let sums = layer.sums;
  for (let frequency = 0; frequency < 36; frequency++) {
    let a = spectra;
    let out = sums;
    // The block is a multiple of four: spare rows hold numbers of an earlier block, and nobody reads their sums.
    for (let tile = 0; tile < count; tile += 4) {
      let a0 = a, a1 = a + rowBytes, a2 = a + 2 * rowBytes, a3 = a + 3 * rowBytes;
      let w = filters;
      let left = channels;
      let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
      // As in product.ts, the exits keep the sums of each step where they are.
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
      v128.store(out, c00); v128.store(out, c01, 16);
      v128.store(out, c10, 32); v128.store(out, c11, 48);
      v128.store(out, c20, 64); v128.store(out, c21, 80);
      v128.store(out, c30, 96); v128.store(out, c31, 112);
      out += 128;
      a += 4 * rowBytes;
    }
    filters += (channels as usize) << 5;
    spectra += spectrumBytes;
    sums += sumBytes;
  }
}

/** Aᵀ m A of one tile, for four or eight outputs, with bias, addend and ReLU. */
// @ts-ignore: decorator
@inline
function transformOutput(layer: Winograd, sums: usize, output: usize, addend: usize, exists: u32, bias: usize, isWide: bool): void {
  transformHalf(layer, sums, output, addend, exists, v128.load(bias));
  if (isWide) transformHalf(layer, sums + 16, output + 16, addend == 0 ? 0 : addend + 16, exists, v128.load(bias, 16));
}

function transformHalf(layer: Winograd, sums: usize, output: usize, addend: usize, exists: u32, bias: v128): void {
  const p = f32x4.splat(P), q = f32x4.splat(Q), pp = f32x4.splat(PP), qq = f32x4.splat(QQ);
  const ppp = f32x4.splat(P * PP), qqq = f32x4.splat(Q * QQ);
  const stride: usize = layer.sumBytes;
  let half = HALFWAY;
  for (let x = 0; x < 6; x++) {
    let from = sums;
    const m0 = v128.load(from); from += 6 * stride;
    const m1 = v128.load(from); from += 6 * stride;
    const m2 = v128.load(from); from += 6 * stride;
    const m3 = v128.load(from); from += 6 * stride;
    const m4 = v128.load(from); from += 6 * stride;
    const m5 = v128.load(from);
    const evenP = f32x4.add(m1, m2), oddP = f32x4.sub(m1, m2);
    const evenQ = f32x4.add(m3, m4), oddQ = f32x4.sub(m3, m4);
    v128.store(half, f32x4.add(f32x4.add(m0, evenP), evenQ));
    v128.store(half, fma(oddP, p, f32x4.mul(oddQ, q)), 96);
    v128.store(half, fma(evenP, pp, f32x4.mul(evenQ, qq)), 192);
    v128.store(half, fma(oddP, ppp, fma(oddQ, qqq, m5)), 288);
    half += 16;
    sums += stride;
  }
  const rows = (exists & 255) as i32;
  const columns = (exists >> 8) as i32;
  half = HALFWAY;
  const isRelu = layer.isRelu;
  const floor = isRelu ? f32x4.splat(0) : f32x4.splat(-Infinity);
  for (let y = 0; y < rows; y++) {
    const m0 = v128.load(half), m1 = v128.load(half, 16), m2 = v128.load(half, 32), m3 = v128.load(half, 48), m4 = v128.load(half, 64), m5 = v128.load(half, 80);
    const evenP = f32x4.add(m1, m2), oddP = f32x4.sub(m1, m2);
    const evenQ = f32x4.add(m3, m4), oddQ = f32x4.sub(m3, m4);
    let y0 = f32x4.add(f32x4.add(f32x4.add(m0, evenP), evenQ), bias);
    let y1 = fma(oddP, p, fma(oddQ, q, bias));
    let y2 = fma(evenP, pp, fma(evenQ, qq, bias));
    let y3 = fma(oddP, ppp, fma(oddQ, qqq, f32x4.add(m5, bias)));
    if (addend != 0) {
      let from = addend;
      y0 = f32x4.add(y0, v128.load(from)); from += layer.addendPixel;
      y1 = f32x4.add(y1, v128.load(from)); from += layer.addendPixel;
      y2 = f32x4.add(y2, v128.load(from)); from += layer.addendPixel;
      y3 = f32x4.add(y3, v128.load(from));
      addend += layer.addendLine;
    }
    let to = output;
    v128.store(to, f32x4.pmax(y0, floor));
    to += layer.outputPixel;
    if (columns > 1) v128.store(to, f32x4.pmax(y1, floor));
    to += layer.outputPixel;
    if (columns > 2) v128.store(to, f32x4.pmax(y2, floor));
    to += layer.outputPixel;
    if (columns > 3) v128.store(to, f32x4.pmax(y3, floor));
    output += layer.outputLine;
    half += 96;
  }
}
