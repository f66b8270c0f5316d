/**
 * A slice: the recipe of a line, plane or volume through parameter space, or of an oblique plane or a curve inside one.
 *
 *     L(centre + α·d₁ + β·d₂ + γ·d₃)
 *
 * It is small enough to live in the shared document. The vectors it stands for are made from it,
 * the same on every machine, by frame.ts. A slice never changes once placed: its id is the hash of
 * the recipe, so whatever was computed for it stays true for ever. Rules S1–S11 in docs/SPEC.md.
 */
import * as z from 'zod/mini';
import { canonicalJson, digestOf, digestSchema } from '#lib/digest.ts';
import { parsed, read, refusedAll, type Parsed, type Problem } from '#lib/parsed.ts';
import { LOSS_NAMES, LOSS_TITLES, isClassification, lossesFor, type LossName } from '#lib/network/loss.ts';
import { modeSchema, type Mode } from '#lib/network/mode.ts';
import { modeProblems } from '#lib/network/modeProblems.ts';
import type { SetName, SubjectManifest } from '#lib/network/subject.ts';
import { curveProblems, curveSchema, type Curve } from './curve.ts';
import { cutProblems, cutSchema, type Cut } from './cut.ts';
import { measureProblems, measureSchema, passesPerPoint, type Measure } from './measure.ts';
import { MAX_COUNT, rangeFields, rangeProblems, type Range } from './range.ts';
import { MAX_RUNS, runProblems } from './runs.ts';

/** How a random direction is scaled to the weights. The names are the reference tool's. */
export const NORMALISATIONS = ['filter', 'layer', 'model', 'weight', 'none', 'dfilter', 'dlayer'] as const;
export type Normalisation = (typeof NORMALISATIONS)[number];

/** What a random direction does in tensors of rank ≤ 1 (biases, batch norm): stand still (*biasbn*), move like a layer, or be the weights themselves. */
export const VECTOR_POLICIES = ['ignore', 'layer', 'copy'] as const;
export type VectorPolicy = (typeof VECTOR_POLICIES)[number];

export type DirectionRecipe =
  | {
      readonly kind: 'random';
      readonly seed: number;
      readonly normalisation: Normalisation;
      /** For tensors of rank ≤ 1; *biasbn* in the reference tool is `ignore`. */
      readonly vectors: VectorPolicy;
      /** For a later axis: take away its part within the earlier ones, exactly; the norm that was set is then a little less. */
      readonly orthogonal?: true | undefined;
    }
  | {
      readonly kind: 'towards';
      readonly checkpoint: string;
      /** `difference`: α = 1 is that checkpoint. `unit`: α is a distance in parameter space. */
      readonly length: 'difference' | 'unit';
      /** For a later axis: take away the part within the earlier ones, before the length is set. */
      readonly orthogonal: boolean;
    }
  | ({
      /** A float32 vector as long as θ that is kept as a file: a principal axis, an eigenvector, a gradient. */
      readonly kind: 'vector';
      /** The file holds a point, and the direction leads to it from the centre. */
      readonly as?: 'point' | undefined;
      /** Scaled to the weights around the centre as a random direction would be; as it is in the file where absent. */
      readonly scaled?: VectorScaling | undefined;
    } & VectorName);

/** How a vector from a file is scaled: `model` keeps where it points, the others scale each part for itself and so turn it. */
export const VECTOR_SCALINGS = ['model', 'filter', 'layer'] as const;
/** `vectors`: whether tensors of rank ≤ 1 stand still or are scaled as one filter each. */
export type VectorScaling = { readonly normalisation: (typeof VECTOR_SCALINGS)[number]; readonly vectors: 'ignore' | 'layer' };

/** A vector kept as a file, by the hash of the file's bytes, and what people call it. */
export type VectorName = { readonly digest: string; readonly title: string };

