/** Moves of numbers from one layout to another; nothing is computed but an addition. */

/** The field order is that of `copyLayer` in workers/wasm/descriptors.ts: three sides, outermost first, in bytes from one to the next. */
@unmanaged
class Copy {
  input: usize;
  output: usize;
  sides0: i32;
  sides1: i32;
  sides2: i32;
  from0: i32;
  from1: i32;
  from2: i32;
  to0: i32;
  to1: i32;
  to2: i32;
  inputSample: i32;
  outputSample: i32;
}

/** One float at a time, between any two layouts. */
export function copyImage(at: usize, count: i32, inputShift: usize, outputShift: usize): void {
  const layer = changetype<Copy>(at);
  for (let sample = 0; sample < count; sample++) {
    for (let x = 0; x < layer.sides0; x++) {
      for (let y = 0; y < layer.sides1; y++) {
        let from = layer.input + inputShift + sample * layer.inputSample + x * layer.from0 + y * layer.from1;
        let to = layer.output + outputShift + sample * layer.outputSample + x * layer.to0 + y * layer.to1;
        for (let z = 0; z < layer.sides2; z++, from += layer.from2, to += layer.to2) store<f32>(to, load<f32>(from));
      }
    }
  }
}

/** Lines × pixels × channels, the channels contiguous and aligned: a part of a concatenation. */
export function copyChannels(at: usize, count: i32, inputShift: usize, outputShift: usize): void {
  const layer = changetype<Copy>(at);
  const bytes = (layer.sides2 as usize) << 2;
  for (let sample = 0; sample < count; sample++) {
    for (let line = 0; line < layer.sides0; line++) {
      let from = layer.input + inputShift + sample * layer.inputSample + line * layer.from0;
      let to = layer.output + outputShift + sample * layer.outputSample + line * layer.to0;
      for (let pixel = 0; pixel < layer.sides1; pixel++, from += layer.from1, to += layer.to1) {
        let channel: usize = 0;
        for (; channel + 16 <= bytes; channel += 16) v128.store(to + channel, v128.load(from + channel));
        for (; channel < bytes; channel += 4) store<f32>(to + channel, load<f32>(from + channel));
      }
    }
  }
}

/** Rows of a table by number, which the caller has checked. `pixels` numbers per sample stand one `inputPixel` apart. */
export function lookUp(input: usize, inputSample: i32, inputPixel: i32, table: usize, width: i32, output: usize, outputSample: i32, pixels: i32, count: i32): void {
  const bytes = (width as usize) << 2;
  for (let sample = 0; sample < count; sample++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const row = load<f32>(input + sample * inputSample + pixel * inputPixel) as usize;
      memory.copy(output + sample * outputSample + (pixel as usize) * bytes, table + row * bytes, bytes);
    }
  }
}

/** output = input + table, the table being one sample's size. Both contiguous, a multiple of four floats. */
export function addTable(input: usize, table: usize, output: usize, floats: i32, count: i32): void {
  for (let sample = 0; sample < count; sample++) {
    for (let at: usize = 0; at < (floats as usize) << 2; at += 16) {
      v128.store(output, f32x4.add(v128.load(input), v128.load(table + at)));
      input += 16;
      output += 16;
    }
  }
}
