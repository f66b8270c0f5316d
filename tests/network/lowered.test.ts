/** The straight line that tile engines run: the same numbers as the program, node by node, and what is attached to what. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { forward } from '#lib/network/forward.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { lower, mostAlive, type Lowered, type Node } from '#lib/network/lowered.ts';
import type { Network, Step, TensorSpec } from '#lib/network/program.ts';
import { featureAxis, outputShapeOf, sizeOf, type Shape } from '#lib/network/shapes.ts';

/** Runs the line as an engine would: one node after the other, and a value is gone once it has been freed. */
function interpret(network: Network, { nodes, shapes, output }: Lowered, parameters: Float64Array, buffers: Float64Array, inputs: Float64Array, count: number): Float64Array {
  const values = new Map([[0, inputs]]);
  const value = (index: number): Float64Array => {
    const found = values.get(index);
    if (!found) throw new Error(`value ${index} is read and is not there`);
    return found;
  };
  const apply = (steps: readonly Step[], shape: Shape, given: Float64Array): Float64Array =>
    forward({ ...network, input_shape_chw: shape, program: steps }, parameters, buffers, { count, inputs: given, targets: new Float32Array(count) });

  for (const node of nodes) {
    const shape = shapes[node.output]!;
    let made = node.kernel.op === 'concat' ? joinedValues(node, shapes, value, count) : apply(node.kernel.op === 'identity' ? [] : [node.kernel], shapes[node.inputs[0]!]!, value(node.inputs[0]!));
    if (node.norm) made = apply([node.norm], shape, made);
    if (node.addend !== null) made = made.map((number, index) => number + value(node.addend!)[index]!);
    if (node.activation) made = apply([node.activation], shape, made);
    expect(made.length).toBe(count * sizeOf(shape));
    values.set(node.output, made);
    for (const freed of node.frees) expect(values.delete(freed)).toBe(true);
  }
  const result = value(output);
  values.delete(output);
  // What is left was never given back: nothing but an input that no step reads.
  expect([...values.keys()].filter((index) => index !== 0)).toEqual([]);
  return result;
}

function joinedValues({ inputs }: Node, shapes: readonly Shape[], value: (index: number) => Float64Array, count: number): Float64Array {
  const axis = featureAxis(shapes[inputs[0]!]!);
  const out: number[] = [];
  const rows = count * sizeOf(shapes[inputs[0]!]!.slice(0, axis));
  for (let row = 0; row < rows; row++) {
    for (const input of inputs) {
      const length = sizeOf(shapes[input]!.slice(axis));
      out.push(...value(input).subarray(row * length, (row + 1) * length));
    }
  }
  return Float64Array.from(out);
}

/** Builds random programs that fit together, naming tensors as they are needed. */
class Builder {
  readonly parameters: TensorSpec[] = [];
  readonly buffers: TensorSpec[] = [];
  private readonly random;

  constructor(seed: number) {
    this.random = createRandom(seed);
  }

  /** A chain that ends with a vector. */
  network(): Network {
    const isImage = this.random.uniform() < 0.6;
    const input = isImage ? [this.side(3), 4, 4] : [3, this.side(4)];
    const [steps, shape] = this.chain(input, 1 + this.random.integer(6), 3);
    const rest: Step[] = [];
    if (shape.length > 1) rest.push(this.random.uniform() < 0.5 ? { op: 'flatten', order: this.random.pick(['CHW', 'HWC']) } : { op: 'globalpool', kind: this.random.pick(['average', 'max']) });
    const width = rest[0]?.op === 'globalpool' ? shape[featureAxis(shape)]! : sizeOf(shape);
    if (this.random.uniform() < 0.7) rest.push({ op: 'linear', weight: this.tensor([3, width]), bias: this.tensor([3]) });
    return { id: 'random', input_shape_chw: input, parameter_order: this.parameters, buffers: this.buffers, program: [...steps, ...rest] };
  }

  private chain(input: Shape, length: number, depth: number): readonly [Step[], Shape] {
    const steps: Step[] = [];
    let shape = input;
    for (let index = 0; index < length; index++) {
      const [step, next] = this.step(shape, depth);
      steps.push(step);
      shape = next;
    }
    return [steps, shape];
  }

