/**
 * The shaders of convolutions and linear layers, in two families: a tile of outputs in the registers of every invocation, without a
 * barrier; and a tile per workgroup, whose inputs pass through shared memory.
 *
 * Which is quicker differs by a factor of many, in either direction, between adapters: tileProbe.ts finds out.
 */
import type { Product } from './plan.ts';
import { bindingOf, declarations, FLAT_MAIN, finishing, GROUP, startOf, type Shader, type Sizes } from './shader.ts';

/** Outputs × samples of one invocation; samples are a multiple of four. */
export type ProductTile = {
  readonly family: 'register' | 'shared';
  readonly outputs: number;
  readonly samples: number;
  /** Input channels in one turn of the loop (register), or numbers of the sum in shared memory at a time. */
  readonly depth: number;
  /** Outputs × samples of a workgroup; of the shared family only. */
  readonly workgroup?: readonly [number, number];
};

export function productShader(product: Product, tile: ProductTile, sizes: Sizes): Shader {
  // A group of fewer than four outputs has nothing to share.
  if (tile.family === 'shared' && product.paddedOutputs % 4 === 0) return sharedShader(product, tile, sizes);
  return registerShader(product, tile, sizes);
}

const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);
const lines = (parts: readonly string[]): string => parts.join('\n');

/** Row of `input` for channel and pixel, in vec4s; and whether the pixel is inside. */
const insideOf = ({ input, padding }: Product): string => (padding === 0 ? 'true' : `(y < ${input.height}u && x < ${input.width}u)`);

const rowOf = ({ output }: Product, channel: string, pixel: string): string => `${channel} * ${output.channelStep}u + ${pixel} * ${output.pixelStep}u`;

/** The head of two loops over the sums of an invocation: written out, finishing would be most of the shader. */
const written = (outputs: number, fours: number, each: readonly { readonly i: number; readonly j: number }[]): string => `
  var sums = array<vec4f, ${outputs * fours}>(${each.map(({ i, j }) => `s${i}_${j}`).join(', ')});
  for (var i = 0u; i < ${outputs}u; i++) {
    for (var j = 0u; j < ${fours}u; j++) {`;

/** About `wanted` outputs in fours, up to half as many again where that leaves none to pad: twelve at once beats eight and eight for ten. */
function evenly(outputs: number, wanted: number): number {
  const tiles = Math.ceil(outputs / (1.5 * wanted));
  return 4 * Math.ceil(outputs / tiles / 4);
}

function registerShader(product: Product, tile: ProductTile, sizes: Sizes): Shader {
  const { from, to, weights, groups, inputs, outputs, paddedOutputs, kernel, stride, padding, input, output } = product;
  const isWide = paddedOutputs % 4 === 0;
  const tall = isWide ? evenly(paddedOutputs, tile.outputs) : paddedOutputs;
  const fours = tile.samples / 4;
  const deep = [tile.depth, 4, 2, 1].find((each) => each <= tile.depth && inputs % each === 0)!;
  const tiles = Math.ceil(outputs / tall);
  const pixels = output.height * output.width;
  const finish = finishing(product.finish, to, sizes);
  const reads = [bindingOf('values', from), { name: 'theta', type: isWide ? 'vec4f' : 'f32', from: { kind: 'theta', at: weights } } as const, ...finish.reads];
  const step = isWide ? 4 : 1;
  const each = range(tall).flatMap((i) => range(fours).map((j) => ({ i, j })));
  const weight = (d: number, i: number): string => (isWide ? `w${d}_${i >> 2}[${i % 4}]` : `w${d}_${i}`);
  const loop = `
      var v = start + (y * ${input.width}u + x) * ${input.pixelStep}u * block.fours;
      var w = weights + (ky * ${kernel[1]}u + kx) * ${(inputs * paddedOutputs) / step}u;
      for (var c = 0u; c < ${inputs / deep}u; c++) {
        ${lines(range(deep).flatMap((d) => range(fours).map((j) => `let v${d}_${j} = values[v + ${d * input.channelStep}u * block.fours + ${j}u];`)))}
        ${lines(range(deep).flatMap((d) => range(tall / step).map((i) => `let w${d}_${i} = theta[w + ${(d * paddedOutputs) / step + i}u];`)))}
        ${lines(each.map(({ i, j }) => `s${i}_${j} = ${range(deep).reduce((sum, d) => `fma(vec4f(${weight(d, i)}), v${d}_${j}, ${sum})`, `s${i}_${j}`)};`))}
        v += ${deep * input.channelStep}u * block.fours;
        w += ${(deep * paddedOutputs) / step}u;
      }`;
  const code = `${declarations(reads)}${finish.code}${FLAT_MAIN}
  let across = (block.fours + ${fours - 1}u) / ${fours}u;
  if (at >= across * ${tiles * groups * pixels}u) { return; }
  let four = (at % across) * ${fours}u;
  let tile = (at / across) % ${tiles * groups}u;
  let pixel = at / across / ${tiles * groups}u;
  let group = tile / ${tiles}u;
  let output = (tile % ${tiles}u) * ${tall}u;
  let start = ${startOf(from)} + group * ${inputs * input.channelStep}u * block.fours + four;
  let weights = (point * ${sizes.theta}u + group * ${kernel[0] * kernel[1] * inputs * paddedOutputs}u + output) / ${step}u;
  ${lines(each.map(({ i, j }) => `var s${i}_${j} = vec4f(0.0);`))}
  for (var ky = 0u; ky < ${kernel[0]}u; ky++) {
    // Above the first row the unsigned difference is huge, so one comparison finds both edges.
    let y = (pixel / ${output.width}u) * ${stride}u + ky - ${padding}u;
    for (var kx = 0u; kx < ${kernel[1]}u; kx++) {
      let x = (pixel % ${output.width}u) * ${stride}u + kx - ${padding}u;
      if (!${insideOf(product)}) { continue; }
      ${loop}
    }
  }
  ${written(tall, fours, each)}
      let mine = four + j;
      let channel = group * ${outputs}u + output + i;
      if (output + i < ${outputs}u && mine < block.fours) { put(point, channel, ${rowOf(product, 'channel', 'pixel')}, mine, sums[i * ${fours}u + j]); }
    }
  }
}`;
  return {
    code,
    reads: reads.map(({ from: read }) => read),
    writes: to.source,
    workgroups: (blockFours) => Math.ceil((Math.ceil(blockFours / fours) * tiles * groups * pixels) / GROUP),
  };
}

