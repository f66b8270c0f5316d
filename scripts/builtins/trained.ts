/**
 * A network of the zoo trained by scripts/builtins/train.py, as a built-in: a few of its checkpoints, and the first of its images.
 * Those of families (lib/slice/families.ts) have their last checkpoint only, in half precision, and fewer images.
 *
 * The images come from our own generators by way of scripts/exportTraining.ts, which says how to make them again.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { readSafetensors, type Tensor } from '#lib/formats/safetensors.ts';
import { GENERATORS } from '#lib/network/datasets/datasets.ts';
import { networkSchema } from '#lib/network/program.ts';
import { ZOO } from '#lib/network/zoo/zoo.ts';
import type { SetName } from '#lib/network/subject.ts';
import { read, sayProblems, type Parsed } from '#lib/parsed.ts';
import type { Parts } from './parts.ts';

type TrainedEntry = {
  readonly name: string;
  readonly title: string;
  readonly learned: string;
  /** Images that the file carries; a slice needs no more, and the file stays small. */
  readonly carried: Readonly<Record<SetName, number>>;
  /** Weights are stored in half precision, which is then what the network is. */
  readonly isHalf?: boolean;
};

/** Built-ins by the name of their folder, which scripts/builtins/train.py filled. */
export const TRAINED: readonly TrainedEntry[] = [
  { name: 'shapes-resnet20', title: 'ResNet-20 on colour shapes', learned: 'that learned to name outlines and textures in any colours', carried: { train: 256, test: 128 } },
  { name: 'shapes-resnet20-noshort', title: 'ResNet-20 without shortcuts', learned: 'trained like the one with shortcuts, on the same colour shapes', carried: { train: 256, test: 128 } },
  ...[
    { name: 'depth-resnet20-noshort', title: 'ResNet-20 without shortcuts, 8 epochs' },
    { name: 'depth-resnet56', title: 'ResNet-56, 8 epochs' },
    { name: 'depth-resnet56-noshort', title: 'ResNet-56 without shortcuts, 8 epochs' },
    { name: 'depth-resnet110-noshort', title: 'ResNet-110 without shortcuts, 8 epochs' },
  ].map((each) => ({ ...each, learned: 'trained on colour shapes like the others of its family of depths', carried: { train: 128, test: 128 }, isHalf: true })),
  ...[1, 2, 4, 8].flatMap((width) =>
    [true, false].map((shortcuts) => ({
      name: `width-thin8-${width}${shortcuts ? '' : '-noshort'}`,
      title: `Thin ResNet-8, k = ${width}${shortcuts ? '' : ', without shortcuts'}`,
      learned: 'trained on glyphs like the others of its family of widths',
      carried: { train: 128, test: 128 },
      isHalf: true,
    })),
  ),
];

const exportedSchema = z.object({ dataset: z.string(), seeds: z.object({ train: z.number(), test: z.number() }), network: networkSchema });
const reportSchema = z.object({
  samples: z.object({ train: z.number(), test: z.number() }),
  recipe: z.object({ epochs: z.number(), batch: z.number(), rate: z.number(), decay: z.number(), seed: z.number(), augment: z.boolean() }),
  torch: z.string(),
  history: z.array(z.object({ epoch: z.number() })),
});
const resultSchema = z.object({ samples: z.number(), loss: z.number(), correct: z.number() });
/** Of each checkpoint: on the training and test images that the file carries, and on all. */
const measuredSchema = z.array(z.tuple([resultSchema, resultSchema, resultSchema, resultSchema]));

