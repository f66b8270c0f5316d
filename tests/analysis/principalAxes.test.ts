/** Axes of checkpoints as directions: lengths, signs and shares by golden values, the random walk, the fitting error. */
import { describe, expect, it } from 'vitest';
import { principalAxes } from '#lib/analysis/principalAxes.ts';
import { walkShares } from '#lib/analysis/randomWalk.ts';
import { createRandom } from '#lib/random.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';

const path = [[4, 0, 0], [2, 1, 0], [1, 0.5, 0.5], [0, 0, 0]].map((row) => Float32Array.from(row));
const origin = path.at(-1)!;

describe('principal axes of a path', () => {
  it('[S11] centred and uncentred rows explain what the reference values say', () => {
    const uncentred = principalAxes(path, origin, { method: 'components', count: 2, isCentred: false });
    for (const [rank, share] of [0.947766, 0.043769].entries()) expect(uncentred.explained[rank]).toBeCloseTo(share, 5);
    for (const [rank, value] of [4.61787, 0.992374].entries()) expect(uncentred.singularValues[rank]).toBeCloseTo(value, 5);
    const centred = principalAxes(path, origin, { method: 'components', count: 2, isCentred: true });
    for (const [rank, share] of [0.911003, 0.071867].entries()) expect(centred.explained[rank]).toBeCloseTo(share, 5);
  });

  it('[S11] the axes are of unit length and orthogonal, the largest entry of each positive', () => {
    const { axes } = principalAxes(path, origin, { method: 'components', count: 2, isCentred: false });
    for (const axis of axes) {
      expect(normOf(axis)).toBeCloseTo(1, 6);
      expect(Math.max(...axis)).toBe(Math.max(...axis.map(Math.abs)));
    }
    expect(dot(axes[0]!, axes[1]!)).toBeCloseTo(0, 6);
  });

  it('[S12] trajectory-informed axes are the same directions, as long as the weights they go through', () => {
    const middle = Float32Array.of(3, 4, 0);
    const rows = [[4, 4, 1], [2, 5, 0], [3, 4, 0], [3, 3, 2]].map((row) => Float32Array.from(row));
    const informed = principalAxes(rows, middle, { method: 'informed', count: 2, isCentred: false });
    const plain = principalAxes(rows, middle, { method: 'components', count: 2, isCentred: false });
    for (const [rank, axis] of informed.axes.entries()) {
      expect(normOf(axis)).toBeCloseTo(5, 5);
      expect(dot(axis, plain.axes[rank]!)).toBeCloseTo(5, 5);
    }
  });

  it('[S11] a path along one line has no second axis, and says so', () => {
    expect(() => principalAxes([Float32Array.of(1, 1), Float32Array.of(2, 2), Float32Array.of(0, 0)], Float32Array.of(0, 0), { method: 'components', count: 2, isCentred: false })).toThrow('span 1 axis, 2 are wanted');
  });

  it('[S13] a Gaussian random walk comes close to the share that is shown as its own', () => {
    const random = createRandom(9);
    const rows = [new Float32Array(4000)];
    for (let step = 1; step < 50; step++) rows.push(rows[step - 1]!.map((value) => value + random.normal()));
    const { explained } = principalAxes(rows, rows.at(-1)!, { method: 'components', count: 2, isCentred: true });
    expect(Math.abs(explained[0]! - walkShares(50, 1, 'mean')[0]!)).toBeLessThan(0.03);
  });
});