function sharedShader(product: Product, tile: ProductTile, sizes: Sizes): Shader {
  const { from, to, weights, groups, inputs, outputs, paddedOutputs, kernel, stride, padding, input, output } = product;
  const [most, wide] = tile.workgroup!;
  // No more rows than the layer has, so that a narrow layer does not compute padding.
  const rows = Math.min(most, tile.outputs * Math.ceil(paddedOutputs / tile.outputs));
  const columns = wide / 4;
  const fours = tile.samples / 4;
  const threads = (rows / tile.outputs) * (wide / tile.samples);
  const { depth } = tile;
  const length = kernel[0] * kernel[1] * inputs;
  const tiles = Math.ceil(paddedOutputs / rows);
  const pixels = output.height * output.width;
  const finish = finishing(product.finish, to, sizes);
  const reads = [bindingOf('values', from), { name: 'theta', type: 'vec4f', from: { kind: 'theta', at: weights } } as const, ...finish.reads];
  const each = range(tile.outputs).flatMap((i) => range(fours).map((j) => ({ i, j })));
  const code = `${declarations(reads)}${finish.code}
var<workgroup> sharedWeights: array<vec4f, ${(depth * rows) / 4}>;
var<workgroup> sharedValues: array<vec4f, ${depth * columns}>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) local: u32) {
  let point = workgroup.z;
  let at = workgroup.y * workgroups.x + workgroup.x;
  // Columns are all groups of four samples at all pixels.
  let wanted = ${pixels}u * block.fours;
  if (at >= (wanted + ${columns - 1}u) / ${columns}u * ${tiles * groups}u) { return; }
  let tile = at % ${tiles * groups}u;
  let group = tile / ${tiles}u;
  let output = (tile % ${tiles}u) * ${rows}u;
  let column = (at / ${tiles * groups}u) * ${columns}u;
  let start = ${startOf(from)} + group * ${inputs * input.channelStep}u * block.fours;
  let weights = (point * ${sizes.theta}u + group * ${length * paddedOutputs}u + output) / 4u;
  let across = (local % ${wide / tile.samples}u) * ${fours}u;
  let down = (local / ${wide / tile.samples}u) * ${tile.outputs}u;
  ${lines(each.map(({ i, j }) => `var s${i}_${j} = vec4f(0.0);`))}
  for (var done = 0u; done < ${length}u; done += ${depth}u) {
    for (var i = local; i < ${(depth * rows) / 4}u; i += ${threads}u) {
      let k = done + i / ${rows / 4}u;
      let o = i % ${rows / 4}u;
      var w = vec4f(0.0);
      if (k < ${length}u && output + o * 4u < ${paddedOutputs}u) { w = theta[weights + k * ${paddedOutputs / 4}u + o]; }
      sharedWeights[i] = w;
    }
    for (var i = local; i < ${depth * columns}u; i += ${threads}u) {
      let k = done + i / ${columns}u;
      let mine = column + i % ${columns}u;
      let pixel = mine / block.fours;
      let y = (pixel / ${output.width}u) * ${stride}u + k / ${kernel[1] * inputs}u - ${padding}u;
      let x = (pixel % ${output.width}u) * ${stride}u + (k / ${inputs}u) % ${kernel[1]}u - ${padding}u;
      var v = vec4f(0.0);
      if (k < ${length}u && mine < wanted && ${insideOf(product)}) {
        v = values[start + ((k % ${inputs}u) * ${input.channelStep}u + (y * ${input.width}u + x) * ${input.pixelStep}u) * block.fours + mine % block.fours];
      }
      sharedValues[i] = v;
    }
    workgroupBarrier();
    for (var k = 0u; k < ${depth}u; k++) {
      ${lines(range(fours).map((j) => `let v${j} = sharedValues[k * ${columns}u + across + ${j}u];`))}
      ${lines(range(tile.outputs / 4).map((i) => `let w${i} = sharedWeights[k * ${rows / 4}u + down / 4u + ${i}u];`))}
      ${lines(each.map(({ i, j }) => `s${i}_${j} = fma(vec4f(w${i >> 2}[${i % 4}]), v${j}, s${i}_${j});`))}
    }
    workgroupBarrier();
  }
  ${written(tile.outputs, fours, each)}
      let mine = column + across + j;
      let channel = group * ${outputs}u + output + down + i;
      if (output + down + i < ${outputs}u && mine < wanted) { put(point, channel, ${rowOf(product, 'channel', '(mine / block.fours)')}, mine % block.fours, sums[i * ${fours}u + j]); }
    }
  }
}`;
  return {
    code,
    reads: reads.map(({ from: read }) => read),
    writes: to.source,
    workgroups: (blockFours) => Math.ceil((pixels * blockFours) / columns) * tiles * groups,
  };
}