export type Axis = Range & { readonly direction: DirectionRecipe };

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
  /** A point to place the slice around instead of that checkpoint's weights, whose batch-norm statistics it keeps. */
  readonly origin?: VectorName | undefined;
  /** One axis is a line, two are a plane, three are a volume. */
  readonly axes: readonly Axis[];
  /** The plane to sample inside the three axes, instead of all of their volume. */
  readonly cut?: Cut | undefined;
  /** The curve to sample inside the two axes, instead of all of their plane. */
  readonly curve?: Curve | undefined;
  /** Other networks of the same form, by id, whose checkpoints stand on the slice too. */
  readonly runs?: readonly string[] | undefined;
  /** What is measured at every point; the loss where absent. */
  readonly measure?: Measure | undefined;
};

/** Points along each axis of a volume: 65³ are 274,625. */
export const MAX_VOLUME_COUNT = 65;

const vectorFields = { digest: digestSchema, title: z.string().check(z.maxLength(120)) } as const;

const direction: z.ZodMiniType<DirectionRecipe> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('random'),
    seed: z.int('must be a whole number').check(z.minimum(0, 'must be 0 or more'), z.maximum(0xffffffff, 'must be below 4,294,967,296')),
    normalisation: z.enum(NORMALISATIONS),
    vectors: z.enum(VECTOR_POLICIES),
    orthogonal: z.optional(z.literal(true)),
  }),
  z.strictObject({
    kind: z.literal('towards'),
    checkpoint: z.string().check(z.maxLength(80)),
    length: z.enum(['difference', 'unit']),
    orthogonal: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('vector'),
    as: z.optional(z.literal('point')),
    scaled: z.optional(z.strictObject({ normalisation: z.enum(VECTOR_SCALINGS), vectors: z.enum(['ignore', 'layer']) })),
    ...vectorFields,
  }),
]);

const axis: z.ZodMiniType<Axis> = z.strictObject({ direction, ...rangeFields });

export const recipeSchema: z.ZodMiniType<SliceRecipe> = z.strictObject({
  format: z.literal(1),
  subject: digestSchema,
  samples: z
    .array(z.strictObject({ set: z.enum(['train', 'test']), count: z.int('must be a whole number') }))
    .check(z.minLength(1, 'choose train or test samples'), z.maxLength(2)),
  loss: z.enum(LOSS_NAMES),
  mode: modeSchema,
  centre: z.string().check(z.maxLength(80)),
  origin: z.optional(z.strictObject(vectorFields)),
  axes: z.array(axis).check(z.minLength(1), z.maxLength(3)),
  cut: z.optional(cutSchema),
  curve: z.optional(curveSchema),
  runs: z.optional(z.array(digestSchema).check(z.minLength(1, 'name a network, or leave this out'), z.maxLength(MAX_RUNS, `at most ${MAX_RUNS} networks beside its own stand on a slice`))),
  measure: z.optional(measureSchema),
});

/** A recipe from outside, read and checked against the subject that it names. */
export function readRecipe(input: unknown, subjectOf: (id: string) => SubjectManifest | undefined): Parsed<SliceRecipe> {
  const shape = read(recipeSchema, input);
  if (!shape.ok) return shape;
  const manifest = subjectOf(shape.value.subject);
  if (!manifest) return refusedAll([{ path: 'subject', message: `no network here has the id ${shape.value.subject.slice(0, 12)}…` }]);
  const { subject, runs = [] } = shape.value;
  const problems = [...problemsOf(shape.value, manifest), ...runProblems(runs, manifest, subject, subjectOf)];
  return problems.length === 0 ? parsed(shape.value) : refusedAll(problems);
}

