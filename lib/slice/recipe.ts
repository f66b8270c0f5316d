/**
 * A slice: the recipe of a line or plane through parameter space.
 *
 *     L(centre + α·d₁ + β·d₂)
 *
 * It is small enough to live in the shared document. The vectors it stands for are made from it,
 * the same on every machine, by frame.ts. A slice never changes once placed: its id is the hash of
 * the recipe, so whatever was computed for it stays true for ever. Rules S1–S6 in docs/SPEC.md.
 */
import * as z from 'zod/mini';
import { canonicalJson, digestOf, digestSchema } from '#lib/digest.ts';
import { parsed, read, refusedAll, type Parsed, type Problem } from '#lib/parsed.ts';
import { LOSS_NAMES, LOSS_TITLES, isClassification, lossesFor, type LossName } from '#lib/network/loss.ts';
import { modeSchema, type Mode } from '#lib/network/mode.ts';
import { modeProblems } from '#lib/network/modeProblems.ts';
import type { SetName, SubjectManifest } from '#lib/network/subject.ts';

/** How a random direction is scaled to the weights. The names are the reference tool's. */
export const NORMALISATIONS = ['filter', 'layer', 'weight', 'none'] as const;
export type Normalisation = (typeof NORMALISATIONS)[number];

/** What a random direction does in tensors of rank ≤ 1 (biases, batch norm): stand still (*biasbn*), or move like a layer. */
export const VECTOR_POLICIES = ['ignore', 'layer'] as const;
export type VectorPolicy = (typeof VECTOR_POLICIES)[number];

export type DirectionRecipe =
  | {
      readonly kind: 'random';
      readonly seed: number;
      readonly normalisation: Normalisation;
      /** For tensors of rank ≤ 1; *biasbn* in the reference tool is `ignore`. */
      readonly vectors: VectorPolicy;
    }
  | {
      readonly kind: 'towards';
      readonly checkpoint: string;
      /** `difference`: α = 1 is that checkpoint. `unit`: α is a distance in parameter space. */
      readonly length: 'difference' | 'unit';
      /** For a second axis: take away the part along the first, before the length is set. */
      readonly orthogonal: boolean;
    };

export type Axis = { readonly direction: DirectionRecipe; readonly min: number; readonly max: number; readonly count: number };

export type SampleChoice = { readonly set: SetName; readonly count: number };

export type SliceRecipe = {
  readonly format: 1;
  readonly subject: string;
  /** One or two sets, each the first `count` samples of that set in file order. */
  readonly samples: readonly SampleChoice[];
  readonly loss: LossName;
  readonly mode: Mode;
  /** Checkpoint id. */
  readonly centre: string;
  /** One axis is a line, two are a plane. */
  readonly axes: readonly Axis[];
};

export const MIN_COUNT = 3;
export const MAX_COUNT = 1025;
export const MAX_EXTENT = 1e6;

const direction: z.ZodMiniType<DirectionRecipe> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('random'),
    seed: z.int('must be a whole number').check(z.minimum(0, 'must be 0 or more'), z.maximum(0xffffffff, 'must be below 4,294,967,296')),
    normalisation: z.enum(NORMALISATIONS),
    vectors: z.enum(VECTOR_POLICIES),
  }),
  z.strictObject({
    kind: z.literal('towards'),
    checkpoint: z.string().check(z.maxLength(80)),
    length: z.enum(['difference', 'unit']),
    orthogonal: z.boolean(),
  }),
]);

const bound = z.number('must be a number');

const axis: z.ZodMiniType<Axis> = z.strictObject({ direction, min: bound, max: bound, count: z.int('must be a whole number') });

export const recipeSchema: z.ZodMiniType<SliceRecipe> = z.strictObject({
  format: z.literal(1),
  subject: digestSchema,
  samples: z
    .array(z.strictObject({ set: z.enum(['train', 'test']), count: z.int('must be a whole number') }))
    .check(z.minLength(1, 'choose train or test samples'), z.maxLength(2)),
  loss: z.enum(LOSS_NAMES),
  mode: modeSchema,
  centre: z.string().check(z.maxLength(80)),
  axes: z.array(axis).check(z.minLength(1), z.maxLength(2)),
});

