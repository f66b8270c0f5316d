/** The convexity map of a case: both ends of the Hessian's spectrum and their ratio at every point of a grid, by an engine's own products. */
import { convexity, type Convexity } from '#lib/analysis/convexity.ts';
import { groupOf, restrictedLater } from '#lib/analysis/parameterGroup.ts';
import { solveStepwise } from '#lib/analysis/productMethod.ts';
import type { Layout } from '#lib/network/layout.ts';
import { gathered, type ReferenceCase } from './caseFile.ts';
import type { Check } from './checks.ts';
import type { Curvature, Engine } from './engines.ts';
import { differentiableOf, relativeToMax } from './hessianChecks.ts';

/** Well within what a case allows, so that the error that is measured is the method's: in float64, and where products are float32. */
const SURE = { double: 1e-9, single: 1e-6 } as const;
/** What eigenvalues from float32 products may be off, as a share of the largest: what docs/METHODS.md promises of a product. A case states it for float64 only. */
const SINGLE = 1e-5;
/** A ratio has the errors of both eigenvalues, and is larger than one where a point is strongly non-convex. */
const SINGLE_RATIO = 1e-4;
const GROUPS = [
  ['all', ''],
  ['matrices', '_matrices_only'],
] as const;

/**
 * Arrays are [iy][ix]: the second direction comes first.
 * @param most points of the map, spread over it; all when undefined
 */
export async function checkConvexity(found: ReferenceCase, engine: Engine, most?: number, progress: (words: string) => void = () => {}): Promise<readonly Check[]> {
  const { subject, parameters, layout } = differentiableOf(found);
  const curvature = await engine.curvature(subject, parameters);
  try {
    return await checksOf(found, parameters, layout, curvature, engine.isDouble, most, progress);
  } finally {
    await curvature.close();
  }
}

async function checksOf(
  found: ReferenceCase,
  parameters: Float64Array,
  layout: Layout,
  curvature: Curvature,
  isDouble: boolean,
  most: number | undefined,
  progress: (words: string) => void,
): Promise<readonly Check[]> {
  const { description, tensors } = found;
  const [dx, dy] = ['dx', 'dy'].map((name) => gathered(tensors, name, layout.tensors));
  const [x, y] = (['x', 'y'] as const).map((axis) => coordinatesOf(found, axis));
  const points = y!.flatMap((b) => x!.map((a) => parameters.map((value, index) => value + a * dx![index]! + b * dy![index]!)));
  const chosen = spreadOver(points.length, most);
  const stated = Number(description.tolerance?.exact_rel_to_max_float64 ?? 1e-6);
  const exact = isDouble ? stated : Math.max(stated, SINGLE);
  const ratioAllowed = Number(description.tolerance?.ratio_abs ?? 5e-3);
  const checks: Check[] = [];
  const add = (what: string, made: readonly number[], name: string, allowed: number, error = relativeToMax): void => {
    const expected = tensors.get(name)?.values;
    if (expected) checks.push({ what, error: error(made, chosen.map((index) => expected[index]!)), tolerance: allowed, points: made.length });
  };
  const losses: number[] = [];
  for (const index of chosen) {
    await curvature.moveTo(points[index]!);
    losses.push((await curvature.gradient()).loss);
  }
  for (const [choice, suffix] of GROUPS) {
    const group = groupOf(layout, choice);
    const made: Convexity[] = [];
    for (const index of chosen) {
      progress(`${choice}: point ${made.length + 1} of ${chosen.length}`);
      await curvature.moveTo(points[index]!);
      const method = convexity({ size: group.size, steps: group.size, start: { seed: 1 }, tolerance: isDouble ? SURE.double : SURE.single });
      made.push(await solveStepwise(method, restrictedLater(group, curvature.multiply)));
    }
    const of = (pick: (each: Convexity) => number): readonly number[] => made.map(pick);
    add(`greatest eigenvalue (${choice})`, of(({ max }) => max), `exact.max${suffix}`, exact, pointwise(made));
    add(`least eigenvalue (${choice})`, of(({ min }) => min), `exact.min${suffix}`, exact, pointwise(made));
    add(`ratio (${choice})`, of(({ ratio }) => ratio), `exact.ratio${suffix}`, isDouble ? exact : Math.min(ratioAllowed, SINGLE_RATIO), absolute);
    if (choice !== 'matrices') continue;
    // The peer's search for the least one ends at 1e-2, so all are held to what the ratio is.
    add("greatest eigenvalue beside the peer's", of(({ max }) => max), 'peer.max', ratioAllowed, pointwise(made));
    add("least eigenvalue beside the peer's", of(({ min }) => min), 'peer.min', ratioAllowed, pointwise(made));
    add("ratio beside the peer's", of(({ ratio }) => ratio), 'peer.ratio', ratioAllowed, absolute);
  }
  add('loss', losses, 'exact.loss', exact);
  return checks;
}

/** `most` indices from first to last, evenly; all where there are no more. */
function spreadOver(count: number, most = count): readonly number[] {
  const some = Math.min(count, most);
  return Array.from({ length: some }, (_, index) => (some === 1 ? Math.floor(count / 2) : Math.round((index * (count - 1)) / (some - 1))));
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
