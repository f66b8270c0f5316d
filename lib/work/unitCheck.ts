/** A part of a unit's result that the server can recompute cheaply, and what the truth would say of it. It computes nothing. Rule U20 in docs/SPEC.md. */
import type { BoxPlace } from '#lib/analysis/boxPlace.ts';
import type { EigenResidual } from '#lib/analysis/eigenResidual.ts';
import type { GroupChoice } from '#lib/analysis/parameterGroup.ts';
import type { QuadraticForm } from '#lib/analysis/quadraticForm.ts';
import type { BoxSharpnessRequest } from '#lib/analysis/requests/boxSharpness.ts';
import { fromJsonNumber, type JsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import type { ProbedRequest } from '#lib/analysis/requests/probes.ts';
import type { Axis, SliceRecipe } from '#lib/slice/recipe.ts';
import type { Truth } from './agreement.ts';

/** `disagreement` is null where the truth agrees, else what it says against the result. */
export type UnitCheck = {
  /** What was recomputed, in words, to stand beside the result. */
  readonly words: string;
} & (
  | { readonly of: 'point'; readonly recipe: SliceRecipe; readonly at: readonly [a: number, b: number]; readonly disagreement: (truths: readonly Truth[]) => string | null }
  /** The axes of the slice as eigenvectors of a group's Hessian at its centre. */
  | { readonly of: 'eigenvectors'; readonly recipe: SliceRecipe; readonly group: GroupChoice; readonly disagreement: (found: readonly EigenResidual[]) => string | null }
  /** The place to which the vector of a file leads, in the box of a request; null where the file is of no such network. */
  | { readonly of: 'boxPlace'; readonly request: BoxSharpnessRequest; readonly worst: string; readonly disagreement: (found: BoxPlace | null) => string | null }
  /** One random vector that the unit sent through the Hessian. */
  | { readonly of: 'form'; readonly request: ProbedRequest; readonly unit: number; readonly probe: number; readonly disagreement: (found: QuadraticForm) => string | null }
);

/** A loss computed in float64 twice differs by the order of its sums. */
export const SUM_TOLERANCE = 1e-8;

/** Whatever it is, the point at 0 is the checkpoint. */
export const ANY_AXIS: Axis = { direction: { kind: 'random', seed: 0, normalisation: 'none', vectors: 'layer' }, min: -1, max: 1, count: 3 };

export function isNear(said: JsonNumber, truth: number, tolerance: number): boolean {
  const value = fromJsonNumber(said);
  if (!Number.isFinite(truth) || !Number.isFinite(value)) return Object.is(value, truth);
  return Math.abs(value - truth) <= tolerance * Math.abs(truth) + 1e-12;
}
