/** Evaluates the surfaces of a case on an engine, and compares loss and accuracy by the rules of the reference's README. */
import { createRandom } from '#lib/random.ts';
import { isClassification } from '#lib/network/loss.ts';
import type { ReferenceCase } from './caseFile.ts';
import type { Check } from './checks.ts';
import type { Engine, Sums } from './engines.ts';
import { surfacesOf, type Surface } from './surfaces.ts';

type Cell = { readonly column: number; readonly row: number };

const SAMPLE_SEED = 20;
/** Where no acc_ambiguous is given for a point, one sample may fall on the other side. */
const UNKNOWN_AMBIGUITY = 1;

/** @param points how many of each surface, centre and corners among them; all of them when undefined */
export async function checkSurfaces(found: ReferenceCase, engine: Engine, points: number | undefined): Promise<readonly Check[]> {
  const { tolerance } = found.description;
  const loss = Number(tolerance?.[engine.isDouble ? 'loss_float64_rel' : 'loss_float32_rel'] ?? (engine.isDouble ? 1e-9 : 2e-5));
  const floor = Number(tolerance?.denominator_floor ?? 0.01);
  const checks: Check[] = [];
  for (const surface of surfacesOf(found)) checks.push(...(await checkSurface(surface, engine, { points, loss, floor, ambiguous: found.ambiguous })));
  return checks;
}

export type SurfaceRules = {
  readonly points: number | undefined;
  /** Allowed difference of a loss, relative to the loss or `floor`, whichever is larger. */
  readonly loss: number;
  readonly floor: number;
  readonly ambiguous: ReferenceCase['ambiguous'];
};

/** Loss and accuracy of every set of one surface. */
export async function checkSurface(surface: Surface, engine: Engine, rules: SurfaceRules): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const cells = cellsOf(surface, rules.points);
  const sums = await engine.evaluate(
    surface.job,
    cells.map(({ column, row }) => ({ a: surface.x[column]!, b: surface.y?.[row] ?? 0 })),
  );
  for (const [index, { set, loss, accuracy }] of surface.expected.entries()) {
    const what = `${surface.tag}.${set}`;
    const { samples, lossSum } = sums[index]!;
    const errors = cells.map(({ column, row }, cell) => relative(lossSum[cell]! / samples, loss[surface.indexOf(column, row)]!, rules.floor));
    checks.push({ what: `${what} loss`, error: Math.max(...errors), tolerance: rules.loss, points: cells.length });
    if (accuracy && isClassification(surface.job.loss)) {
      const ambiguous = engine.isDouble ? null : rules.ambiguous(surface.tag, set);
      checks.push(checkAccuracy(what, surface, cells, sums[index]!, { loss, accuracy, isDouble: engine.isDouble, ambiguous }));
    }
  }
  return checks;
}

/** |a − b| / max(|b|, floor). Where no finite value is expected none may be given, and the other way round. */
function relative(value: number, expected: number, floor: number): number {
  if (!Number.isFinite(expected)) return Number.isFinite(value) ? Infinity : 0;
  return Number.isFinite(value) ? Math.abs(value - expected) / Math.max(Math.abs(expected), floor) : Infinity;
}

type Expected = {
  readonly loss: ArrayLike<number>;
  readonly accuracy: ArrayLike<number>;
  readonly isDouble: boolean;
  readonly ambiguous: readonly number[] | null;
};

/** Error and tolerance in samples: how far the count of correct answers is beyond what may be ambiguous. */
function checkAccuracy(what: string, surface: Surface, cells: readonly Cell[], { samples, correct }: Sums, expected: Expected): Check {
  let beyond = 0;
  for (const [cell, { column, row }] of cells.entries()) {
    const at = surface.indexOf(column, row);
    // Without a loss the peer's accuracy means nothing.
    if (!Number.isFinite(expected.loss[at]!)) continue;
    const stated = expected.ambiguous?.[at] ?? -1;
    const allowed = expected.isDouble ? 0 : stated < 0 ? UNKNOWN_AMBIGUITY : stated;
    const off = Math.abs(correct[cell]! - (expected.accuracy[at]! * samples) / 100);
    // Percentages are stored rounded, so a count comes back within rounding of a whole number.
    beyond = Math.max(beyond, Math.round(off) - allowed);
  }
  return { what: `${what} accuracy (samples beyond what may be ambiguous)`, error: beyond, tolerance: 0, points: 0 };
}

function cellsOf({ x, y }: Surface, points: number | undefined): readonly Cell[] {
  const [columns, rows] = [x.length, y?.length ?? 1];
  const all = Array.from({ length: columns * rows }, (_, index) => ({ column: index % columns, row: Math.floor(index / columns) }));
  if (points === undefined || points >= all.length) return all;
  const [right, top] = [columns - 1, rows - 1];
  const first: Cell[] = [
    { column: right >> 1, row: top >> 1 },
    { column: 0, row: 0 },
    { column: right, row: top },
    { column: right, row: 0 },
    { column: 0, row: top },
  ];
  const chosen = new Map(first.map((cell) => [cell.row * columns + cell.column, cell]));
  const random = createRandom(SAMPLE_SEED);
  while (chosen.size < points) {
    const cell = random.pick(all);
    chosen.set(cell.row * columns + cell.column, cell);
  }
  return [...chosen.values()].slice(0, points);
}