  private step(shape: Shape, depth: number): readonly [Step, Shape] {
    const features = shape[featureAxis(shape)]!;
    const simple = (): readonly [Step, Shape] => {
      const kind = this.random.integer(7);
      if (kind === 0) return [this.random.pick<Step>([{ op: 'relu' }, { op: 'tanh' }, { op: 'gelu', approximate: 'none' }, { op: 'leaky_relu', slope: 0.1 }]), shape];
      if (kind === 1) return [this.norm(features), shape];
      if (kind === 2) return [this.random.pick<Step>([{ op: 'dropout', p: 0.5 }, { op: 'tap', name: 'here' }]), shape];
      if (kind === 3) return [{ op: 'layernorm', weight: this.tensor(shape.slice(-1)), bias: this.tensor(shape.slice(-1)), eps: 1e-5 }, shape];
      return this.product(shape, this.side(4));
    };
    const kind = depth === 0 ? 3 : this.random.integer(7);
    if (kind === 0) {
      const [body] = this.keeping(shape, depth - 1);
      const [shortcut] = this.random.uniform() < 0.5 ? [[]] : this.keeping(shape, depth - 1);
      return [{ op: 'residual', body, shortcut }, shape];
    }
    const grown = (total: number): Shape => shape.map((side, axis) => (axis === featureAxis(shape) ? total : side));
    if (kind === 1) {
      const [body, made] = this.chain(shape, this.random.integer(3), depth - 1);
      return [{ op: 'concat_front', body }, grown(features + made[featureAxis(shape)]!)];
    }
    if (kind === 2) {
      const made = Array.from({ length: 1 + this.random.integer(3) }, () => this.chain(shape, this.random.integer(3), depth - 1));
      return [{ op: 'concat', branches: made.map(([branch]) => branch) }, grown(made.reduce((sum, [, each]) => sum + each[featureAxis(shape)]!, 0))];
    }
    return simple();
  }

  /** A chain that ends with the shape it began with. */
  private keeping(shape: Shape, depth: number): readonly [Step[], Shape] {
    const [steps, made] = this.chain(shape, this.random.integer(4), depth);
    const features = shape[featureAxis(shape)]!;
    if (made[featureAxis(shape)] === features) return [steps, shape];
    return [[...steps, this.product(made, features)[0]], shape];
  }

  private product(shape: Shape, features: number): readonly [Step, Shape] {
    if (shape.length === 3) {
      const kernel = this.random.pick([1, 3]);
      return [{ op: 'conv2d', weight: this.tensor([features, shape[0]!, kernel, kernel]), bias: null, stride: 1, padding: (kernel - 1) / 2 }, [features, ...shape.slice(1)]];
    }
    return [{ op: 'linear', weight: this.tensor([features, shape.at(-1)!]), bias: this.tensor([features]) }, [...shape.slice(0, -1), features]];
  }

  private norm(features: number): Step {
    const statistics = [0, 1].map(() => {
      const name = `s${this.buffers.length}`;
      this.buffers.push({ name, shape: [features] });
      return name;
    });
    return { op: 'batchnorm', weight: this.tensor([features]), bias: this.tensor([features]), running_mean: statistics[0]!, running_var: statistics[1]!, eps: 1e-5 };
  }

  private tensor(shape: readonly number[]): string {
    const name = `t${this.parameters.length}`;
    this.parameters.push({ name, shape });
    return name;
  }

  private side(most: number): number {
    return 1 + this.random.integer(most);
  }
}

const network = (input_shape_chw: Shape, program: readonly Step[], parameter_order: readonly TensorSpec[] = [], buffers: readonly TensorSpec[] = []): Network => ({ id: 'test', input_shape_chw, parameter_order, buffers, program });

const relu: Step = { op: 'relu' };
const flatten: Step = { op: 'flatten', order: 'CHW' };
const conv = (weight: string): Step => ({ op: 'conv2d', weight, bias: null, stride: 1, padding: 0 });
const norm = (name: string): Step => ({ op: 'batchnorm', weight: `${name}.w`, bias: `${name}.b`, running_mean: `${name}.m`, running_var: `${name}.v`, eps: 1e-5 });
const kernels = (count: number): TensorSpec[] => Array.from({ length: count }, (_, index) => ({ name: `k${index}`, shape: [2, 2, 1, 1] }));
const normTensors = (name: string, features: number) => ({
  parameters: ['w', 'b'].map((part) => ({ name: `${name}.${part}`, shape: [features] })),
  buffers: ['m', 'v'].map((part) => ({ name: `${name}.${part}`, shape: [features] })),
});

/** A node in short: its kernel and inputs, what is attached, where it goes. */
const short = ({ kernel, inputs, norm: normed, addend, activation, output, frees }: Node): string =>
  `${output} = ${kernel.op}(${inputs.join(', ')})${normed ? ' norm' : ''}${addend === null ? '' : ` + ${addend}`}${activation ? ` ${activation.op}` : ''}, frees ${frees.join(' ') || 'none'}`;

const lines = (net: Network): string[] => lower(net).nodes.map(short);

