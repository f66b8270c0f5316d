/** What costs nothing: tolerances, stuck memory, and what the neighbours of a point say. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { ClassTolerances, severityOf, toleranceOf } from '#lib/work/belief/tolerance.ts';
import { Repeats } from '#lib/work/belief/repeats.ts';
import { Witness } from '#lib/work/belief/witness.ts';
import { pointsOf, tilesOf, tilingOf, type Point } from '#lib/work/tile.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const { network } = lineSubject().manifest;
const linear = toleranceOf(network);
const smooth = toleranceOf({ ...network, program: [...network.program, { op: 'tanh' }] });

describe('tolerance', () => {
  it.each([
    ['the same', 2, 2, true],
    ['rounding', 2 * (1 + 1.9e-5), 2, true],
    ['half precision', 2 * (1 + 2.7e-5), 2, false],
    ['a tiny loss within the floor', 9e-7, 0, true],
    ['a tiny loss beyond it', 2e-6, 0, false],
    ['neither a number', NaN, Infinity, true],
    ['a number where there is none', 2, NaN, false],
    ['none where there is a number', NaN, 2, false],
    ['infinite where float32 overflows', Infinity, 1e31, true],
  ])('[V3] %s', (_, returned, truth, agrees) => expect(severityOf(returned, truth, linear) <= 1).toBe(agrees));

  it('[V10] grows with functions that devices approximate and with what trusted devices show, never above 1e-4', () => {
    expect(linear.relative).toBe(2e-5);
    expect(smooth.relative).toBe(1e-4);
    const classes = new ClassTolerances();
    for (const [kind, difference] of [['exact', 1e-8], ['rough', 5e-6], ['half', 3e-4]] as const) {
      for (let count = 0; count < 300; count++) classes.note(kind, 1 + difference, 1);
    }
    expect(classes.of('exact', linear).relative).toBe(2e-6);
    expect(classes.of('rough', linear).relative).toBeCloseTo(4e-5, 8);
    expect(classes.of('half', linear).relative).toBe(1e-4);
    expect(classes.of('unknown', linear)).toBe(linear);
  });
});

describe('repeats', () => {
  const result = (losses: readonly number[]) => ({ points: losses.length, sets: [{ set: 'train' as const, samples: 8, lossSum: Float64Array.from(losses), correct: new Uint32Array(losses.length) }] });
  const eight = [1, 2, 3, 4, 5, 6, 7, 8];

  it('[V8] points at a stuck value, a repeated block and the numbers of another tile, and at nothing else', () => {
    const repeats = new Repeats();
    expect(repeats.check('a', result(eight))).toBeNull();
    expect(repeats.check('a', result(eight))).toBeNull();
    expect(repeats.check('b', result(eight))).toBe('replayed');
    expect(repeats.check('c', result(eight.map(() => 0.5)))).toBe('constant');
    expect(repeats.check('d', result([1, 2, 3, 4, 1, 2, 3, 4]))).toBe('repeated');
    expect(repeats.check('e', result(eight.map(() => NaN)))).toBeNull();
    expect(repeats.check('f', result(eight.map((loss) => loss + 1)))).toBeNull();
  });
});

describe('witness', () => {
  const tiling = tilingOf(planeRecipe({}, [129, 129]), lineSubject().manifest);
  const bowl = ({ a, b }: Point) => 1 + a * a + 2 * b * b;

  /** Looks at every tile; `change` distorts what one device returns. Gives what was pointed at, per device. */
  function show(change: (loss: number, tile: number, index: number) => number) {
    const witness = new Witness(tiling);
    const random = createRandom(3);
    const seen = { doubtful: 0, leaning: 0, points: 0, honestDoubtful: 0, honestLeaning: 0 };
    for (const [number, tile] of tilesOf(tiling).entries()) {
      const isLiar = tile.level > 1 && number % 5 === 0;
      const means = pointsOf(tiling, tile).map((point, index) => (isLiar ? change(bowl(point), number, index) : bowl(point) * (1 + 1e-7 * random.normal())));
      const { doubtful, isLeaning } = witness.look(tile, means, isLiar ? 'liar' : `device-${number % 3}`);
      seen[isLiar ? 'doubtful' : 'honestDoubtful'] += doubtful.length;
      seen[isLiar ? 'leaning' : 'honestLeaning'] += Number(isLeaning);
      if (isLiar) seen.points++;
    }
    return seen;
  }

  it('[V8] points at one value far out, and at none where all are right', () => {
    const right = show((loss) => loss);
    expect(right).toMatchObject({ doubtful: 0, honestDoubtful: 0, leaning: 0, honestLeaning: 0 });
    const one = show((loss, _, index) => (index === 3 ? loss * 1.5 : loss));
    expect(one.doubtful).toBeGreaterThanOrEqual(one.points - 1);
    expect(show((loss, _, index) => (index === 3 ? NaN : loss)).doubtful).toBeGreaterThan(0);
  });

  it('[V8] finds a device that is off by little everywhere, from the sum of its residuals', () => {
    expect(show((loss) => loss * 1.004).leaning).toBeGreaterThan(0);
  });
});