/** @param directory network.json, samples.safetensors, trained.safetensors, trained.json and measured.json */
export function trained({ name, title, learned, carried: counts, isHalf }: TrainedEntry, directory: string): Parts {
  const { dataset, seeds, network } = valueOf(read(exportedSchema, jsonOf(directory, 'network.json')));
  const { samples, recipe, torch, history } = valueOf(read(reportSchema, jsonOf(directory, 'trained.json')));
  const measured = valueOf(read(measuredSchema, jsonOf(directory, 'measured.json')));
  const images = valueOf(readSafetensors(readFileSync(path.join(directory, 'samples.safetensors'))));
  const weights = valueOf(readSafetensors(readFileSync(path.join(directory, 'trained.safetensors'))));
  const generator = GENERATORS.find((each) => each.name === dataset);
  const entry = ZOO.find((each) => each.name === network.id);
  if (!generator || !entry) throw new Error(`${directory}: ${dataset} or ${network.id} is not known here`);
  const last = history.at(-1)!;
  const [carriedTrain, carriedTest, train, test] = measured.at(-1)!;
  const [onTrain, onTest] = [carriedTrain, carriedTest].map((each) => `${each.loss.toPrecision(5)} and ${rightOf(each).toFixed(1)} % on the ${each.samples}`);
  const checkpoints = history.map(({ epoch }) => {
    if (epoch === 0) return { id: 'initial', title: 'Initial', epoch };
    return epoch === last.epoch ? { id: 'trained', title: 'Trained', epoch } : { id: `epoch-${epoch}`, title: `After epoch ${epoch}`, epoch };
  });
  const size = generator.input.reduce((product, side) => product * side, 1);
  const carried = (['train', 'test'] as const).flatMap((set): [string, Tensor][] => {
    const [x, y] = [tensor(images, `${set}.x`), tensor(images, `${set}.y`)];
    const count = counts[set];
    return [
      [`${set}.x`, { shape: [count, ...generator.input], values: Uint8Array.from(x.values.subarray(0, count * size)) }],
      [`${set}.y`, { shape: [count], values: Uint8Array.from(y.values.subarray(0, count)) }],
    ];
  });
  const parameters = tensor(weights, 'checkpoints').shape[1]!.toLocaleString('en');
  return {
    manifest: {
      format: 1,
      name,
      title,
      summary: `${entry.title} (${parameters} parameters) ${learned}: ${rightOf(train).toFixed(0)} % right in training, ${rightOf(test).toFixed(0)} % on new images.`,
      network,
      loss: 'crossEntropy',
      dataset: { title: generator.title, input_shape_chw: generator.input, classes: generator.classes, scale: generator.scale, samples: counts },
      checkpoints,
      // One point is no way.
      trajectory: checkpoints.length > 1 ? checkpoints.map(({ id }) => id) : [],
      results: { checkpoint: checkpoints.at(-1)!.id, train, test },
      provenance:
        `Images made by lib/network/datasets of this project (${dataset}, seeds ${seeds.train} and ${seeds.test}); the file carries the first ${counts.train} of ${samples.train} training images and ` +
        `${counts.test} of ${samples.test} test images. Trained by scripts/builtins/train.py with PyTorch ${torch}: SGD with Nesterov momentum 0.9, rate up to ${recipe.rate} in one cycle, weight decay ${recipe.decay}, ` +
        `batches of ${recipe.batch}, ${recipe.epochs} epochs, seed ${recipe.seed}${recipe.augment ? ', images mirrored, turned by quarters and moved' : ''}. ` +
        `${isHalf ? 'Its weights are stored in half precision, and rounded so it was measured. ' : ''}Measured there in float32 after training: loss ${onTrain} carried training images, ${onTest} carried test images; ` +
        `${rightOf(train).toFixed(1)} % of all training and ${rightOf(test).toFixed(1)} % of all test images. MIT, as the project.`,
    },
    tensors: new Map<string, Tensor>([['checkpoints', { ...tensor(weights, 'checkpoints'), ...(isHalf ? { isHalf: true } : {}) }], ['buffers', tensor(weights, 'buffers')], ...carried]),
  };
}

const rightOf = ({ samples, correct }: { readonly samples: number; readonly correct: number }): number => (100 * correct) / samples;

const jsonOf = (directory: string, name: string): unknown => JSON.parse(readFileSync(path.join(directory, name), 'utf8'));

function tensor(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const found = tensors.get(name);
  if (!found) throw new Error(`there is no tensor ${name}`);
  return found;
}

function valueOf<T>(outcome: Parsed<T>): T {
  if (!outcome.ok) throw new Error(sayProblems(outcome.problems));
  return outcome.value;
}
