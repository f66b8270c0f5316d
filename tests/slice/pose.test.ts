/** Where an oblique plane stands: angles and axes belong together, and moving and turning do what they say. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { cutProblems, dotOf, type Triple } from '#lib/slice/cut.ts';
import { basisOf, cutAt, FLAT, movedAlong, poseOf, stepped, through, turnedAbout, wrapped, type Pose } from '#lib/slice/pose.ts';

const range = { min: -1, max: 1, count: 9 };
const random = createRandom(12);
const drawn = (): Pose => ({ at: [random.normal(), random.normal(), random.normal()], turn: random.uniform() * 360 - 180, tilt: random.uniform() * 180, roll: random.uniform() * 360 - 180 });
const poses = Array.from({ length: 200 }, drawn);
const close = (one: Triple, other: Triple) => Math.max(...one.map((value, index) => Math.abs(value - other[index]!)));

describe('the pose of an oblique plane', () => {
  it('[S15] any pose is a cut that can be placed, and is found again from it', () => {
    for (const pose of poses) {
      const cut = cutAt(pose, [range, range]);
      expect(cutProblems(cut, 3)).toEqual([]);
      const again = cutAt(poseOf(cut), [range, range]);
      expect(close(again.u, cut.u) + close(again.v, cut.v)).toBeLessThan(1e-9);
    }
    expect(basisOf(FLAT)).toEqual({ u: [1, 0, 0], v: [0, 1, 0], n: [0, 0, 1] });
    expect(basisOf({ turn: 0, tilt: 90, roll: 0 })).toEqual({ u: [0, 0, -1], v: [0, 1, 0], n: [1, 0, 0] });
    expect(poseOf(cutAt({ ...FLAT, turn: 30 }, [range, range]))).toEqual({ ...FLAT, turn: 30 });
  });

  it('[S15] turning about an axis of the plane leaves that axis where it is and turns the others by that angle', () => {
    for (const pose of poses.slice(0, 50)) {
      const before = basisOf(pose);
      for (const axis of ['u', 'v', 'n'] as const) {
        const after = basisOf(turnedAbout(pose, axis, 25));
        expect(close(after[axis], before[axis])).toBeLessThan(1e-9);
        for (const other of (['u', 'v', 'n'] as const).filter((each) => each !== axis)) expect(dotOf(after[other], before[other])).toBeCloseTo(Math.cos((25 * Math.PI) / 180), 9);
      }
    }
  });

  it('[S15] a plane is moved along its own axes, and through a point by no more than it has to', () => {
    for (const pose of poses.slice(0, 50)) {
      const point: Triple = [random.normal(), random.normal(), random.normal()];
      const moved = through(pose, point);
      const { u, v, n } = basisOf(moved);
      const off: Triple = [point[0] - moved.at[0], point[1] - moved.at[1], point[2] - moved.at[2]];
      expect(dotOf(off, n)).toBeCloseTo(0, 9);
      const step: Triple = [moved.at[0] - pose.at[0], moved.at[1] - pose.at[1], moved.at[2] - pose.at[2]];
      expect(Math.abs(dotOf(step, u)) + Math.abs(dotOf(step, v))).toBeLessThan(1e-9);
    }
    expect(movedAlong(FLAT, 'n', 0.25).at).toEqual([0, 0, 0.25]);
  });

  it('[S15] steps of 15° come to rest on multiples of it', () => {
    expect([stepped(0, 15, 1), stepped(7, 15, 1), stepped(7, 15, -1), stepped(15, 15, -1), stepped(-7, 15, -1), stepped(180, 15, 1)]).toEqual([15, 15, 0, 0, -15, -165]);
    expect([wrapped(360), wrapped(-180), wrapped(190)]).toEqual([0, 180, -170]);
  });
});
