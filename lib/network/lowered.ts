/**
 * A layer program as a straight line, ready for a tile engine: branches written out, steps that do nothing left out, and what
 * can be done in one pass over memory (batch norm, an addition, an activation) attached to the layer that makes the numbers.
 *
 * It says what is computed and in which order, not how: engines choose memory layouts and fold what they can. Evaluation with
 * stored statistics and dropout off only; the float64 reference (forward.ts) is what it must agree with. It knows no weights.
 * Rule N10 in docs/SPEC.md.
 */
import { layoutOf, type Layout } from './layout.ts';
import { isActivation, type ActivationStep, type Network, type Step } from './program.ts';
import { joined, outputShapeOf, sizeOf, walk, type Shape } from './shapes.ts';

export type BatchNormStep = Extract<Step, { op: 'batchnorm' }>;

/** `identity` is there for what is attached to it, and for a flatten whose order differs from the memory's. */
export type Kernel =
  | Extract<Step, { op: 'conv2d' | 'linear' | 'layernorm' | 'maxpool' | 'avgpool' | 'globalpool' | 'embedding' | 'positional' | 'attention' }>
  | { readonly op: 'identity' }
  /** CHW and HWC say how the vector is ordered; values of an image are numbered channel by channel here. */
  | { readonly op: 'flatten'; readonly order: 'CHW' | 'HWC' }
  /** Of the inputs, one behind the other along the first axis (the last of a sequence). */
  | { readonly op: 'concat' };

/** A value is the activation of one sample that a node makes; value 0 is the network's input. */
export type Node = {
  readonly kernel: Kernel;
  readonly inputs: readonly number[];
  readonly output: number;
  /** Applied in this order to what the kernel gives: batch norm, then the added value, then the activation. */
  readonly norm: BatchNormStep | null;
  readonly addend: number | null;
  readonly activation: ActivationStep | null;
  /** Values that nothing after this node reads. */
  readonly frees: readonly number[];
};

export type Lowered = {
  readonly nodes: readonly Node[];
  /** The shape of every value. */
  readonly shapes: readonly Shape[];
  /** The value that holds the network's outputs, a vector. */
  readonly output: number;
};

type Draft = { -readonly [key in keyof Omit<Node, 'frees'>]: Node[key] };

/** @throws when the program does not fit together */
export function lower(network: Network): Lowered {
  const shape = outputShapeOf(network);
  if (shape.length !== 1) throw new Error(`${network.id} ends with outputs of shape ${shape.join('×')}, expected a vector`);
  const line = new Line(network, layoutOf(network));
  const output = line.append(network.program, 0);
  return { nodes: withFrees(line.drafts, output), shapes: line.shapes, output };
}

class Line {
  readonly drafts: Draft[] = [];
  readonly shapes: Shape[];
  private readonly layout: Layout;
  /** Values that more than the next step may read: nothing may be attached to the node that made them. */
  private readonly shared = new Set<number>([0]);

  constructor(network: Network, layout: Layout) {
    this.shapes = [network.input_shape_chw];
    this.layout = layout;
  }

  /** Appends `steps` applied to `value`; returns the value that they end with. */
  append(steps: readonly Step[], value: number): number {
    return steps.reduce((at, step) => this.step(step, at), value);
  }

  private step(step: Step, input: number): number {
    if (isActivation(step)) return this.attach(input, (draft) => draft.activation === null && ((draft.activation = step), true), { activation: step });
    switch (step.op) {
      case 'dropout':
      case 'tap':
        return input;
      case 'batchnorm':
        return this.attach(input, (draft) => draft.activation === null && draft.addend === null && draft.norm === null && ((draft.norm = step), true), { norm: step });
      case 'residual':
        return this.residual(step.body, step.shortcut, input);
      case 'concat_front':
        return this.concat([step.body, []], input);
      case 'concat':
        return this.concat(step.branches, input);
      case 'flatten':
        return this.shapes[input]!.length === 1 ? input : this.add({ op: 'flatten', order: step.order }, [input], this.after(step, input));
      default:
        return this.add(step, [input], this.after(step, input));
    }
  }

  /** Gives the step to the node that made `value` where it is free to take it, else to a node of its own. */
  private attach(value: number, take: (draft: Draft) => boolean, own: Partial<Draft>): number {
    const last = this.drafts.findLast(({ output }) => output === value);
    if (last && !this.shared.has(value) && take(last)) return value;
    const output = this.add({ op: 'identity' }, [value], this.shapes[value]!);
    Object.assign(this.drafts.at(-1)!, own);
    return output;
  }

  private residual(body: readonly Step[], shortcut: readonly Step[], input: number): number {
    this.shared.add(input);
    const added = this.append(shortcut, input);
    this.shared.add(added);
    const made = this.append(body, input);
    const output = this.attach(made, (draft) => draft.activation === null && draft.addend === null && ((draft.addend = added), true), { addend: added });
    return output;
  }

  private concat(branches: readonly (readonly Step[])[], input: number): number {
    this.shared.add(input);
    const made = branches.map((branch) => {
      const value = this.append(branch, input);
      this.shared.add(value);
      return value;
    });
    return this.add({ op: 'concat' }, made, joined(made.map((value) => this.shapes[value]!), 'concat'));
  }

  private after(step: Step, input: number): Shape {
    return walk([step], this.shapes[input]!, this.layout, () => {});
  }

  private add(kernel: Kernel, inputs: readonly number[], shape: Shape): number {
    const output = this.shapes.push(shape) - 1;
    this.drafts.push({ kernel, inputs, output, norm: null, addend: null, activation: null });
    return output;
  }
}

function withFrees(drafts: readonly Draft[], kept: number): readonly Node[] {
  const seen = new Set([kept]);
  return drafts
    .toReversed()
    .map((draft): Node => {
      const reads = [...new Set([...draft.inputs, ...(draft.addend === null ? [] : [draft.addend])])];
      const frees = reads.filter((value) => !seen.has(value));
      for (const value of reads) seen.add(value);
      return { ...draft, frees };
    })
    .toReversed();
}

/** Floats that one sample needs where a value is given back as soon as nothing reads it. */
export function mostAlive({ nodes, shapes }: Lowered): number {
  let alive = sizeOf(shapes[0]!);
  let most = alive;
  for (const { output, frees } of nodes) {
    alive += sizeOf(shapes[output]!);
    most = Math.max(most, alive);
    for (const value of frees) alive -= sizeOf(shapes[value]!);
  }
  return most;
}
