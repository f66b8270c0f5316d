/**
 * A subject: what is explored. A network, the dataset it is measured on, its loss and its checkpoints.
 *
 * The screen says "network". A subject's id is the hash of everything its numbers depend on,
 * so two sessions that explore the same one share their tiles. It does not know where its
 * file is kept, nor who is looking.
 */
import * as z from 'zod/mini';
import { canonicalJson, digestOf, digestSchema } from '#lib/digest.ts';
import { LOSS_NAMES, type LossName } from './loss.ts';
import { networkSchema, type Network } from './program.ts';

export type SetName = 'train' | 'test';

export type Checkpoint = {
  readonly id: string;
  readonly title: string;
  /** Epochs of training, where it is one of a training run. */
  readonly epoch?: number | undefined;
  /** How it was trained, where the layer program does not say it: not at all, or with another chance of dropping. */
  readonly training?: 'none' | { readonly dropout: number } | undefined;
};

/** A file by the hash of its bytes. */
export type FileName = { readonly digest: string; readonly bytes: number };

/** Samples of a set in one part of a dataset that is kept in parts; the last may have fewer. */
export const PART_SAMPLES = 1024;

/** A subject as a small JSON file; its arrays stand in safetensors files named by digest. */
export type SubjectManifest = {
  readonly format: 1;
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly network: Network;
  readonly loss: LossName;
  readonly dataset: {
    readonly title: string;
    readonly input_shape_chw: readonly number[];
    /** Class count, or null for regression. */
    readonly classes: number | null;
    /** How stored values become inputs: u8/255 in double, rounded to float32; or the floats as they are. */
    readonly scale: '1/255' | null;
    readonly samples: { readonly train: number; readonly test: number };
    /** Of each set, the files of its samples, PART_SAMPLES in each, in order; absent where they stand in the subject's own file. */
    readonly parts?: Readonly<Record<SetName, readonly FileName[]>> | undefined;
  };
  /** Row k of the tensor `checkpoints` is checkpoint k. */
  readonly checkpoints: readonly Checkpoint[];
  /** Checkpoint ids of one training run, in order; empty when there is none. */
  readonly trajectory: readonly string[];
  readonly file: FileName;
  /** How one checkpoint does over whole sets, of which the file may carry only the first samples. */
  readonly results?: TrainingResults | undefined;
  readonly provenance: string;
};

/** Measured on the weights as they are stored. */
export type TrainingResults = { readonly checkpoint: string } & Readonly<Record<SetName, { readonly samples: number; readonly loss: number; readonly correct: number }>>;

const counted = z.int().check(z.nonnegative());
const fileName = z.strictObject({ digest: digestSchema, bytes: counted });

const resultOfSet = z.strictObject({ samples: counted, loss: z.number(), correct: counted });

export const manifestSchema: z.ZodMiniType<SubjectManifest> = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  title: z.string(),
  summary: z.string(),
  network: networkSchema,
  loss: z.enum(LOSS_NAMES),
  dataset: z.strictObject({
    title: z.string(),
    input_shape_chw: z.array(counted),
    classes: z.nullable(counted),
    scale: z.nullable(z.literal('1/255')),
    samples: z.strictObject({ train: counted, test: counted }),
    parts: z.optional(z.strictObject({ train: z.array(fileName), test: z.array(fileName) })),
  }),
  checkpoints: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      epoch: z.optional(z.number()),
      training: z.optional(z.union([z.literal('none'), z.strictObject({ dropout: z.number() })])),
    }),
  ),
  trajectory: z.array(z.string()),
  file: fileName,
  results: z.optional(z.strictObject({ checkpoint: z.string(), train: resultOfSet, test: resultOfSet })),
  provenance: z.string(),
});

/** The samples of one set: inputs row-major [count, ...input shape], targets as class indices or values. */
export type Samples = { readonly count: number; readonly inputs: Float32Array; readonly targets: Float32Array };

/** A subject without its samples: all that directions, frames and projections are made from. */
export type SubjectWeights = {
  readonly id: string;
  readonly manifest: SubjectManifest;
  /** θ of every checkpoint, in the order of the manifest. */
  readonly checkpoints: readonly Float32Array[];
  /** Batch-norm statistics of every checkpoint; empty arrays for a network without. */
  readonly buffers: readonly Float32Array[];
};

