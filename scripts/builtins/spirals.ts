/** The tiny network: 2–16–16–2 with ReLU, trained here on two spirals of 256 points; and twice more, from other seeds, on the same points. */
import { createRandom } from '#lib/random.ts';
import { twoSpirals } from '#lib/network/datasets/spirals.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { reluNetwork, stacked, type Parts } from './parts.ts';
import { trainMlp } from './trainMlp.ts';

const WIDTHS = [2, 16, 16, 2] as const;
const EPOCHS = 160;
const KEEP = [0, 1, 2, 3, 5, 8, 12, 16, 21, 27, 34, 42, 51, 62, 73, 85, 98, 112, 128, 144, EPOCHS];
const KEEP_OF_RUN = [0, 1, 2, 5, 8, 16, 27, 42, 62, 85, 112, EPOCHS];
const DECAY = 0.002;
const SEEDS = { train: 101, test: 102, training: 7 } as const;

type Run = Pick<SubjectManifest, 'name' | 'title' | 'summary'> & {
  /** Of the first weights and of the order of the samples. */
  readonly seed: number;
  /** Epochs after which the parameters are kept. */
  readonly keep: readonly number[];
};

export const spirals = (): Parts =>
  trainedOn({ name: 'spirals-tiny', title: 'Two spirals', summary: 'A tiny network (354 parameters) that learned to tell two interleaved spirals apart.', seed: SEEDS.training, keep: KEEP });

/** The same training again, from other first weights and in another order: what differs between runs is chance alone. */
export const spiralRuns = (): readonly Parts[] =>
  ([['second', 8], ['third', 9]] as const).map(([rank, seed]) =>
    trainedOn({ name: `spirals-seed-${seed}`, title: `Two spirals, seed ${seed}`, summary: `The ${rank} run of the tiny network, from other first weights: compare where the runs went.`, seed, keep: KEEP_OF_RUN }),
  );

function trainedOn({ name, title, summary, seed, keep }: Run): Parts {
  const train = twoSpirals(createRandom(SEEDS.train), 256);
  const test = twoSpirals(createRandom(SEEDS.test), 128);
  const rows = trainMlp(train, createRandom(seed), { widths: WIDTHS, epochs: EPOCHS, batch: 32, rate: 0.01, decay: DECAY, keep });
  const checkpoints = keep.map((epoch) => {
    if (epoch === 0) return { id: 'initial', title: 'Initial', epoch };
    return epoch === EPOCHS ? { id: 'trained', title: 'Trained', epoch } : { id: `epoch-${epoch}`, title: `After epoch ${epoch}`, epoch };
  });
  return {
    manifest: {
      format: 1,
      name,
      title,
      summary,
      network: reluNetwork('spirals-tiny', WIDTHS),
      loss: 'crossEntropy',
      dataset: { title: 'Two spirals', input_shape_chw: [2], classes: 2, scale: null, samples: { train: train.count, test: test.count } },
      checkpoints,
      trajectory: checkpoints.map(({ id }) => id),
      provenance:
        `Points and weights made by scripts/makeBuiltins.ts of this project: seeds ${SEEDS.train} and ${SEEDS.test} for the points, ${seed} for training; ` +
        `Adam, rate 0.01 falling to 0 along a half cosine, weight decay ${DECAY} per step, batches of 32, ${EPOCHS} epochs. MIT, as the project.`,
    },
    tensors: new Map([
      ['checkpoints', stacked(rows)],
      ['train.x', { shape: [train.count, 2], values: train.inputs }],
      ['train.y', { shape: [train.count], values: Uint8Array.from(train.targets) }],
      ['test.x', { shape: [test.count, 2], values: test.inputs }],
      ['test.y', { shape: [test.count], values: Uint8Array.from(test.targets) }],
    ]),
  };
}
