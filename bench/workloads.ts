/**
 * The workloads that are timed: a network, its weights, images and directions all made by formula, so that anybody can time the
 * identical work. `bench/WORKLOADS.md` says every step in prose, and `bench/torchLoop.py` is a second program made from that.
 */
import { layoutOf } from '#lib/network/layout.ts';
import { zooNetwork } from '#lib/network/zoo/zoo.ts';
import { normalise } from '#lib/slice/direction.ts';
import { formulaImages, formulaLabels, formulaWeights, rawDirection } from '#scripts/reference/formula.ts';
import type { Coordinates, EvaluationJob } from '#workers/evaluator.ts';

export const WORKLOADS = ['mlp', 'cnn', 'resnet20', 'resnet56'] as const;
export type WorkloadName = (typeof WORKLOADS)[number];

type Recipe = {
  /** Its name in the zoo. */
  readonly network: string;
  readonly title: string;
  readonly gain: number;
  /** Per channel; an input is (u8/255 − mean)/deviation. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Samples where none are asked for. */
  readonly samples: number;
};

const GREY = { mean: [0.5], deviation: [0.25] };
/** Those of CIFAR-10, as in the reference's zoo-forward case. */
const COLOUR = {
  mean: [125.3 / 255, 123.0 / 255, 113.9 / 255],
  deviation: [63.0 / 255, 62.1 / 255, 66.7 / 255],
};

export const RECIPES: Readonly<Record<WorkloadName, Recipe>> = {
  mlp: { network: 'mlp', title: 'MLP 784-128-10', gain: 1, ...GREY, samples: 1000 },
  cnn: { network: 'notebook_cnn', title: 'notebook CNN (average pooling)', gain: 1, ...GREY, samples: 1000 },
  resnet20: { network: 'resnet20', title: 'ResNet-20', gain: 0.6, ...COLOUR, samples: 256 },
  resnet56: { network: 'resnet56', title: 'ResNet-56', gain: 0.6, ...COLOUR, samples: 256 },
};

export const CLASSES = 10;

/** The job of a workload on its first `samples` images; the mean loss is the sum over them divided by their number. */
export function workloadJob(name: WorkloadName, samples: number): EvaluationJob {
  const { network: zooName, gain, mean, deviation } = RECIPES[name];
  const network = zooNetwork(zooName);
  if (!network) throw new Error(`the zoo has no ${zooName}`);
  const layout = layoutOf(network);
  const weights = formulaWeights(layout.tensors, gain);
  const [channels = 1, ...sides] = network.input_shape_chw;
  const area = sides.reduce((product, side) => product * side, 1);
  const pixels = formulaImages('zoo-images', samples * channels * area);
  const inputs = Float32Array.from(pixels, (value, index) => {
    const channel = Math.floor(index / area) % channels;
    return (value / 255 - mean[channel]!) / deviation[channel]!;
  });
  const direction = (prefix: string) => Float32Array.from(normalise(rawDirection(layout, prefix), weights, layout, 'filter', 'ignore'));
  return {
    network,
    loss: 'crossEntropy',
    origin: Float32Array.from(weights),
    directions: [direction('rawx'), direction('rawy')],
    buffers: Float32Array.from(formulaWeights(layout.buffers, gain)),
    sets: [{ set: 'train', samples: { count: samples, inputs, targets: Float32Array.from(formulaLabels('bench-labels', samples, CLASSES)) } }],
  };
}

/** A plane over [−1, 1]², `count` samples a side: β from row to row, α along each row. */
export function gridPoints(count: number): readonly Coordinates[] {
  const at = (index: number): number => (count === 1 ? 0 : -1 + (2 * index) / (count - 1));
  return Array.from({ length: count * count }, (_, index) => ({ a: at(index % count), b: at(Math.floor(index / count)) }));
}
