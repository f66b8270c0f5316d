/**
 * What all shaders of the tile engine share: how buffers are bound, how a table is read, and how a number is finished and written.
 *
 * A table of a slot is [points, rows, groups of four samples]. Group 1 of the bindings says which points and which block of samples;
 * it is the same for every shader. It knows no single layer.
 */
import type { ActivationStep } from '#lib/network/program.ts';
import type { Shape } from '#lib/network/shapes.ts';
import type { Finish, Source, Table } from './plan.ts';
import { literal, SHADER_MATH } from './shaderMath.ts';

export const GROUP = 64;

/**
 * What a shader reads: a table, or one of the slice's own buffers from a place on, in floats of θ or channels. The place is bound and not
 * written into the shader, so that layers of one shape share theirs.
 */
export type Read = Source | { readonly kind: 'theta' | 'affine'; readonly at: number };

export type Binding = { readonly name: string; readonly type: 'f32' | 'u32' | 'vec2f' | 'vec4f'; readonly from: Read };

export type Shader = {
  readonly code: string;
  readonly reads: readonly Read[];
  readonly writes: Source;
  /** Workgroups for one point and a block of 4 · `fours` samples. */
  readonly workgroups: (fours: number) => number;
};

/** Sizes of the slice's buffers that every point has one of. */
export type Sizes = { readonly theta: number; readonly channels: number };

/** @param reads no more than six, so that with the result and the points there are eight */
export const declarations = (reads: readonly Pick<Binding, 'name' | 'type'>[], result = 'vec4f'): string => `
struct Block {
  /** Groups of four samples, and samples. */
  fours: u32, samples: u32,
  /** Where the block stands in a row of results, and of sums. */
  at: u32, sumsAt: u32,
}
/** The first point of the batch, and the length of a row of results and of sums. */
struct Batch { point: u32, row: u32, sumsRow: u32, unused: u32 }
${reads.map(({ name, type }, at) => `@group(0) @binding(${at}) var<storage, read> ${name}: array<${type}>;`).join('\n')}
@group(0) @binding(${reads.length}) var<storage, read_write> result: array<${result}>;
/** Coefficients of origin and directions at every point. */
@group(1) @binding(0) var<storage, read> points: array<vec4f>;
@group(1) @binding(1) var<uniform> block: Block;
@group(1) @binding(2) var<uniform> batch: Batch;
${SHADER_MATH}`;

/** The head of a shader whose invocations are numbered `at` within `point`. */
export const FLAT_MAIN = `
@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) local: u32) {
  let point = workgroup.z;
  let at = (workgroup.y * workgroups.x + workgroup.x) * ${GROUP}u + local;`;

/** The index of a table's first number for `point`. */
export const startOf = ({ source, rows }: Table): string => (source.kind === 'slot' ? `(point * ${rows}u * block.fours)` : '0u');

export const bindingOf = (name: string, { source }: Table): Binding => ({ name, type: 'vec4f', from: source });

/** The channel of row `row` of a table of this shape. */
export function channelOf(shape: Shape, row: string): string {
  if (shape.length === 3) return `(${row} / ${shape[1]! * shape[2]!}u)`;
  return shape.length === 2 ? `(${row} % ${shape[1]!}u)` : row;
}

/** The buffers that finishing reads, and `put(point, channel, row, four, x)`, which finishes x and writes it. */
export function finishing({ affine, addend, activation }: Finish, to: Table, { channels }: Sizes): { readonly reads: readonly Binding[]; readonly code: string } {
  const reads: Binding[] = [];
  const lines: string[] = [];
  if (affine !== null) {
    reads.push({ name: 'affine', type: 'vec2f', from: { kind: 'affine', at: affine } });
    lines.push(`let a = affine[point * ${channels}u + channel]; y = fma(y, vec4f(a.x), vec4f(a.y));`);
  }
  if (addend) {
    reads.push(bindingOf('addend', addend));
    lines.push(`y = y + addend[${startOf(addend)} + row * block.fours + four];`);
  }
  if (activation) lines.push(`y = ${activated(activation)};`);
  const code = `
fn put(point: u32, channel: u32, row: u32, four: u32, x: vec4f) {
  var y = x;
  ${lines.join('\n  ')}
  result[(point * ${to.rows}u + row) * block.fours + four] = y;
}`;
  return { reads, code };
}

/** The activation of `y`; what is not a number stays so. */
function activated(step: ActivationStep): string {
  const kept = (value: string): string => `select(${value}, y, isNan(y))`;
  switch (step.op) {
    case 'relu':
      return 'positive(y)';
    case 'leaky_relu':
      return kept(`select(y, y * ${literal(step.slope)}, y < vec4f(0.0))`);
    case 'elu':
      return kept(`select(${literal(step.alpha)} * expm1Of(min(y, vec4f(0.0))), y, y > vec4f(0.0))`);
    case 'gelu':
      return kept(step.approximate === 'none' ? 'geluOf(y)' : `y * sigmoidOf(${literal(2 * Math.sqrt(2 / Math.PI))} * (y + 0.044715 * y * y * y))`);
    case 'swish':
      return kept('y * sigmoidOf(y)');
    case 'tanh':
      return kept('tanhOf(y)');
    case 'sigmoid':
      return kept('sigmoidOf(y)');
    case 'softplus':
      return kept('softplusOf(y)');
  }
}