/** A recipe from outside, read and checked against the subject that it names. */
export function readRecipe(input: unknown, subjectOf: (id: string) => SubjectManifest | undefined): Parsed<SliceRecipe> {
  const shape = read(recipeSchema, input);
  if (!shape.ok) return shape;
  const manifest = subjectOf(shape.value.subject);
  if (!manifest) return refusedAll([{ path: 'subject', message: `no network here has the id ${shape.value.subject.slice(0, 12)}…` }]);
  const problems = problemsOf(shape.value, manifest);
  return problems.length === 0 ? parsed(shape.value) : refusedAll(problems);
}

/** What is wrong with a recipe whose shape is right, each beside its field, in words. */
export function problemsOf(recipe: SliceRecipe, manifest: SubjectManifest): readonly Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, message: string) => problems.push({ path, message });
  const checkpoints = manifest.checkpoints.map(({ id }) => id);
  const known = (id: string) => checkpoints.includes(id);

  if (!known(recipe.centre)) say('centre', `${manifest.title} has no checkpoint ${recipe.centre}`);
  if (isClassification(recipe.loss) !== (manifest.dataset.classes !== null)) {
    const hasClasses = manifest.dataset.classes !== null;
    const fitting = lossesFor(hasClasses).map((loss) => LOSS_TITLES[loss]).join(', ');
    say('loss', `this dataset has ${hasClasses ? 'classes, not values' : 'values, not classes'}: choose one of ${fitting}`);
  }
  if (new Set(recipe.samples.map(({ set }) => set)).size !== recipe.samples.length) say('samples', 'each set may be chosen once');
  for (const [index, { set, count }] of recipe.samples.entries()) {
    const available = manifest.dataset.samples[set];
    if (count < 1 || count > available) say(`samples.${index}.count`, `choose between 1 and ${available} ${set} samples`);
  }
  for (const [index, each] of recipe.axes.entries()) {
    const at = `axes.${index}`;
    if (each.count < MIN_COUNT || each.count > MAX_COUNT) say(`${at}.count`, `choose between ${MIN_COUNT} and ${MAX_COUNT} points`);
    else if (each.count % 2 === 0) say(`${at}.count`, `must be odd, so that the middle is measured: try ${each.count + 1}`);
    for (const end of ['min', 'max'] as const) if (Math.abs(each[end]) > MAX_EXTENT) say(`${at}.${end}`, 'must be between −1,000,000 and 1,000,000');
    if (each.max <= each.min) say(`${at}.max`, `must be more than ${each.min}`);
    else if ((each.max - each.min) / each.count < Number.EPSILON * 4 * Math.max(Math.abs(each.min), Math.abs(each.max))) {
      say(`${at}.max`, 'is too close to the lower end for that many points');
    }
    if (each.direction.kind === 'towards') {
      const { checkpoint, orthogonal } = each.direction;
      if (!known(checkpoint)) say(`${at}.direction.checkpoint`, `${manifest.title} has no checkpoint ${checkpoint}`);
      else if (checkpoint === recipe.centre) say(`${at}.direction.checkpoint`, 'must differ from the centre');
      if (orthogonal && index === 0) say(`${at}.direction.orthogonal`, 'only a second axis can be made orthogonal to the first');
    }
  }
  const hasCheckpointAxis = recipe.axes.some((each) => each.direction.kind === 'towards');
  problems.push(...modeProblems(recipe.mode, { manifest, samples: recipe.samples, hasCheckpointAxis }));
  const [first, second] = recipe.axes;
  if (first && second && canonicalJson(first.direction) === canonicalJson(second.direction)) {
    say('axes.1.direction', first.direction.kind === 'random' ? 'must differ from the first: choose another seed' : 'must differ from the first: choose another checkpoint');
  }
  return problems;
}

/** 128 bits of the hash of the recipe: the same slice placed twice, or in two sessions, has one id. */
export const sliceIdOf = (recipe: SliceRecipe): string => digestOf(canonicalJson(recipe)).slice(0, 32);

/** Points of the whole grid. */
export const pointsIn = ({ axes }: SliceRecipe): number => axes.reduce((product, { count }) => product * count, 1);

/** Samples at each point, over all sets. */
export const samplesIn = ({ samples }: SliceRecipe): number => samples.reduce((sum, { count }) => sum + count, 0);

/** Passes of one sample through the network at each point: over all sets, and over the training samples where statistics are recomputed. */
export function passesIn(recipe: SliceRecipe): number {
  const { batchNorm } = recipe.mode;
  return samplesIn(recipe) + (typeof batchNorm === 'object' && batchNorm.policy === 'recomputed' ? batchNorm.samples : 0);
}

export const sliceIdSchema = z.string().check(z.regex(/^[0-9a-f]{32}$/, 'must be a slice id'));