/** What is wrong with a recipe whose shape is right, each beside its field, in words; of the other networks that it names nothing is known here. */
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
    problems.push(...rangeProblems(each, at, recipe.axes.length === 3 ? MAX_VOLUME_COUNT : MAX_COUNT));
    if (each.direction.kind === 'towards') {
      const { checkpoint, orthogonal } = each.direction;
      if (!known(checkpoint)) say(`${at}.direction.checkpoint`, `${manifest.title} has no checkpoint ${checkpoint}`);
      else if (checkpoint === recipe.centre && !recipe.origin) say(`${at}.direction.checkpoint`, 'must differ from the centre');
      if (orthogonal && index === 0) say(`${at}.direction.orthogonal`, 'only a second axis can be made orthogonal to the first');
    }
    if (each.direction.kind === 'random' && each.direction.orthogonal && index === 0) {
      say(`${at}.direction.orthogonal`, 'only a second axis can be made orthogonal to the first');
    }
    if (each.direction.kind === 'vector' && each.direction.as === 'point' && each.direction.scaled) {
      say(`${at}.direction.scaled`, 'a direction that leads to a point keeps its length: choose no normalisation');
    }
    const twin = recipe.axes.slice(0, index).find((earlier) => canonicalJson(earlier.direction) === canonicalJson(each.direction));
    if (twin) say(`${at}.direction`, `must differ from the ${index === 1 ? 'first' : 'others'}: choose another ${TWIN_WORDS[twin.direction.kind]}`);
  }
  if (recipe.cut) problems.push(...cutProblems(recipe.cut, recipe.axes.length));
  if (recipe.curve) problems.push(...curveProblems(recipe.curve, recipe.axes.map(({ direction: each }) => leadsToPoint(each))));
  if (recipe.cut && recipe.curve) say('curve', 'a slice is a plane inside a volume or a curve inside a plane, not both');
  const hasCheckpointAxis = recipe.axes.some((each) => each.direction.kind === 'towards');
  problems.push(...modeProblems(recipe.mode, { manifest, samples: recipe.samples, hasCheckpointAxis }), ...measureProblems(recipe.measure, recipe.mode));
  return problems;
}

const TWIN_WORDS = { random: 'seed', towards: 'checkpoint', vector: 'vector' } as const;

/** Whether α = 1 is the very point that the direction is named after. */
const leadsToPoint = (direction: DirectionRecipe): boolean =>
  direction.kind === 'towards' ? direction.length === 'difference' && !direction.orthogonal : direction.kind === 'vector' && direction.as === 'point';

/** Whether 0 and 1 of a line are two networks, so that there is something between them. */
export const isBetweenNetworks = ({ axes, curve, measure }: Pick<SliceRecipe, 'axes' | 'curve' | 'measure'>): boolean => !measure && (curve !== undefined || (axes.length === 1 && leadsToPoint(axes[0]!.direction)));

/** 128 bits of the hash of the recipe: the same slice placed twice, or in two sessions, has one id. */
export const sliceIdOf = (recipe: SliceRecipe): string => digestOf(canonicalJson(recipe)).slice(0, 32);

/** What is sampled: the axes, or what the plane or the curve inside them spans. One entry is drawn as a line, two as a plane, three as a volume. */
export const rangesOf = ({ axes, cut, curve }: Pick<SliceRecipe, 'axes' | 'cut' | 'curve'>): readonly Range[] => cut?.ranges ?? (curve ? [curve.range] : axes);

/** The files that the vectors of a slice are made from, each once. */
export const filesOf = ({ axes, origin }: Pick<SliceRecipe, 'axes' | 'origin'>): readonly string[] => [
  ...new Set([...(origin ? [origin.digest] : []), ...axes.flatMap(({ direction: each }) => (each.kind === 'vector' ? [each.digest] : []))]),
];

/** Points of the whole grid. */
export const pointsIn = (recipe: SliceRecipe): number => rangesOf(recipe).reduce((product, { count }) => product * count, 1);

/** Samples at each point, over all sets. */
export const samplesIn = ({ samples }: SliceRecipe): number => samples.reduce((sum, { count }) => sum + count, 0);

/** Passes of one sample through the network at each point: over all sets, and over the training samples where statistics are recomputed; more for what is no loss. */
export function passesIn(recipe: SliceRecipe): number {
  const { batchNorm } = recipe.mode;
  return samplesIn(recipe) * passesPerPoint(recipe.measure) + (typeof batchNorm === 'object' && batchNorm.policy === 'recomputed' ? batchNorm.samples : 0);
}

export const sliceIdSchema = z.string().check(z.regex(/^[0-9a-f]{32}$/, 'must be a slice id'));