describe('a lowered program', () => {
  it('[N10] gives bit for bit what the program gives, on random programs with nested branches, and frees in time', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const net = new Builder(seed).network();
        const layout = layoutOf(net);
        const random = createRandom(seed + 1);
        const count = 2;
        const parameters = Float64Array.from({ length: layout.size }, () => random.normal());
        const buffers = Float64Array.from({ length: layout.bufferSize }, () => 0.5 + random.uniform());
        const inputs = Float64Array.from({ length: count * sizeOf(net.input_shape_chw) }, () => random.normal());
        const lowered = lower(net);
        for (const { kernel, addend, norm: normed } of lowered.nodes) seen.add(kernel.op).add(addend === null ? 'alone' : 'added').add(normed ? 'normed' : 'plain');
        const wanted = forward(net, parameters, buffers, { count, inputs, targets: new Float32Array(count) });
        expect([...interpret(net, lowered, parameters, buffers, inputs, count)]).toEqual([...wanted]);
        expect(lowered.shapes[lowered.output]).toEqual(outputShapeOf(net));
      }),
      { seed: 7, numRuns: 400 },
    );
    expect([...seen].sort()).toEqual(['added', 'alone', 'concat', 'conv2d', 'flatten', 'globalpool', 'identity', 'layernorm', 'linear', 'normed', 'plain']);
  });

  it('[N10] attaches batch norm, the addition and the activation of a residual block to its last convolution', () => {
    const one = normTensors('n1', 2);
    const two = normTensors('n2', 2);
    const net = network(
      [2, 1, 1],
      [{ op: 'residual', body: [conv('k0'), norm('n1'), relu, conv('k1'), norm('n2')], shortcut: [] }, relu, flatten],
      [...kernels(2), ...one.parameters, ...two.parameters],
      [...one.buffers, ...two.buffers],
    );
    expect(lines(net)).toEqual(['1 = conv2d(0) norm relu, frees none', '2 = conv2d(1) norm + 0 relu, frees 1 0', '3 = flatten(2), frees 2']);
  });

  it('[N10] a projected shortcut is made first and added to the body', () => {
    const net = network([2, 1, 1], [{ op: 'residual', body: [conv('k0'), relu, conv('k1')], shortcut: [conv('k2')] }, flatten], kernels(3));
    expect(lines(net)).toEqual(['1 = conv2d(0), frees none', '2 = conv2d(0) relu, frees 0', '3 = conv2d(2) + 1, frees 2 1', '4 = flatten(3), frees 3']);
  });

  it('[N10] a pre-activation DenseNet layer leaves the value that it reads as it was', () => {
    const one = normTensors('n1', 2);
    const two = normTensors('n2', 4);
    const dense: Step[] = [
      { op: 'concat_front', body: [norm('n1'), relu, conv('k0')] },
      { op: 'concat_front', body: [norm('n2'), relu, conv('last')] },
    ];
    const net = network([2, 1, 1], [conv('k1'), ...dense, flatten], [...kernels(2), { name: 'last', shape: [1, 4, 1, 1] }, ...one.parameters, ...two.parameters], [...one.buffers, ...two.buffers]);
    expect(lines(net)).toEqual([
      '1 = conv2d(0), frees 0',
      '2 = identity(1) norm relu, frees none',
      '3 = conv2d(2), frees 2',
      '4 = concat(3, 1), frees 3 1',
      '5 = identity(4) norm relu, frees none',
      '6 = conv2d(5), frees 5',
      '7 = concat(6, 4), frees 6 4',
      '8 = flatten(7), frees 7',
    ]);
  });

  it('[N10] nothing is attached to a value that two branches read, and an activation before a norm keeps its place', () => {
    const one = normTensors('n1', 2);
    const net = network([2, 1, 1], [conv('k0'), { op: 'concat', branches: [[relu], [], [{ op: 'tanh' }]] }, { op: 'residual', body: [], shortcut: [] }, flatten], kernels(1));
    expect(lines(net)).toEqual(['1 = conv2d(0), frees 0', '2 = identity(1) relu, frees none', '3 = identity(1) tanh, frees none', '4 = concat(2, 1, 3), frees 2 1 3', '5 = identity(4) + 4, frees 4', '6 = flatten(5), frees 5']);
    expect(lines(network([2, 1, 1], [conv('k0'), relu, norm('n1'), flatten], [...kernels(1), ...one.parameters], one.buffers))).toEqual(['1 = conv2d(0) relu, frees 0', '2 = identity(1) norm, frees 1', '3 = flatten(2), frees 2']);
  });

  it('[N10] a program of nothing, or of steps that change nothing, is its input', () => {
    expect(lower(network([3], [{ op: 'dropout', p: 0.5 }, { op: 'tap', name: 'x' }, flatten]))).toEqual({ nodes: [], shapes: [[3]], output: 0 });
  });

  it('[N10] counts the floats that are alive at once', () => {
    // Never more than what a step reads and what it makes; a joined value of 8 beside the two of 4 that it is made of.
    expect(mostAlive(lower(network([2, 2, 1], [conv('k0'), { op: 'residual', body: [conv('k1')], shortcut: [] }, flatten], kernels(2))))).toBe(8);
    expect(mostAlive(lower(network([2, 2, 1], [{ op: 'concat', branches: [[conv('k0')], [conv('k1')]] }, flatten], kernels(2))))).toBe(16);
  });

  it('[N3] a program that does not fit together, or ends without a vector, is refused', () => {
    expect(() => lower(network([2, 2, 1], [{ op: 'residual', body: [flatten], shortcut: [] }]))).toThrow('a residual adds 4 to 2×2×1');
    expect(() => lower(network([2, 2, 1], []))).toThrow('ends with outputs of shape 2×2×1, expected a vector');
  });
});
