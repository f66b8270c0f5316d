/**
 * A network's layers as operations over one instance's memory, and in which order they run over a block of samples.
 *
 * Depth first: all layers for a few samples, then for the next, so that activations stay near the core. It does not know points.
 */
import { lower, type Lowered, type Node } from '#lib/network/lowered.ts';
import type { EvaluationJob } from '#workers/evaluator.ts';
import type { Arena } from './arena.ts';
import { blocksOf } from './blocks.ts';
import { convolution, isDepthwise, marginOf, scratchFor, windowOf, type Window } from './convolutions.ts';
import { finishing } from './finishing.ts';
import { denseInput, firstDenseLayer, isBareFlatten, plainInput, type Input } from './inputs.ts';
import type { Kernels } from './kernels.ts';
import { attention, concatenation, embedding, flattening, layerNorm, pooling, positional } from './layers.ts';
import { MovingTensors } from './moving.ts';
import { inTurn, type Building, type Operation, type Way } from './operation.ts';
import { imageOf, placesOf, type Place } from './places.ts';

export type Step = { readonly way: Way; readonly first: number; readonly count: number };

export type Plan = {
  readonly operations: readonly Operation[];
  readonly input: Input;
  /** Samples that go through the last layer together, a power of two. */
  readonly block: number;
  readonly outputs: Place;
  /** Whether any operation has a careful way. */
  readonly hasCareful: boolean;
  /** What runs for the first `count` samples of a block, in order. */
  steps(count: number, isCareful: boolean): readonly Step[];
  /** Whether a point costs so little per sample that points should change often, while samples stay near the core. */
  readonly isDense: boolean;
};

/** @throws when the network's program does not fit together */
export function planOf(job: EvaluationJob, kernels: Kernels, arena: Arena): Plan {
  const lowered = lower(job.network);
  const { nodes, shapes } = lowered;
  const tensors = new MovingTensors(job);
  const dense = firstDenseLayer(lowered);
  const isRenaming = (node: Node): boolean => isBareFlatten(node) && node.output !== lowered.output && readersOf(lowered, node.output).every((reader) => reader.kernel.op === 'linear' && reader.addend !== node.output);
  const source = (value: number): number => {
    const maker = nodes.find(({ output }) => output === value);
    return maker && isRenaming(maker) ? source(maker.inputs[0]!) : value;
  };
  const windowFor = (node: Node): Window | null => windowOf(node, { tensors, shapes, image: (value) => imageOf(shapes[source(value)]!) });
  const windows = nodes.map(windowFor);
  const windowAt = new Map(nodes.map((node, index) => [node, windows[index]!]));
  const blocks = blocksOf(lowered);
  const isAbsent = (value: number): boolean => dense >= 0 && source(value) === 0;
  const places = placesOf(
    lowered,
    {
      blocks,
      isRenaming,
      isAbsent,
      isInputDense: readersOf(lowered, 0).every((node) => isDenseReader(node, windowAt.get(node) ?? null)),
      marginOf: (node) => {
        const window = node.kernel.op === 'conv2d' ? windowAt.get(node) : null;
        const { height, width } = imageOf(shapes[node.inputs[0]!]!);
        return window ? marginOf(window, height, width) : { before: 0, below: 0, right: 0 };
      },
    },
    arena,
  );
  const placeOf = (value: number): Place => {
    const place = places[value];
    if (!place) throw new Error(`value ${value} of ${job.network.id} has no memory`);
    return place;
  };
  const building = (block: number): Building => ({ kernels, arena, tensors, shapes, placeOf, block, scratch });
  const scratch = scratchFor(windows, arena);
  const input = dense >= 0 ? denseInput(job, nodes[dense]!, flattenBefore(lowered, dense), building(blocks[dense]!)) : plainInput(job, building(blocks[0] ?? 1));

  const operations: Operation[] = [input.operation];
  const sizes = [blocks[0] ?? 1];
  for (const [index, node] of nodes.entries()) {
    if (index === dense || isRenaming(node)) continue;
    operations.push(operationOf(node, windows[index]!, building(blocks[index]!)));
    sizes.push(blocks[index]!);
  }
  const known = new Map<string, readonly Step[]>();
  return {
    operations,
    input,
    block: sizes.at(-1)!,
    outputs: placeOf(lowered.output),
    hasCareful: operations.some(({ careful }) => careful),
    isDense: dense >= 0,
    steps(count, isCareful) {
      const key = `${count} ${isCareful}`;
      const found = known.get(key) ?? stepsOf(operations.map((operation) => (isCareful && operation.careful) || operation), sizes, 0, count);
      known.set(key, found);
      return found;
    },
  };
}

/** Layers with the same block size run one after the other; before them, for every part of it, all layers with smaller ones. */
function stepsOf(ways: readonly Way[], sizes: readonly number[], first: number, count: number): readonly Step[] {
  const size = sizes.at(-1)!;
  const start = sizes.indexOf(size);
  const steps: Step[] = [];
  if (start > 0) {
    const part = sizes[start - 1]!;
    for (let done = 0; done < count; done += part) steps.push(...stepsOf(ways.slice(0, start), sizes.slice(0, start), first + done, Math.min(part, count - done)));
  }
  for (const way of ways.slice(start)) steps.push({ way, first, count });
  return steps;
}

const readersOf = ({ nodes }: Lowered, value: number): readonly Node[] => nodes.filter(({ inputs, addend }) => inputs.includes(value) || addend === value);

/** Whether a reader can do with channels that are not padded to four. */
const isDenseReader = ({ kernel, addend }: Node, window: Window | null): boolean => addend !== 0 && (kernel.op === 'conv2d' || kernel.op === 'linear') && window !== null && !isDepthwise(window);

function flattenBefore({ nodes }: Lowered, dense: number): 'CHW' | 'HWC' | null {
  const before = nodes.find(({ output }) => output === nodes[dense]!.inputs[0]!);
  return before?.kernel.op === 'flatten' ? before.kernel.order : null;
}

function operationOf(node: Node, window: Window | null, building: Building): Operation {
  if (window) return convolution(node, window, building);
  if (node.kernel.op === 'identity') return finishing(node, node.inputs[0]!, building)!;
  const core = layerOf(node, building);
  const rest = finishing(node, node.output, building);
  return inTurn(rest ? [core, rest] : [core]);
}

function layerOf(node: Node, building: Building): Operation {
  const { kernel } = node;
  switch (kernel.op) {
    case 'maxpool':
    case 'avgpool':
    case 'globalpool':
      return pooling(kernel, node, building);
    case 'layernorm':
      return layerNorm(kernel, node, building);
    case 'embedding':
      return embedding(kernel, node, building);
    case 'positional':
      return positional(kernel, node, building);
    case 'attention':
      return attention(kernel, node, building);
    case 'concat':
      return concatenation(node, building);
    case 'flatten':
      return flattening(kernel, node, building);
    case 'conv2d':
    case 'linear':
    case 'identity':
      throw new Error(`${kernel.op} is not made here`);
  }
}
