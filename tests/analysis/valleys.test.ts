/** Merge trees against counting pieces of sublevel sets, low points, and the finest level that is complete. */
import { describe, expect, test } from 'vitest';
import { lowPoints } from '#lib/analysis/lowPoints.ts';
import { filledSurface, mergeTree, persistenceOf, simplifiedTree } from '#lib/analysis/mergeTree.ts';
import { persistenceNull, shuffledSurface, smoothSurface, type NullKind, type NullTest } from '#lib/analysis/persistenceNull.ts';
import { finestComplete, neighboursOf, type Neighbours, type SampledSurface } from '#lib/analysis/sampledSurface.ts';
import { surfaceRanks } from '#lib/analysis/surfaceRanks.ts';
import { createRandom } from '#lib/random.ts';
import { gridOf } from '#lib/slice/grid.ts';
import { sampledLine, sampledPlane, withValues } from './sampled.ts';

/** Pieces of {loss ≤ level}, by painting. */
function piecesBelow(surface: SampledSurface, level: number, neighbours: Neighbours): number {
  const isPainted = new Uint8Array(surface.values.length);
  const around = new Int32Array(8);
  let pieces = 0;
  for (let start = 0; start < surface.values.length; start++) {
    if (isPainted[start] || !(surface.values[start]! <= level) || surface.values[start] === -Infinity) continue;
    pieces++;
    const stack = [start];
    isPainted[start] = 1;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      for (const other of around.subarray(0, neighboursOf(surface, at, neighbours, around)).slice()) {
        if (isPainted[other] || !(surface.values[other]! <= level)) continue;
        isPainted[other] = 1;
        stack.push(other);
      }
    }
  }
  return pieces;
}

/** Few different heights, so that there are plateaus, and holes that are not finite. */
function rough(seed: number): SampledSurface {
  const random = createRandom(seed);
  return sampledPlane(() => (random.uniform() < 0.06 ? random.pick([NaN, Infinity]) : random.integer(9)), [0, 1, 9], [0, 1, 7]);
}

describe('merge trees', () => {
  test.each([4, 8] as const)('[O1] with %i neighbours, as many valleys are open at each level as its sublevel set has pieces', (neighbours) => {
    for (let seed = 0; seed < 40; seed++) {
      const surface = rough(seed);
      const { valleys } = mergeTree(surface, neighbours);
      for (let level = 0; level < 9; level++) {
        const open = valleys.filter(({ birth, death }) => birth <= level && (death === null || level < death));
        expect({ seed, level, open: open.length }).toEqual({ seed, level, open: piecesBelow(surface, level, neighbours) });
      }
    }
  });

  test('[O1] each valley names its bottom, its pass and the deeper valley behind it', () => {
    const line = sampledLine((a) => [3, 1, 4, 0, 5, 2, 6][a]!, [0, 6, 7]);
    expect(mergeTree(line, 8).valleys).toEqual([
      { birth: 0, bottom: 3, death: null, pass: null, into: null },
      { birth: 1, bottom: 1, death: 4, pass: 2, into: 3 },
      { birth: 2, bottom: 5, death: 5, pass: 4, into: 3 },
    ]);
  });

  test('[O2] filling the valleys that are left out leaves a surface with exactly the others', () => {
    for (let seed = 0; seed < 40; seed++) {
      const surface = rough(seed);
      const tree = mergeTree(surface, 8);
      for (const least of [1.5, 3.5]) {
        const simple = simplifiedTree(tree, least);
        const filled = filledSurface(surface, simple);
        expect(mergeTree(filled, 8).valleys.map(persistenceOf)).toEqual(simple.valleys.map(persistenceOf));
        for (const { into } of simple.valleys) if (into !== null) expect(simple.valleys.map(({ bottom }) => bottom)).toContain(into);
        for (const [at, value] of Array.from(filled.values).entries()) {
          const before = surface.values[at]!;
          // It rises only, and by less than the least that stays.
          if (Number.isFinite(before)) expect(value - before >= 0 && value - before < least).toBe(true);
          else expect(value).toBe(before);
        }
      }
    }
  });
});

