/**
 * A case of kind `forward`, read: many networks with weights by formula, images, and what each network should give for them.
 *
 * A model that states no program is one of the zoo, by its id. Nothing here depends on the name of a case.
 */
import * as z from 'zod/mini';
import { layoutOf } from '#lib/network/layout.ts';
import { allSteps, networkSchema, type Network, type TensorSpec } from '#lib/network/program.ts';
import { zooNetwork } from '#lib/network/zoo/zoo.ts';
import { read, sayProblems } from '#lib/parsed.ts';
import { normalised, type ReferenceCase, type ReferenceSamples } from './caseFile.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const named = z.union([z.tuple([z.string(), z.array(z.number())]), z.object({ name: z.string(), shape: z.array(z.number()) })]);

const modelSchema = z.object({
  id: z.string(),
  parameters: z.number(),
  parameter_tensors: z.optional(z.number()),
  bn_buffer_elements: z.optional(z.number()),
  gain: z.number(),
  stages_float64: z.optional(z.record(z.string(), z.object({ shape: z.array(z.number()), l2: z.number(), mean: z.number(), max: z.number(), sample0_first4: z.array(z.number()) }))),
  tensor_check: z.optional(z.record(z.string(), z.array(z.number()))),
  parameter_order: z.optional(z.array(named)),
  buffers: z.optional(z.array(named)),
  program: z.optional(z.array(z.unknown())),
});

const planeSchema = z.object({ models: z.array(z.string()), grid: z.object({ x: triple, y: triple }) });

const forwardSchema = z.object({
  formula: z.optional(z.looseObject({ salt: z.optional(z.number()) })),
  data: z.object({ images: z.string(), labels: z.string(), normalisation: z.optional(z.unknown()) }),
  plane: z.optional(planeSchema),
  models: z.array(modelSchema),
});

export type ForwardModel = z.infer<typeof modelSchema>;

export type ForwardCase = {
  readonly models: readonly ForwardModel[];
  readonly salt: number;
  readonly plane: z.infer<typeof planeSchema> | null;
  /** All images, normalised in double; targets are the labels. */
  readonly images: ReferenceSamples;
  readonly imageShape: readonly number[];
};

/** The part of every description that this kind adds. @throws in words */
export function forwardCaseOf({ description, raw, tensors }: ReferenceCase): ForwardCase {
  const outcome = read(forwardSchema as z.ZodMiniType<z.infer<typeof forwardSchema>>, raw);
  if (!outcome.ok) throw new Error(`${description.id}: ${sayProblems(outcome.problems)}`);
  const { models, formula, data, plane } = outcome.value;
  const images = tensors.get(data.images.split(' ')[0]!);
  const labels = tensors.get(data.labels.split(' ')[0]!);
  if (!images || !labels) throw new Error(`${description.id}: no images or no labels`);
  const inputs = normalised(images, description.data?.normalisation);
  return {
    models,
    salt: formula?.salt ?? 0,
    plane: plane ?? null,
    images: { count: labels.values.length, inputs, targets: Float32Array.from(labels.values) },
    imageShape: images.shape.slice(1),
  };
}

/** The stated program over the stated tensors, or the network of the zoo that has the model's id. @throws for neither */
export function networkOfModel({ id, program, parameter_order, buffers }: ForwardModel, imageShape: readonly number[]): Network {
  if (!program || !parameter_order) {
    const known = zooNetwork(id);
    if (!known) throw new Error(`${id} states no program, and the zoo has none of this name`);
    return known;
  }
  const parameters = parameter_order.map(specOf);
  const outcome = read(networkSchema, { id, input_shape_chw: imageShape, parameter_order: parameters, buffers: (buffers ?? []).map(specOf), program });
  if (!outcome.ok) throw new Error(`${id}: ${sayProblems(outcome.problems)}`);
  return buffers ? outcome.value : { ...outcome.value, buffers: statisticsOf(outcome.value) };
}

const specOf = (each: z.infer<typeof named>): TensorSpec => (Array.isArray(each) ? { name: each[0], shape: each[1] } : each);

/** Mean and variance of every batch norm, each as long as its weight. */
function statisticsOf(network: Network): readonly TensorSpec[] {
  const shapes = new Map(layoutOf(network).tensors.map(({ name, shape }) => [name, shape]));
  return allSteps(network.program).flatMap((step) => {
    if (step.op !== 'batchnorm') return [];
    const shape = shapes.get(step.weight);
    if (!shape) throw new Error(`the program uses tensor ${step.weight}, which the network does not declare`);
    return [step.running_mean, step.running_var].map((name) => ({ name, shape }));
  });
}

/** `tap` names the point behind which the network was cut; null for the last part. */
export type Part = { readonly network: Network; readonly tap: string | null };

/** A network cut at the named taps of its outermost program: each part has only its own tensors, and takes what the one before gives. */
export function partsOf(network: Network, taps: readonly string[], shapeOf: (part: Network) => readonly number[]): readonly Part[] {
  const parts: Part[] = [];
  let input = network.input_shape_chw;
  let start = 0;
  for (const [index, step] of [...network.program.entries(), [network.program.length, null] as const]) {
    if (step !== null && !(step.op === 'tap' && taps.includes(step.name))) continue;
    const program = network.program.slice(start, index);
    const used = new Set(allSteps(program).flatMap((each) => Object.values(each).filter((value) => typeof value === 'string')));
    const own = (specs: readonly TensorSpec[]): readonly TensorSpec[] => specs.filter(({ name }) => used.has(name));
    const part = { ...network, input_shape_chw: input, parameter_order: own(network.parameter_order), buffers: own(network.buffers), program };
    parts.push({ network: part, tap: step?.op === 'tap' ? step.name : null });
    input = shapeOf(part);
    start = index;
  }
  return parts;
}
