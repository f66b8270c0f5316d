/**
 * The shaders of everything that is no product: pools, layer norm, copies, an embedding, and the first layer's combination.
 *
 * Each invocation makes one row's number for four samples (layer norm: one span's; a combination: a few rows').
 */
import type { Operation, Product } from './plan.ts';
import { bindingOf, channelOf, declarations, FLAT_MAIN, finishing, GROUP, startOf, type Binding, type Shader, type Sizes } from './shader.ts';

type RowOperation = Exclude<Operation, Product>;

/** Rows of the first layer that one invocation combines: finding its place costs as much as a row. */
const COMBINED = 4;

export function rowShader(operation: RowOperation, sizes: Sizes): Shader {
  const { from, to, finish } = operation;
  const finished = finishing(finish, to, sizes);
  const reads: Binding[] = [bindingOf('values', from)];
  const place = placeOfWeights(operation);
  if (place !== null) reads.push({ name: 'theta', type: 'f32', from: { kind: 'theta', at: place } });
  reads.push(...finished.reads);
  const rows = rowsOf(operation);
  const code = `${declarations(reads)}${finished.code}${FLAT_MAIN}
  if (at >= ${rows}u * block.fours) { return; }
  let four = at % block.fours;
  let row = at / block.fours;
  let start = ${startOf(from)} + four;
  let weights = point * ${sizes.theta}u;
  ${body(operation)}
}`;
  return { code, reads: reads.map((read) => read.from), writes: to.source, workgroups: (fours) => Math.ceil((rows * fours) / GROUP) };
}

function placeOfWeights(operation: RowOperation): number | null {
  if (operation.kind === 'copy') return operation.addsWeights;
  if (operation.kind === 'embedding') return operation.weights;
  return operation.kind === 'layernorm' ? operation.weight : null;
}

/** Invocations for each group of four samples. */
function rowsOf(operation: RowOperation): number {
  if (operation.kind === 'combine') return Math.ceil(operation.to.rows / COMBINED);
  if (operation.kind === 'layernorm') return operation.to.rows / operation.span;
  return operation.kind === 'copy' ? operation.from.rows : operation.to.rows;
}

function body(operation: RowOperation): string {
  const { from, to } = operation;
  const channel = channelOf(to.shape, 'row');
  switch (operation.kind) {
    case 'combine':
      return `
  let coefficients = points[batch.point + point];
  let size = ${from.rows}u * block.fours;
  for (var i = row * ${COMBINED}u; i < min(${from.rows}u, (row + 1u) * ${COMBINED}u); i++) {
    let place = i * block.fours + four;
    put(point, ${channelOf(to.shape, 'i')}, i, four, fma(vec4f(coefficients.z), values[2u * size + place], fma(vec4f(coefficients.y), values[size + place], values[place])));
  }`;
    case 'pool': {
      const { of, size, stride, input, output } = operation;
      // A row of the result is channel by channel, or feature by feature for a sequence whose positions are pooled away.
      return `
  let channel = row / ${output.height * output.width}u;
  let pixel = row % ${output.height * output.width}u;
  let corner = channel * ${input.channelStep}u + ((pixel / ${output.width}u) * ${stride * input.width}u + (pixel % ${output.width}u) * ${stride}u) * ${input.pixelStep}u;
  var gathered = ${of === 'max' ? 'values[start + corner * block.fours]' : 'vec4f(0.0)'};
  for (var y = 0u; y < ${size[0]}u; y++) {
    for (var x = 0u; x < ${size[1]}u; x++) {
      let value = values[start + (corner + (y * ${input.width}u + x) * ${input.pixelStep}u) * block.fours];
      gathered = ${of === 'max' ? 'larger(gathered, value)' : 'gathered + value'};
    }
  }
  put(point, ${channel}, row, four, gathered${of === 'max' ? '' : ` / ${size[0] * size[1]}.0`});`;
    }
    case 'layernorm': {
      const { span, eps, weight, bias } = operation;
      return `
  var sum = vec4f(0.0);
  for (var i = 0u; i < ${span}u; i++) { sum += values[start + (row * ${span}u + i) * block.fours]; }
  let mean = sum / ${span}.0;
  var squares = vec4f(0.0);
  for (var i = 0u; i < ${span}u; i++) {
    let off = values[start + (row * ${span}u + i) * block.fours] - mean;
    squares = fma(off, off, squares);
  }
  let scale = 1.0 / sqrt(squares / ${span}.0 + ${Math.fround(eps)});
  for (var i = 0u; i < ${span}u; i++) {
    let place = row * ${span}u + i;
    let off = values[start + place * block.fours] - mean;
    put(point, ${channelOf(to.shape, 'place')}, place, four, fma(off * scale, vec4f(theta[weights + i]), vec4f(theta[weights + ${bias - weight}u + i])));
  }`;
    }
    case 'copy': {
      const { input, channelStep, pixelStep, at, addsWeights } = operation;
      const pixel = input.channelStep === 1 ? `row / ${input.channels}u` : `row % ${input.channelStep}u`;
      const channelOfRow = input.channelStep === 1 ? `row % ${input.channels}u` : `row / ${input.channelStep}u`;
      const isVector = input.height * input.width === 1;
      const target = isVector ? `row * ${channelStep}u + ${at}u` : `(${channelOfRow}) * ${channelStep}u + (${pixel}) * ${pixelStep}u + ${at}u`;
      return `
  let place = ${target};
  let value = values[start + row * block.fours]${addsWeights === null ? '' : ` + theta[weights + row]`};
  put(point, ${channelOf(to.shape, 'place')}, place, four, value);`;
    }
    case 'embedding': {
      const { features } = operation;
      return `
  let which = vec4u(values[start + row / ${features}u * block.fours]) * ${features}u + vec4u(weights + row % ${features}u);
  put(point, ${channel}, row, four, vec4f(theta[which.x], theta[which.y], theta[which.z], theta[which.w]));`;
    }
  }
}