describe('low points', () => {
  const TWO = (a: number, b: number): number => Math.min((a + 0.5) ** 2 + b * b, (a - 0.5) ** 2 + b * b + 0.04);

  test('[O3] two wells: where they are, how far one climbs between them, and how wide they are', () => {
    const [deep, shallow, ...rest] = lowPoints(sampledPlane(TWO, [-1, 1, 41], [-1, 1, 81]));
    expect(rest).toEqual([]);
    expect(deep).toMatchObject({ loss: 0, isAtLeast: true, isOnEdge: false, isBesideUnknown: false, width: { samples: 1, isCut: false } });
    expect(deep!.coordinates[0]).toBeCloseTo(-0.5, 12);
    expect(deep!.coordinates[1]).toBe(0);
    // The pass lies where both are equal: (a + 0.5)² = (a − 0.5)² + 0.04, a = 0.02; the sample beside it is a = 0.
    expect(shallow!.coordinates[0]).toBeCloseTo(0.5, 12);
    expect(shallow!.prominence).toBeCloseTo(0.25 - 0.04, 12);
    expect(shallow!.isAtLeast).toBe(false);
    // Its loss is 0.04, so everything within 0.004 above it: a disc of that radius squared, counted by hand.
    expect(shallow!.width).toEqual({ samples: countWithin(0.5, 0.004), area: expect.closeTo(countWithin(0.5, 0.004) * 0.05 * 0.025, 12), isCut: false });
    expect(lowPoints(sampledPlane(TWO, [-1, 1, 41], [-1, 1, 81]), { share: 0.2 })).toHaveLength(1);
  });

  const countWithin = (centre: number, square: number): number => {
    let count = 0;
    for (let column = 0; column < 41; column++) for (let row = 0; row < 81; row++) if ((-1 + column / 20 - centre) ** 2 + (-1 + row / 40) ** 2 <= square + 1e-12) count++;
    return count;
  };

  test('[O3] a flat bottom is one point in its middle; a flat step on a slope is none', () => {
    const flat = sampledLine((a) => Math.max(0, Math.abs(a) - 0.5), [-1, 1, 41]);
    expect(lowPoints(flat)).toEqual([expect.objectContaining({ column: 20, loss: 0 })]);
    const step = sampledLine((a) => (a < 0.3 ? a : Math.max(0.3, a - 0.4)), [0, 2, 41]);
    expect(lowPoints(step)).toEqual([expect.objectContaining({ column: 0, isOnEdge: true })]);
    expect(lowPoints(sampledPlane(() => 1, [0, 1, 5], [0, 1, 5]))).toEqual([expect.objectContaining({ column: 2, row: 2, prominence: 0 })]);
  });

  test('[O3] a loss that is not finite is no low point and hides none; the point beside it says so', () => {
    const bowl = sampledPlane((a, b) => a * a + b * b, [-1, 1, 21], [-1, 1, 21]);
    const [point, ...rest] = lowPoints(withValues(bowl, { [10 * 21 + 11]: NaN, 5: -Infinity, 7: Infinity }));
    expect(rest).toEqual([]);
    expect(point).toMatchObject({ column: 10, row: 10, isBesideUnknown: true });
    expect(lowPoints(withValues(bowl, Object.fromEntries(Array.from({ length: 441 }, (_, at) => [at, NaN]))))).toEqual([]);
  });

  test('[O3] at most twelve, the most prominent first', () => {
    const waves = sampledLine((a) => Math.cos(40 * Math.PI * a) + a * a, [-1, 1, 401]);
    const found = lowPoints(waves);
    expect(found).toHaveLength(12);
    for (const [index, point] of found.entries()) if (index > 1) expect(point.prominence).toBeLessThanOrEqual(found[index - 1]!.prominence);
    expect(lowPoints(waves, { most: 50 }).length).toBeGreaterThan(30);
  });
});