export type Subject = SubjectWeights & { readonly sets: Readonly<Record<SetName, Samples>> };

/** A subject as far as it is here: the samples of a dataset in parts may lie elsewhere. */
export type SubjectHere = SubjectWeights & { readonly sets?: Subject['sets'] };

export const isWhole = (subject: SubjectHere): subject is Subject => subject.sets !== undefined;

export const weightsOf = ({ id, manifest, checkpoints, buffers }: SubjectWeights): SubjectWeights => ({ id, manifest, checkpoints, buffers });

/** Some samples of a set: from sample `first` on. */
export type SamplePart = { readonly set: SetName; readonly first: number; readonly samples: Samples };

/** Every file that a subject's arrays stand in: its own, then the parts of its dataset. */
export const filesOfSubject = ({ file, dataset: { parts } }: Pick<SubjectManifest, 'file' | 'dataset'>): readonly FileName[] => [file, ...(parts ? [...parts.train, ...parts.test] : [])];

/** The id of a subject: the hash of all that its losses depend on. Titles and prose may change without changing it. */
export const subjectIdOf = ({ network, loss, dataset, checkpoints, trajectory, file }: SubjectManifest): string =>
  digestOf(
    canonicalJson({ network, loss, dataset: { ...dataset, title: '' }, checkpoints: checkpoints.map(({ id }) => id), trajectory, file }),
  );

/** Which row a checkpoint id names; throws for an id that was not checked at the door. */
export function checkpointIndex(manifest: SubjectManifest, id: string): number {
  const index = manifest.checkpoints.findIndex((each) => each.id === id);
  if (index < 0) throw new Error(`${manifest.name} has no checkpoint ${id}`);
  return index;
}

/** The share of test samples that a checkpoint gets wrong, over how many; null where that was not measured. */
export function testErrorOf({ results }: SubjectManifest, checkpoint: string): { readonly error: number; readonly samples: number } | null {
  if (results?.checkpoint !== checkpoint) return null;
  const { samples, correct } = results.test;
  return { error: 1 - correct / samples, samples };
}

/** The first `wanted` samples of a set, in file order, without a copy. */
export function firstOf({ count, inputs, targets }: Samples, wanted: number): Samples {
  const width = inputs.length / count;
  return { count: wanted, inputs: inputs.subarray(0, wanted * width), targets: targets.subarray(0, wanted) };
}

/** Samples `first` … `first + count − 1` of a set, without a copy. */
export function runOf(samples: Samples, first: number, count: number): Samples {
  const { inputs, targets } = firstOf(samples, first + count);
  const width = samples.inputs.length / samples.count;
  return { count, inputs: inputs.subarray(first * width), targets: targets.subarray(first) };
}

/** What a part takes in memory. */
export const bytesOfPart = ({ samples: { inputs, targets } }: SamplePart): number => inputs.byteLength + targets.byteLength;

/** Samples `first` … `first + count − 1` of a set, out of parts that hold them; without a copy where one part has them all. */
export function samplesFrom(parts: readonly SamplePart[], { set, first, count }: { readonly set: SetName; readonly first: number; readonly count: number }): Samples {
  const pieces: Samples[] = [];
  for (let from = first; from < first + count; ) {
    const part = parts.find((each) => each.set === set && each.first <= from && from < each.first + each.samples.count);
    if (!part) throw new Error(`sample ${from} of ${set} is not here`);
    const taken = Math.min(first + count, part.first + part.samples.count) - from;
    pieces.push(runOf(part.samples, from - part.first, taken));
    from += taken;
  }
  return joined(pieces);
}

/** Samples one after another as one set. */
function joined(pieces: readonly Samples[]): Samples {
  if (pieces.length === 1) return pieces[0]!;
  const count = pieces.reduce((sum, each) => sum + each.count, 0);
  const inputs = new Float32Array(pieces.reduce((sum, each) => sum + each.inputs.length, 0));
  const targets = new Float32Array(count);
  let [inputsAt, targetsAt] = [0, 0];
  for (const piece of pieces) {
    inputs.set(piece.inputs, inputsAt);
    targets.set(piece.targets, targetsAt);
    inputsAt += piece.inputs.length;
    targetsAt += piece.count;
  }
  return { count, inputs, targets };
}
