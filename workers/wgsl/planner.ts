/**
 * Turns a network into the operations of a tile engine: where each value stands, how weights are packed, what is finished in one pass.
 *
 * A flatten is another name for the same rows. It knows no device and no values.
 */
import { layoutOf, tensorNamed, type Layout } from '#lib/network/layout.ts';
import { lower, type Lowered, type Node } from '#lib/network/lowered.ts';
import { allSteps, type Network } from '#lib/network/program.ts';
import { featureAxis, sizeOf, type Shape } from '#lib/network/shapes.ts';
import { costOf, gridOf, type ChannelSource, type Finish, type Operation, type Plan, type Product, type Table } from './plan.ts';
import { slotsOf } from './slots.ts';

/** Inputs of a first layer from which its products are worth keeping: three numbers are read where the layer would read this many. */
const LEAST_INPUTS = 8;

/** A place can be bound every 256 bytes: 64 floats of θ, 32 channels of two floats. */
const PACKED = 64;
const BOUND_CHANNELS = 32;

/** What the engine has no operation for, in words; null where it has all. */
export function lacking(network: Network): string | null {
  return allSteps(network.program).some(({ op }) => op === 'attention') ? 'it has no attention' : null;
}

/**
 * @param keepsProducts whether the first layer may be kept as three products per slice
 * @throws when the program does not fit together
 */
export function planOf(network: Network, keepsProducts: boolean): Plan {
  return new Planner(network, keepsProducts).plan();
}

class Planner {
  private readonly layout: Layout;
  private readonly lowered: Lowered;
  private readonly keepsProducts: boolean;
  private readonly places: ReturnType<typeof slotsOf>;
  private readonly packed: Int32Array[] = [];
  private packedSize = 0;
  private readonly channels: ChannelSource[] = [];
  private readonly operations: Operation[] = [];
  private setup: Plan['setup'] = null;
  private vocabulary: number | null = null;

  constructor(network: Network, keepsProducts: boolean) {
    this.layout = layoutOf(network);
    this.lowered = lower(network);
    this.keepsProducts = keepsProducts;
    this.places = slotsOf(this.lowered);
  }

  plan(): Plan {
    for (const node of this.lowered.nodes) if (!this.places.isAlias(node)) this.add(node);
    const output = this.table(this.lowered.output);
    // A network that ends with a flatten of its inputs has nothing to compute; one that is empty, neither.
    if (output.source.kind !== 'slot') throw new Error('the network has no layer');
    const costs = this.operations.map(costOf);
    return {
      layout: this.layout,
      setup: this.setup,
      operations: this.operations,
      output,
      inputRows: sizeOf(this.lowered.shapes[0]!),
      vocabulary: this.vocabulary,
      slots: this.places.slots,
      packed: joined(this.packed, this.packedSize),
      channels: this.channels,
      cost: costs.reduce((sum, cost) => sum + cost, 0),
      largestCost: Math.max(...costs),
    };
  }

  private table(value: number): Table {
    const shape = this.lowered.shapes[value]!;
    return { source: this.places.sourceOf(value), shape, rows: sizeOf(shape) };
  }

  private add(node: Node): void {
    const { kernel, inputs, output } = node;
    const from = this.table(inputs[0]!);
    const to = this.table(output);
    switch (kernel.op) {
      case 'conv2d':
      case 'linear':
        return this.product(node, from, to);
      case 'maxpool':
      case 'avgpool': {
        const of = kernel.op === 'maxpool' ? 'max' : 'average';
        this.operations.push({ kind: 'pool', of, from, to, size: [kernel.kernel, kernel.kernel], stride: kernel.stride, input: gridOf(from.shape), output: gridOf(to.shape), finish: this.finish(node) });
        return;
      }
      case 'globalpool': {
        const input = gridOf(from.shape);
        const whole = { ...gridOf(to.shape), height: 1, width: 1 };
        this.operations.push({ kind: 'pool', of: kernel.kind, from, to, size: [input.height, input.width], stride: 1, input, output: whole, finish: this.finish(node) });
        return;
      }
      case 'layernorm': {
        const { offset, size: span } = tensorNamed(this.layout.tensors, kernel.weight);
        const bias = tensorNamed(this.layout.tensors, kernel.bias).offset;
        this.operations.push({ kind: 'layernorm', from, to, span, eps: kernel.eps, weight: this.pack(run(offset, span)), bias: this.pack(run(bias, span)), finish: this.finish(node) });
        return;
      }
      case 'embedding': {
        const { offset, shape } = tensorNamed(this.layout.tensors, kernel.weight);
        if (from.source.kind === 'inputs') this.vocabulary = shape[0]!;
        this.operations.push({ kind: 'embedding', from, to, features: shape[1]!, weights: this.pack(run(offset, shape[0]! * shape[1]!)), finish: this.finish(node) });
        return;
      }
      case 'positional': {
        const { offset, size } = tensorNamed(this.layout.tensors, kernel.weight);
        this.copy(from, to, gridOf(from.shape), 0, this.finish(node), this.pack(run(offset, size)));
        return;
      }
      case 'flatten': {
        const input = gridOf(from.shape);
        const isByPixel = kernel.order === 'HWC' && from.shape.length === 3;
        if (isByPixel) this.operations.push({ kind: 'copy', from, to, input, channelStep: 1, pixelStep: input.channels, at: 0, addsWeights: null, finish: this.finish(node) });
        else this.copy(from, to, input, 0, this.finish(node));
        return;
      }
      case 'identity':
        return this.copy(from, to, gridOf(from.shape), 0, this.finish(node));
      case 'concat': {
        const finish = this.finish(node);
        const axis = featureAxis(to.shape);
        let at = 0;
        for (const value of inputs) {
          const part = this.table(value);
          this.copy(part, to, gridOf(part.shape), at, finish);
          at += sizeOf(part.shape.slice(axis));
        }
        return;
      }
      case 'attention':
        throw new Error('the tile engine has no attention');
    }
  }

