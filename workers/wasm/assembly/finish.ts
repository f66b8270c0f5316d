/**
 * What follows a layer's numbers, in one pass over memory: batch norm (x − centre)·scale + shift, an addition, an activation.
 */
import { activate, ACTIVATION_NONE } from './activations';

/** The field order is that of `finishLayer` in workers/wasm/descriptors.ts. */
@unmanaged
class Finish {
  input: usize;
  output: usize;
  addend: usize;
  /** Floats per channel, padded to four; 0 for none. */
  centre: usize;
  scale: usize;
  shift: usize;
  lines: i32;
  pixels: i32;
  /** Channels padded to four. */
  width: i32;
  inputLine: i32;
  inputSample: i32;
  outputLine: i32;
  outputSample: i32;
  addendLine: i32;
  addendSample: i32;
  activation: i32;
  parameter: f32;
}

export function finish(at: usize, count: i32, inputShift: usize, outputShift: usize, addendShift: usize): void {
  const layer = changetype<Finish>(at);
  const bytes = (layer.width as usize) << 2;
  const activation = layer.activation;
  const parameter = layer.parameter;
  for (let sample = 0; sample < count; sample++) {
    for (let line = 0; line < layer.lines; line++) {
      let from = layer.input + inputShift + sample * layer.inputSample + line * layer.inputLine;
      let to = layer.output + outputShift + sample * layer.outputSample + line * layer.outputLine;
      let added = layer.addend == 0 ? 0 : layer.addend + addendShift + sample * layer.addendSample + line * layer.addendLine;
      for (let pixel = 0; pixel < layer.pixels; pixel++) {
        for (let channel: usize = 0; channel < bytes; channel += 16) {
          let x = v128.load(from + channel);
          if (layer.scale != 0) {
            x = f32x4.add(f32x4.mul(f32x4.sub(x, v128.load(layer.centre + channel)), v128.load(layer.scale + channel)), v128.load(layer.shift + channel));
          }
          if (added != 0) x = f32x4.add(x, v128.load(added + channel));
          if (activation != ACTIVATION_NONE) x = activate(x, activation, parameter);
          v128.store(to + channel, x);
        }
        from += bytes;
        to += bytes;
        if (added != 0) added += bytes;
      }
    }
  }
}