describe('the finest complete level', () => {
  const grid = gridOf([
    { min: 0, max: 1, count: 17 },
    { min: -1, max: 1, count: 33 },
  ]);
  const values = Float64Array.from({ length: 17 * 33 }, (_, at) => at);

  test('[O3] low points are looked for where nothing is estimated', () => {
    const whole = finestComplete(grid, values, () => true);
    expect(whole).toMatchObject({ columns: 17, rows: 33 });
    const coarse = finestComplete(grid, values, (at) => Math.floor(at / 17) % 4 === 0 && (at % 17) % 4 === 0);
    expect(coarse).toMatchObject({ columns: 5, rows: 9, axes: [{ min: 0, max: 1, count: 5 }, { min: -1, max: 1, count: 9 }] });
    expect(coarse!.values[6]).toBe(4 * 17 + 4);
    expect(finestComplete(grid, values, (at) => at !== 0)).toBeNull();
  });
});

describe('persistence against chance', () => {
  function tested(surface: SampledSurface, kind: NullKind, draws = 40): NullTest {
    const run = persistenceNull(surface, { kind, seed: 7, neighbours: 8, draws });
    let step = run.next();
    while (!step.done) step = run.next();
    return step.value;
  }

  test('[O9] long parallel valleys stand out of smooth surfaces with the same losses; smooth chance itself does not', () => {
    const valleys = sampledPlane((a, b) => Math.cos(5 * Math.PI * a) + 0.01 * a + 0.02 * b, [-1, 1, 33], [-1, 1, 33]);
    const found = tested(valleys, 'smooth');
    expect(found.smoothing).toBeGreaterThan(0.5);
    // Six valleys, two of them on the rim, of which the deepest has no persistence that is finite.
    expect(found.exceeding).toBe(5);
    expect(found.valleys[0]!.chance).toBeCloseTo(1 / 41, 12);
    const random = createRandom(5);
    let claims = 0;
    for (let turn = 0; turn < 20; turn++) {
      const field = smoothSurface(valleys, 3, random);
      if (tested(field, 'smooth', 19).exceeding > 0) claims++;
    }
    // At a chance of 0.05 one in twenty is expected; seven would be one in thousands.
    expect(claims).toBeLessThan(7);
  });

  test('[O9] a draw has the very same losses, what is not finite stays, and shuffled losses have many valleys', () => {
    const surface = withValues(sampledPlane((a, b) => a * a + b, [-1, 1, 15], [-1, 1, 15]), { 7: NaN, 40: Infinity });
    for (const drawn of [shuffledSurface(surface, createRandom(1)), smoothSurface(surface, 2, createRandom(1))]) {
      expect(Array.from(drawn.values).toSorted()).toEqual(Array.from(surface.values).toSorted());
      expect([drawn.values[7], drawn.values[40]]).toEqual([NaN, Infinity]);
    }
    const { counts, exceeding, smoothing } = tested(surface, 'shuffled', 10);
    expect(Math.min(...counts)).toBeGreaterThan(8);
    expect({ exceeding, smoothing }).toEqual({ exceeding: 0, smoothing: 0 });
    const run = persistenceNull(surface, { kind: 'shuffled', seed: 1, neighbours: 4 });
    run.next();
    expect(run.next(false)).toMatchObject({ done: true, value: { largest: [expect.any(Number)] } });
  });
});

describe('a surface of low rank', () => {
  test('[O15] is found at its rank, and what is left at a lower one is as the formula says', () => {
    const surface = sampledPlane((a, b) => a * a + b * b + Math.sin(3 * a) * b, [-1, 1, 21], [-1, 1, 15]);
    const { errors, singularValues, surface: rebuilt } = surfaceRanks(surface);
    expect(singularValues).toHaveLength(15);
    const left = (rank: number): number => Math.sqrt(Array.from(rebuilt(rank).values).reduce((sum, value, at) => sum + (value - surface.values[at]!) ** 2, 0));
    // a²·1 + 1·b² + sin 3a·b: three products.
    expect(left(3)).toBeLessThan(1e-12);
    for (const rank of [1, 2]) expect(left(rank)).toBeCloseTo(errors[rank - 1]!.frobenius, 12);
    expect(left(0)).toBeCloseTo(Math.hypot(...Array.from(surface.values)), 12);
    expect(() => surfaceRanks(withValues(surface, { 3: NaN }))).toThrow('1 of 315 losses');
  });
});
