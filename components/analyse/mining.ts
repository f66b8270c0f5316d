/** What the mining card asks: the directions that are searched, the points of a round, and the line of a find. */
import type { Mined, MiningRound } from '#lib/analysis/curveMining.ts';
import type { VectorFile } from '#lib/formats/vectorFile.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { checkpointIndex, firstOf, type Subject } from '#lib/network/subject.ts';
import { noiseOf, normalise } from '#lib/slice/direction.ts';
import { evaluationModeOf } from '#lib/slice/evaluationMode.ts';
import type { SliceRecipe, VectorName } from '#lib/slice/recipe.ts';
import { normOf } from '#lib/slice/vectors.ts';
import type { InspectQuestion } from '#lib/wire/inspectMessages.ts';

/** A search needs the shape of a curve, not its digits. */
export const MINED_SAMPLES = 128;
export const CURVE_SAMPLES = 51;
const RANDOM_DIRECTIONS = 4;
const CHECKPOINT_DIRECTIONS = 4;

export type MiningBasis = { readonly vectors: readonly Float32Array[]; readonly titles: readonly string[] };

/** A few filter-normalised random directions, and those towards other checkpoints, all made as long as the first. */
export function basisOf(recipe: SliceRecipe, subject: Subject, seed: number): MiningBasis {
  const { manifest, checkpoints } = subject;
  const layout = layoutOf(manifest.network);
  const origin = checkpoints[checkpointIndex(manifest, recipe.centre)]!;
  const random = Array.from({ length: RANDOM_DIRECTIONS }, (_, role) => Float32Array.from(normalise(noiseOf(layout, seed, role), origin, layout, 'filter', 'ignore')));
  const length = normOf(random[0]!);
  const others = manifest.checkpoints.filter(({ id }) => id !== recipe.centre);
  const step = Math.max(1, Math.ceil(others.length / CHECKPOINT_DIRECTIONS));
  const towards = others.filter((_, at) => at % step === 0).flatMap(({ id, title }) => {
    const difference = checkpoints[checkpointIndex(manifest, id)]!.map((value, at) => value - origin[at]!);
    const reach = normOf(difference);
    return reach > 0 ? [{ title, vector: difference.map((value) => (value * length) / reach) }] : [];
  });
  return { vectors: [...random, ...towards.map(({ vector }) => vector)], titles: [...random.map((_, at) => `random ${at + 1}`), ...towards.map(({ title }) => `towards ${title}`)] };
}

/** The losses of a round in one question: its directions lie in one plane, so each point is a place on it. */
export function roundQuestion({ directions }: MiningRound, { vectors }: MiningBasis, recipe: SliceRecipe, subject: Subject): InspectQuestion {
  const row = checkpointIndex(subject.manifest, recipe.centre);
  const { set, count } = recipe.samples[0]!;
  // Unit vectors of coefficients at even angles: the first, and what of another is across it, span all of them.
  const first = directions[0]!;
  const second = acrossFirst(directions, first);
  const partOf = (direction: readonly number[], axis: readonly number[]): number => direction.reduce((sum, value, at) => sum + value * axis[at]!, 0);
  const middle = (CURVE_SAMPLES - 1) / 2;
  return {
    ask: 'values',
    network: subject.manifest.network,
    loss: recipe.loss,
    mode: evaluationModeOf(recipe, subject),
    frame: { origin: subject.checkpoints[row]!, directions: [combined(vectors, first), combined(vectors, second)], buffers: subject.buffers[row]! },
    sets: [{ set, samples: firstOf(subject.sets[set], Math.min(MINED_SAMPLES, count)) }],
    spots: directions.flatMap((direction) => {
      const [a, b] = [partOf(direction, first), partOf(direction, second)];
      return Array.from({ length: CURVE_SAMPLES }, (_, at) => ({ a: a * (at / middle - 1), b: b * (at / middle - 1) }));
    }),
  };
}

/** The find as a file of the session, and the line along it. */
export function minedFile(mined: Mined, { vectors, titles }: MiningBasis, recipe: SliceRecipe, tried: number): VectorFile {
  return {
    kind: 'direction',
    subject: recipe.subject,
    title: `${mined.class}, mined`,
    made: { kind: 'mined', centre: recipe.centre, class: mined.class, tried, of: titles.map((title, at) => ({ title, coefficient: mined.direction[at]! })) },
    values: combined(vectors, mined.direction),
  };
}

export function minedLine(name: VectorName, { subject, samples, loss, mode, centre }: SliceRecipe): SliceRecipe {
  return { format: 1, subject, samples, loss, mode, centre, axes: [{ min: -1, max: 1, count: CURVE_SAMPLES, direction: { kind: 'vector', ...name } }] };
}

function combined(vectors: readonly Float32Array[], coefficients: readonly number[]): Float32Array {
  const out = new Float64Array(vectors[0]!.length);
  for (const [at, vector] of vectors.entries()) for (let index = 0; index < out.length; index++) out[index]! += coefficients[at]! * vector[index]!;
  return Float32Array.from(out);
}

function acrossFirst(directions: readonly (readonly number[])[], first: readonly number[]): readonly number[] {
  const rests = directions.map((direction) => {
    const along = direction.reduce((sum, value, at) => sum + value * first[at]!, 0);
    return direction.map((value, at) => value - along * first[at]!);
  });
  const longest = rests.reduce((best, rest) => (Math.hypot(...rest) > Math.hypot(...best) ? rest : best));
  const length = Math.hypot(...longest);
  return longest.map((value) => value / length);
}
