/** The convexity map of a case: both ends of the Hessian's spectrum and their ratio at every point of a grid, in float64. */
import { convexity, type Convexity } from '#lib/analysis/convexity.ts';
import { groupOf, restricted } from '#lib/analysis/parameterGroup.ts';
import { solve } from '#lib/analysis/productMethod.ts';
import { gradientAt, hessianAt } from '#lib/network/derivatives/derivatives.ts';
import { gathered, type ReferenceCase } from './caseFile.ts';
import type { Check } from './checks.ts';
import { differentiableOf, relativeToMax } from './hessianChecks.ts';

/** Well within what a case allows, so that the error that is measured is the method's. */
const SURE = 1e-9;
const GROUPS = [
  ['all', ''],
  ['matrices', '_matrices_only'],
] as const;

/** Arrays are [iy][ix]: the second direction comes first. */
export function checkConvexity(found: ReferenceCase, progress: (words: string) => void = () => {}): readonly Check[] {
  const { description, tensors } = found;
  const { subject, parameters, layout } = differentiableOf(found);
  const [dx, dy] = ['dx', 'dy'].map((name) => gathered(tensors, name, layout.tensors));
  const [x, y] = (['x', 'y'] as const).map((axis) => coordinatesOf(found, axis));
  const points = y!.flatMap((b) => x!.map((a) => parameters.map((value, index) => value + a * dx![index]! + b * dy![index]!)));
  const exact = Number(description.tolerance?.exact_rel_to_max_float64 ?? 1e-6);
  const ratioAllowed = Number(description.tolerance?.ratio_abs ?? 5e-3);
  const checks: Check[] = [];
  const add = (what: string, made: readonly number[], name: string, allowed: number, error = relativeToMax): void => {
    const expected = tensors.get(name)?.values;
    if (expected) checks.push({ what, error: error(made, expected), tolerance: allowed, points: expected.length });
  };
  const losses = points.map((theta) => gradientAt(subject, theta).loss);
  for (const [choice, suffix] of GROUPS) {
    const group = groupOf(layout, choice);
    const made = points.map((theta, index): Convexity => {
      progress(`${choice}: point ${index + 1} of ${points.length}`);
      return solve(convexity({ size: group.size, steps: group.size, start: { seed: 1 }, tolerance: SURE }), restricted(group, hessianAt(subject, theta)));
    });
    const of = (pick: (each: Convexity) => number): readonly number[] => made.map(pick);
    add(`greatest eigenvalue (${choice})`, of(({ max }) => max), `exact.max${suffix}`, exact, pointwise(made));
    add(`least eigenvalue (${choice})`, of(({ min }) => min), `exact.min${suffix}`, exact, pointwise(made));
    add(`ratio (${choice})`, of(({ ratio }) => ratio), `exact.ratio${suffix}`, exact, absolute);
    if (choice !== 'matrices') continue;
    // The peer's search for the least one ends at 1e-2, so all are held to what the ratio is.
    add("greatest eigenvalue beside the peer's", of(({ max }) => max), 'peer.max', ratioAllowed, pointwise(made));
    add("least eigenvalue beside the peer's", of(({ min }) => min), 'peer.min', ratioAllowed, pointwise(made));
    add("ratio beside the peer's", of(({ ratio }) => ratio), 'peer.ratio', ratioAllowed, absolute);
  }
  add('loss', losses, 'exact.loss', exact);
  return checks;
}

function coordinatesOf({ description, tensors }: ReferenceCase, axis: 'x' | 'y'): readonly number[] {
  const stored = tensors.get(axis)?.values;
  if (stored) return [...stored];
  const stated = description.grid?.[axis];
  if (!stated) throw new Error(`${description.id}: no coordinates for ${axis}`);
  const [min, max, count] = stated;
  return Array.from({ length: count }, (_, index) => (index === count - 1 ? max : min + index * ((max - min) / (count - 1))));
}

/** Largest error, each as a share of the largest eigenvalue at its own point. */
const pointwise =
  (made: readonly Convexity[]) =>
  (values: ArrayLike<number>, expected: ArrayLike<number>): number =>
    made.length === expected.length ? Math.max(...made.map(({ min, max }, index) => Math.abs(values[index]! - expected[index]!) / Math.max(Math.abs(min), Math.abs(max)))) : Infinity;

function absolute(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (values.length !== expected.length) return Infinity;
  return Math.max(...Array.from(values, (value, index) => Math.abs(value - expected[index]!)));
}
