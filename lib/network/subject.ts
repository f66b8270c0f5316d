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

/** A subject as a small JSON file; its arrays stand in one safetensors file named by digest. */
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
  };
  /** Row k of the tensor `checkpoints` is checkpoint k. */
  readonly checkpoints: readonly Checkpoint[];
  /** Checkpoint ids of one training run, in order; empty when there is none. */
  readonly trajectory: readonly string[];
  readonly file: { readonly digest: string; readonly bytes: number };
  readonly provenance: string;
};

const counted = z.int().check(z.nonnegative());

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
  file: z.strictObject({ digest: digestSchema, bytes: counted }),
  provenance: z.string(),
});

/** The samples of one set: inputs row-major [count, ...input shape], targets as class indices or values. */
export type Samples = { readonly count: number; readonly inputs: Float32Array; readonly targets: Float32Array };

export type Subject = {
  readonly id: string;
  readonly manifest: SubjectManifest;
  /** θ of every checkpoint, in the order of the manifest. */
  readonly checkpoints: readonly Float32Array[];
  /** Batch-norm statistics of every checkpoint; empty arrays for a network without. */
  readonly buffers: readonly Float32Array[];
  readonly sets: Readonly<Record<SetName, Samples>>;
};

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

/** The first `wanted` samples of a set, in file order, without a copy. */
export function firstOf({ count, inputs, targets }: Samples, wanted: number): Samples {
  const width = inputs.length / count;
  return { count: wanted, inputs: inputs.subarray(0, wanted * width), targets: targets.subarray(0, wanted) };
}