  /** Rows of `from` in their order behind row `at` of `to`; in a sequence, behind feature `at` of every position. */
  private copy(from: Table, to: Table, input: ReturnType<typeof gridOf>, at: number, finish: Finish, addsWeights: number | null = null): void {
    const { channelStep, pixelStep } = to.shape.length === from.shape.length ? gridOf(to.shape) : input;
    this.operations.push({ kind: 'copy', from, to, input, channelStep, pixelStep, at, addsWeights, finish });
  }

  private product(node: Node, from: Table, to: Table): void {
    const { kernel } = node;
    if (kernel.op !== 'conv2d' && kernel.op !== 'linear') return;
    const { offset, shape } = tensorNamed(this.layout.tensors, kernel.weight);
    const groups = kernel.op === 'conv2d' ? (kernel.groups ?? 1) : 1;
    const outputs = shape[0]! / groups;
    const inputs = shape[1]!;
    const size: readonly [number, number] = kernel.op === 'conv2d' ? [shape[2]!, shape[3]!] : [1, 1];
    // Weights are read four outputs at a time, except where a group has fewer.
    const paddedOutputs = groups > 1 && outputs < 4 ? outputs : 4 * Math.ceil(outputs / 4);
    const source = packedWeights(offset, groups, outputs, paddedOutputs, inputs, size);
    const geometry = {
      kind: 'product',
      from,
      groups,
      inputs,
      outputs,
      paddedOutputs,
      kernel: size,
      stride: kernel.op === 'conv2d' ? kernel.stride : 1,
      padding: kernel.op === 'conv2d' ? kernel.padding : 0,
      input: gridOf(from.shape),
      output: gridOf(to.shape),
    } as const;
    const finish = this.finish(node, kernel.bias);
    if (this.keepsProducts && kernel.op === 'linear' && from.source.kind === 'inputs' && from.shape.length === 1 && inputs >= LEAST_INPUTS && !this.setup && this.readsInputsOnce()) {
      const products: Table = { source: { kind: 'products' }, shape: to.shape, rows: to.rows };
      const product: Product = { ...geometry, to: products, weights: 0, finish: { affine: null, addend: null, activation: null } };
      this.setup = { product, packed: source };
      this.operations.push({ kind: 'combine', from: products, to, finish });
      return;
    }
    this.operations.push({ ...geometry, to, weights: this.pack(source), finish });
  }

  private readsInputsOnce(): boolean {
    const isInput = (value: number): boolean => this.places.sourceOf(value).kind === 'inputs';
    const reads = this.lowered.nodes.filter((node) => !this.places.isAlias(node)).flatMap(({ inputs, addend }) => [...inputs, ...(addend === null ? [] : [addend])]);
    return reads.filter(isInput).length === 1;
  }

  private finish({ norm, addend, activation, output }: Node, bias: string | null = null): Finish {
    return { affine: this.affine(norm, bias, this.lowered.shapes[output]!), addend: addend === null ? null : this.table(addend), activation };
  }

  private affine(norm: Node['norm'], bias: string | null, shape: Shape): number | null {
    if (!norm && bias === null) return null;
    const { tensors, buffers } = this.layout;
    while (this.channels.length % BOUND_CHANNELS !== 0) this.channels.push({ bias: null, norm: null });
    const at = this.channels.length;
    const place = (name: string, from = tensors): number => tensorNamed(from, name).offset;
    for (let channel = 0; channel < shape[featureAxis(shape)]!; channel++) {
      this.channels.push({
        bias: bias === null ? null : place(bias) + channel,
        norm: norm && {
          weight: place(norm.weight) + channel,
          shift: place(norm.bias) + channel,
          mean: place(norm.running_mean, buffers) + channel,
          variance: place(norm.running_var, buffers) + channel,
          eps: norm.eps,
        },
      });
    }
    return at;
  }

  /** Appends to the packed θ, at a place that can be bound. */
  private pack(source: Int32Array): number {
    const at = this.packedSize;
    this.packed.push(source);
    this.packedSize += source.length;
    return at;
  }
}

const padded = (length: number): Int32Array => new Int32Array(PACKED * Math.ceil(length / PACKED)).fill(-1);

function run(start: number, length: number): Int32Array {
  const source = padded(length);
  for (let index = 0; index < length; index++) source[index] = start + index;
  return source;
}

function joined(parts: readonly Int32Array[], size: number): Int32Array {
  const whole = new Int32Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** From [group · output, input, kernel row, kernel column] to [group][kernel row][kernel column][input][output, padded]. */
function packedWeights(offset: number, groups: number, outputs: number, paddedOutputs: number, inputs: number, [height, width]: readonly [number, number]): Int32Array {
  const pixels = height * width;
  const source = padded(groups * pixels * inputs * paddedOutputs);
  let at = 0;
  for (let group = 0; group < groups; group++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let input = 0; input < inputs; input++, at += paddedOutputs) {
        for (let output = 0; output < outputs; output++) source[at + output] = offset + ((group * outputs + output) * inputs + input) * pixels + pixel;
      }
    }
  }
  return source;
}
