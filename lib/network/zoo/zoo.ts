/**
 * The model zoo by name: what the networks of the field are called, and how each is built.
 *
 * The names of the CIFAR-10 networks are those of tomgoldstein/loss-landscape (`resnet56_noshort`, `wrn56_2`); parameter counts
 * are tested against it. It holds no weights. Rules Z1–Z2 in docs/SPEC.md.
 */
import type { Network } from '#lib/network/program.ts';
import { denseNet } from './denseNet.ts';
import { resNet } from './resNet.ts';
import { leNet5, mlp, notebookCnn } from './smallNets.ts';
import { transformer } from './transformer.ts';
import { vgg } from './vgg.ts';

export type ZooEntry = {
  readonly name: string;
  readonly title: string;
  /** What it is and what it is known for, in a sentence. */
  readonly summary: string;
  readonly build: () => Network;
};

type Pair = { readonly name: string; readonly title: string; readonly summary: string; readonly build: (id: string, shortcuts: boolean) => Network };

/** A network with shortcuts, and its twin without. */
const twins = ({ name, title, summary, build }: Pair): readonly ZooEntry[] =>
  [true, false].map((shortcuts) => {
    const id = shortcuts ? name : `${name}_noshort`;
    return {
      name: id,
      title: shortcuts ? title : `${title} without shortcuts`,
      summary: shortcuts ? `${summary}.` : `${summary}, with the shortcuts taken out.`,
      build: () => build(id, shortcuts),
    };
  });

/** The networks of He et al. for CIFAR-10: 6n + 2 layers in three stages, k times as wide where they are wide. */
const small = (depth: number, widening = 1): readonly ZooEntry[] => {
  const count = (depth - 2) / 6;
  // 50 layers in three stages have another name, because resnet50 is the one in four stages.
  const name = widening > 1 ? `wrn${depth}_${widening}` : depth === 50 ? 'resnet50_16' : `resnet${depth}`;
  return twins({
    name,
    title: widening > 1 ? `Wide ResNet-${depth}, ${widening} times as wide` : depth === 50 ? 'ResNet-50 in three stages' : `ResNet-${depth}`,
    summary: `${depth} layers in three stages of ${16 * widening}, ${32 * widening} and ${64 * widening} channels for 32×32 images`,
    build: (id, shortcuts) => resNet({ id, blocks: [count, count, count], width: 16 * widening, shortcuts }),
  });
};

/** One block a stage, and half the usual channels to begin with: a family of widths whose widest is still quick enough to look at in a browser. */
const thin = (widening: number): readonly ZooEntry[] => {
  const width = 8 * widening;
  return twins({
    name: `thin8_${widening}`,
    title: widening > 1 ? `Thin ResNet-8, ${widening} times as wide` : 'Thin ResNet-8',
    summary: `8 layers in three stages of ${width}, ${2 * width} and ${4 * width} channels for 28×28 grey images`,
    build: (id, shortcuts) => resNet({ id, blocks: [1, 1, 1], width, shortcuts, input: [1, 28, 28] }),
  });
};

/** The networks of He et al. for ImageNet, with the first layer and the strides changed for 32×32 images. */
const large = (depth: number, blocks: readonly number[], block: 'basic' | 'bottleneck'): readonly ZooEntry[] =>
  twins({
    name: `resnet${depth}`,
    title: `ResNet-${depth}`,
    summary: `${depth} layers in four stages, ${block === 'basic' ? 'two 3×3 convolutions' : 'a bottleneck'} per block`,
    build: (id, shortcuts) => resNet({ id, blocks, width: 64, shortcuts, block }),
  });

const one = (name: string, title: string, summary: string, build: (id: string) => Network): ZooEntry => ({ name, title, summary, build: () => build(name) });

export const ZOO: readonly ZooEntry[] = [
  one('mlp', 'Fully connected network', 'A small network of dense layers for 28×28 images: 784–128–10.', (id) => mlp({ id, input: [1, 28, 28], hidden: [128], outputs: 10 })),
  one('mlp_plane', 'Fully connected network for points', 'Two hidden layers of 16 for points of the plane in two classes.', (id) => mlp({ id, input: [2], hidden: [16, 16], outputs: 2 })),
  one('lenet5', 'LeNet-5', 'The first convolutional network that read digits in practice, for 32×32 grey images.', (id) => leNet5({ id })),
  one('notebook_cnn', 'Notebook CNN', 'Two convolutions and two dense layers for 28×28 grey images, with dropout of 0.2 in training.', (id) => notebookCnn({ id, dropout: 0.2 })),
  one('transformer_small', 'Small transformer', 'Two layers with one attention head each, for sequences of 16 tokens in four classes.', (id) =>
    transformer({ id, tokens: 16, length: 16, width: 32, hidden: 64, layers: 2, classes: 4 }),
  ),
  one('vgg9', 'VGG-9', 'Seven convolutions and two dense layers with batch norm, for 32×32 images.', (id) =>
    vgg({ id, groups: [[64, 64], [128, 128], [256, 256, 256]], hidden: 256 }),
  ),
  ...[1, 2, 4, 8].flatMap(thin),
  ...small(20),
  ...small(32),
  ...small(44),
  ...small(50),
  ...small(56),
  ...small(110),
  ...small(56, 2),
  ...small(56, 4),
  ...small(56, 8),
  ...small(110, 2),
  ...small(110, 4),
  ...large(18, [2, 2, 2, 2], 'basic'),
  ...large(34, [3, 4, 6, 3], 'basic'),
  ...large(50, [3, 4, 6, 3], 'bottleneck'),
  ...large(101, [3, 4, 23, 3], 'bottleneck'),
  ...large(152, [3, 8, 36, 3], 'bottleneck'),
  one('densenet121', 'DenseNet-121', 'Four dense blocks of 6, 12, 24 and 16 layers, each layer adding 32 channels, for 32×32 images.', (id) => denseNet({ id, blocks: [6, 12, 24, 16], growth: 32 })),
];

/** Null for a name that is not in the zoo. */
export const zooNetwork = (name: string): Network | null => ZOO.find((entry) => entry.name === name)?.build() ?? null;
