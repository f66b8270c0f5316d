/** Principal components of a trajectory: the three conventions in use, and vectors far longer than they are many. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { principalComponents } from '#lib/analysis/pca.ts';

const PATH = [[4, 0, 0], [2, 1, 0], [1, 0.5, 0.5], [0, 0, 0]].map((row) => Float64Array.from(row));

describe('principal components', () => {
  test.each([
    ['with the last point, centred, as the reference tool', PATH, true, [2.96115, 0.831697, 0.406045], [0.911003, 0.071867, 0.01713]],
    ['without it, not centred', PATH.slice(0, 3), false, [4.61787, 0.992374, 0.436428], [0.947766, 0.043769, 0.008465]],
    ['without it, centred', PATH.slice(0, 3), true, [2.232056, 0.592671, 0], [0.934139, 0.065861, 0]],
  ])('[analysis] a short path %s', (_title, rows, isCentred, singular, explained) => {
    const found = principalComponents(rows, 2, isCentred);
    for (let rank = 0; rank < 3; rank++) {
      expect(found.singularValues[rank]).toBeCloseTo(singular[rank]!, 6);
      expect(found.explained[rank]).toBeCloseTo(explained[rank]!, 5);
    }
  });

  test('[analysis] axes are of unit length, orthogonal, with their largest entry positive', () => {
    const random = createRandom(9);
    const rows = Array.from({ length: 6 }, () => Float64Array.from({ length: 5000 }, () => random.normal()));
    const { axes } = principalComponents(rows, 3, true);
    const dot = (one: Float64Array, other: Float64Array): number => one.reduce((sum, value, index) => sum + value * other[index]!, 0);
    for (const [i, one] of axes.entries()) {
      expect(Math.max(...one)).toBeGreaterThan(-Math.min(...one));
      for (const [j, other] of axes.entries()) expect(dot(one, other)).toBeCloseTo(i === j ? 1 : 0, 10);
    }
  });

  test('[analysis] points on one line give one axis, however many are asked for', () => {
    const rows = [1, 2, 5].map((factor) => Float64Array.of(factor, -2 * factor, 0));
    const { axes, explained } = principalComponents(rows, 3, true);
    expect(axes).toHaveLength(1);
    expect(axes[0]![1]).toBeCloseTo(2 / Math.sqrt(5), 10);
    expect(explained[0]).toBeCloseTo(1, 12);
  });
});
