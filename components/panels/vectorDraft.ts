/**
 * What stands in the form for axes along vectors: those of the session, an imported one, the gradient at the centre, a trained curve.
 *
 * It makes directions and the gradient's file; it fetches and keeps nothing.
 */
import { canonicalJson } from '#lib/digest.ts';
import type { CurveRequest } from '#lib/analysis/requests/curve.ts';
import type { VectorFile } from '#lib/formats/vectorFile.ts';
import { parsed, refused, type Parsed } from '#lib/parsed.ts';
import { checkpointIndex, firstOf, type Subject } from '#lib/network/subject.ts';
import { evaluationModeOf } from '#lib/slice/evaluationMode.ts';
import type { DirectionRecipe, SliceRecipe, VectorName, VectorScaling } from '#lib/slice/recipe.ts';
import { normOf } from '#lib/slice/vectors.ts';
import type { InspectQuestion } from '#lib/wire/inspectMessages.ts';

/** A vector that a slice of one network can be placed along, or led to where it is a point. */
export type SessionVector = VectorName & { readonly kind: VectorFile['kind'] };

/** What an axis points along: a vector, a direction drawn at random, or nothing yet. */
export type VectorChoice = SessionVector | 'random' | null;

/** A curve that was trained in this session. */
export type CurveChoice = { readonly request: CurveRequest; readonly bend: string };

export type VectorDraft = {
  readonly axes: readonly [VectorChoice, VectorChoice, VectorChoice];
  readonly scaling: 'none' | VectorScaling['normalisation'];
  /** Biases and batch norm where vectors are scaled. */
  readonly policy: VectorScaling['vectors'];
  /** The gradient, and what it is the gradient of; null until it is computed. */
  readonly gradient: { readonly key: string; readonly vector: VectorName } | null;
  readonly curve: CurveChoice | null;
};

/** The axes with another choice for one of them. */
export const withChoice = ([first, second, third]: VectorDraft['axes'], index: number, choice: VectorChoice): VectorDraft['axes'] => [index === 0 ? choice : first, index === 1 ? choice : second, index === 2 ? choice : third];

export const NO_VECTORS: VectorDraft = { axes: [null, 'random', 'random'], scaling: 'none', policy: 'layer', gradient: null, curve: null };

/** Along a vector as the draft scales it; what is led to keeps its length. */
export function alongVector({ digest, title, kind }: SessionVector, { scaling, policy }: VectorDraft): DirectionRecipe {
  if (kind === 'point') return { kind: 'vector', as: 'point', digest, title };
  return { kind: 'vector', digest, title, ...(scaling !== 'none' && { scaled: { normalisation: scaling, vectors: policy } }) };
}

type GradientOf = Pick<SliceRecipe, 'subject' | 'centre' | 'loss' | 'samples'>;

/** What a gradient depends on. Over the first set, as everywhere. */
export const gradientKey = ({ subject, centre, loss, samples }: GradientOf): string => canonicalJson([subject, centre, loss, samples[0] ?? null]);

export function gradientQuestion(recipe: SliceRecipe, subject: Subject): InspectQuestion {
  const row = checkpointIndex(subject.manifest, recipe.centre);
  const { set, count } = recipe.samples[0]!;
  return {
    ask: 'gradients',
    network: subject.manifest.network,
    loss: recipe.loss,
    mode: evaluationModeOf(recipe, subject),
    frame: { origin: subject.checkpoints[row]!, directions: [], buffers: subject.buffers[row]! },
    sets: [{ set, samples: firstOf(subject.sets[set], count) }],
    spots: [{ a: 0, b: 0 }],
  };
}

/** The gradient as a file, of unit length, so that its coordinate is a distance; refused where there is none. */
export function gradientFile(gradient: Float64Array, { centre, loss, samples }: SliceRecipe, { id, manifest }: Pick<Subject, 'id' | 'manifest'>): Parsed<VectorFile> {
  const title = manifest.checkpoints.find((each) => each.id === centre)?.title ?? centre;
  const norm = normOf(gradient);
  if (!Number.isFinite(norm)) return refused(`the gradient at ${title} is not finite: choose another centre or another loss`);
  if (norm === 0) return refused(`the gradient at ${title} is zero, so it points nowhere: choose another centre, or other samples`);
  const made = { by: 'gradient', checkpoint: centre, loss, samples: samples[0], norm };
  return parsed({ kind: 'direction', subject: id, title: `gradient at ${title}`.slice(0, 120), made, values: Float32Array.from(gradient, (value) => value / norm) });
}
