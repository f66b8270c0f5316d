/** Layer norm with the biased variance, sums in float64 (Ba, Kiros and Hinton 2016). */

/** The field order is that of `layerNormLayer` in workers/wasm/descriptors.ts. Sides of the parts and of what is normalised, outermost first. */
@unmanaged
class LayerNorm {
  input: usize;
  output: usize;
  weight: usize;
  bias: usize;
  epsilon: f64;
  parts0: i32;
  parts1: i32;
  /** Bytes from one to the next. */
  part0: i32;
  part1: i32;
  sides0: i32;
  sides1: i32;
  sides2: i32;
  side0: i32;
  side1: i32;
  side2: i32;
  inputSample: i32;
  outputSample: i32;
  /** As the parts and sides above, of the output. */
  outPart0: i32;
  outPart1: i32;
  outSide0: i32;
  outSide1: i32;
  outSide2: i32;
}

export function layerNorm(at: usize, count: i32, inputShift: usize, outputShift: usize): void {
  const layer = changetype<LayerNorm>(at);
  for (let sample = 0; sample < count; sample++) {
    for (let i = 0; i < layer.parts0; i++) {
      for (let j = 0; j < layer.parts1; j++) {
        normalise(
          layer,
          layer.input + inputShift + sample * layer.inputSample + i * layer.part0 + j * layer.part1,
          layer.output + outputShift + sample * layer.outputSample + i * layer.outPart0 + j * layer.outPart1,
        );
      }
    }
  }
}

function normalise(layer: LayerNorm, input: usize, output: usize): void {
  const size = (layer.sides0 * layer.sides1 * layer.sides2) as f64;
  let sum: f64 = 0;
  for (let x = 0; x < layer.sides0; x++) {
    for (let y = 0; y < layer.sides1; y++) {
      let from = input + x * layer.side0 + y * layer.side1;
      for (let z = 0; z < layer.sides2; z++, from += layer.side2) sum += load<f32>(from);
    }
  }
  const mean = sum / size;
  let squares: f64 = 0;
  for (let x = 0; x < layer.sides0; x++) {
    for (let y = 0; y < layer.sides1; y++) {
      let from = input + x * layer.side0 + y * layer.side1;
      for (let z = 0; z < layer.sides2; z++, from += layer.side2) {
        const gap = (load<f32>(from) as f64) - mean;
        squares += gap * gap;
      }
    }
  }
  const scale = 1 / sqrt<f64>(squares / size + layer.epsilon);
  let weight = layer.weight;
  let bias = layer.bias;
  for (let x = 0; x < layer.sides0; x++) {
    for (let y = 0; y < layer.sides1; y++) {
      let from = input + x * layer.side0 + y * layer.side1;
      let to = output + x * layer.outSide0 + y * layer.outSide1;
      for (let z = 0; z < layer.sides2; z++, from += layer.side2, to += layer.outSide2) {
        store<f32>(to, (((load<f32>(from) as f64) - mean) * scale * load<f32>(weight) + load<f32>(bias)) as f32);
        weight += 4;
        bias += 4;
      }
    }
  }
}
