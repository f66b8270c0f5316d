/** Pooling over windows, and over everything. A largest value that is not a number stays one. */

/** The field order is that of `poolLayer` in workers/wasm/descriptors.ts. */
@unmanaged
class Pool {
  input: usize;
  output: usize;
  kernel: i32;
  stride: i32;
  isMax: i32;
  /** Of the output. */
  lines: i32;
  pixels: i32;
  /** Channels padded to four. */
  width: i32;
  inputLine: i32;
  inputSample: i32;
  outputLine: i32;
  outputSample: i32;
}

export function pool(at: usize, count: i32, inputShift: usize, outputShift: usize): void {
  const layer = changetype<Pool>(at);
  const bytes = (layer.width as usize) << 2;
  const kernel = layer.kernel;
  if (kernel == 2) return poolOf2(layer, count, inputShift, outputShift);
  const size = f32x4.splat((kernel * kernel) as f32);
  for (let sample = 0; sample < count; sample++) {
    for (let line = 0; line < layer.lines; line++) {
      let corner = layer.input + inputShift + sample * layer.inputSample + line * layer.stride * layer.inputLine;
      let to = layer.output + outputShift + sample * layer.outputSample + line * layer.outputLine;
      for (let pixel = 0; pixel < layer.pixels; pixel++) {
        for (let channel: usize = 0; channel < bytes; channel += 16) {
          let from = corner + channel;
          if (layer.isMax) {
            let most = v128.load(from);
            for (let y = 0; y < kernel; y++, from += layer.inputLine) {
              let at = from;
              for (let x = 0; x < kernel; x++, at += bytes) most = f32x4.max(most, v128.load(at));
            }
            v128.store(to + channel, most);
          } else {
            let sum = f32x4.splat(0);
            for (let y = 0; y < kernel; y++, from += layer.inputLine) {
              let at = from;
              for (let x = 0; x < kernel; x++, at += bytes) sum = f32x4.add(sum, v128.load(at));
            }
            v128.store(to + channel, f32x4.div(sum, size));
          }
        }
        corner += layer.stride * bytes;
        to += bytes;
      }
    }
  }
}

/** Windows of 2×2, which nearly all are, written out. */
function poolOf2(layer: Pool, count: i32, inputShift: usize, outputShift: usize): void {
  const bytes = (layer.width as usize) << 2;
  const below: usize = layer.inputLine;
  const quarter = f32x4.splat(0.25);
  const isMax = layer.isMax;
  for (let sample = 0; sample < count; sample++) {
    for (let line = 0; line < layer.lines; line++) {
      let corner = layer.input + inputShift + sample * layer.inputSample + line * layer.stride * layer.inputLine;
      let to = layer.output + outputShift + sample * layer.outputSample + line * layer.outputLine;
      const next = layer.stride * bytes - bytes;
      for (let pixel = 0; pixel < layer.pixels; pixel++) {
        const end = to + bytes;
        for (; to < end; to += 16, corner += 16) {
          const a = v128.load(corner), b = v128.load(corner + bytes), c = v128.load(corner + below), d = v128.load(corner + below + bytes);
          v128.store(to, isMax ? f32x4.max(f32x4.max(a, b), f32x4.max(c, d)) : f32x4.mul(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), quarter));
        }
        corner += next;
      }
    }
  }
}

/** Sums in float64; `lines` and `pixels` are of the input, and the output is one vector. */
export function globalPool(at: usize, count: i32, inputShift: usize, outputShift: usize): void {
  const layer = changetype<Pool>(at);
  const bytes = (layer.width as usize) << 2;
  const size = f64x2.splat((layer.lines * layer.pixels) as f64);
  for (let sample = 0; sample < count; sample++) {
    const input = layer.input + inputShift + sample * layer.inputSample;
    const output = layer.output + outputShift + sample * layer.outputSample;
    for (let channel: usize = 0; channel < bytes; channel += 16) {
      if (layer.isMax) {
        let most = f32x4.splat(-Infinity);
        for (let line = 0; line < layer.lines; line++) {
          let at = input + channel + line * layer.inputLine;
          for (let pixel = 0; pixel < layer.pixels; pixel++, at += bytes) most = f32x4.max(most, v128.load(at));
        }
        v128.store(output + channel, most);
      } else {
        let low = f64x2.splat(0), high = low;
        for (let line = 0; line < layer.lines; line++) {
          let at = input + channel + line * layer.inputLine;
          for (let pixel = 0; pixel < layer.pixels; pixel++, at += bytes) {
            low = f64x2.add(low, f64x2.promote_low_f32x4(v128.load64_zero(at)));
            high = f64x2.add(high, f64x2.promote_low_f32x4(v128.load64_zero(at + 8)));
          }
        }
        v128.store(output + channel, i64x2.shuffle(f32x4.demote_f64x2_zero(f64x2.div(low, size)), f32x4.demote_f64x2_zero(f64x2.div(high, size)), 0, 2));
      }
    }
  }
}
