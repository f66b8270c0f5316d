/** The network of a large dataset: 2–16–16–2 with ReLU, trained here on 10,000 points on both sides of a sine, some of which stray across it. */
import { createRandom } from '#lib/random.ts';
import { samplesOf } from '#lib/network/datasets/generated.ts';
import { sine } from '#lib/network/datasets/planeClasses.ts';
import { reluNetwork, stacked, type Parts } from './parts.ts';
import { trainMlp } from './trainMlp.ts';

const WIDTHS = [2, 16, 16, 2] as const;
const SAMPLES = { train: 10_000, test: 4000 } as const;
const EPOCHS = 12;
const KEEP = [0, 1, 2, 4, 8, EPOCHS];
const DECAY = 0.0002;
const SEEDS = { train: 201, test: 202, training: 8 } as const;

export function sineBoundary(): Parts {
  const train = samplesOf(sine.generate(createRandom(SEEDS.train), SAMPLES.train));
  const test = samplesOf(sine.generate(createRandom(SEEDS.test), SAMPLES.test));
  const rows = trainMlp(train, createRandom(SEEDS.training), { widths: WIDTHS, epochs: EPOCHS, batch: 64, rate: 0.01, decay: DECAY, keep: KEEP });
  const checkpoints = KEEP.map((epoch) => {
    if (epoch === 0) return { id: 'initial', title: 'Initial', epoch };
    return epoch === EPOCHS ? { id: 'trained', title: 'Trained', epoch } : { id: `epoch-${epoch}`, title: `After epoch ${epoch}`, epoch };
  });
  return {
    manifest: {
      format: 1,
      name: 'sine-10k',
      title: 'Sine boundary, 10,000 points',
      summary: 'A tiny network (354 parameters) on a dataset large enough to be measured piece by piece: the picture gets surer as samples come in.',
      network: reluNetwork('sine-10k', WIDTHS),
      loss: 'crossEntropy',
      dataset: { title: sine.title, input_shape_chw: [2], classes: 2, scale: null, samples: SAMPLES },
      checkpoints,
      trajectory: checkpoints.map(({ id }) => id),
      provenance:
        `Points and weights made by scripts/makeBuiltins.ts of this project: seeds ${SEEDS.train} and ${SEEDS.test} for the points, ${SEEDS.training} for training; ` +
        `Adam, rate 0.01 falling to 0 along a half cosine, weight decay ${DECAY} per step, batches of 64, ${EPOCHS} epochs. MIT, as the project.`,
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
