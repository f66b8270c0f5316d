/**
 * Where an oblique plane stands in its volume, as people set it: a point and three angles.
 *
 *     [u v n] = Rz(turn) · Ry(tilt) · Rz(roll)        in the coordinates (α, β, γ)
 *
 * At zero it is the plane of α and β. Angles are degrees. Rule S15 in docs/SPEC.md.
 */
import { dotOf, type Cut, type Triple } from './cut.ts';

export type Pose = { readonly at: Triple; readonly turn: number; readonly tilt: number; readonly roll: number };

/** The plane of α and β through the centre. */
export const FLAT: Pose = { at: [0, 0, 0], turn: 0, tilt: 0, roll: 0 };

export type Basis = { readonly u: Triple; readonly v: Triple; readonly n: Triple };

const DEGREE = Math.PI / 180;
/** So that a right angle is one: the same pose has the same numbers, and with them the same slice id. */
const rounded = (value: number): number => Number(value.toFixed(12)) || 0;

/** In degrees, to nine digits after the point: what is left of numbers with twelve. */
const angle = (radians: number): number => Number((radians / DEGREE).toFixed(9)) || 0;

export function basisOf({ turn, tilt, roll }: Pick<Pose, 'turn' | 'tilt' | 'roll'>): Basis {
  const [ca, sa, cb, sb, cc, sc] = [turn, tilt, roll].flatMap((angle) => [Math.cos(angle * DEGREE), Math.sin(angle * DEGREE)]) as [number, number, number, number, number, number];
  const triple = (x: number, y: number, z: number): Triple => [rounded(x), rounded(y), rounded(z)];
  return {
    u: triple(ca * cb * cc - sa * sc, sa * cb * cc + ca * sc, -sb * cc),
    v: triple(-ca * cb * sc - sa * cc, -sa * cb * sc + ca * cc, sb * sc),
    n: triple(ca * sb, sa * sb, cb),
  };
}

export const cutAt = (pose: Pose, ranges: Cut['ranges']): Cut => {
  const { u, v } = basisOf(pose);
  return { at: [rounded(pose.at[0]), rounded(pose.at[1]), rounded(pose.at[2])], u, v, ranges };
};

/** The pose of a plane; turn and roll of a plane that is not tilted are one angle, which is then all turn. */
export function poseOf({ at, u, v }: Pick<Cut, 'at' | 'u' | 'v'>): Pose {
  const n = crossOf(u, v);
  const tilt = angle(Math.atan2(Math.hypot(n[0], n[1]), n[2]));
  if (Math.hypot(n[0], n[1]) < 1e-9) return { at, turn: angle(Math.atan2(u[1], u[0])), tilt, roll: 0 };
  return { at, turn: angle(Math.atan2(n[1], n[0])), tilt, roll: angle(Math.atan2(v[2], -u[2])) };
}

/** The pose turned by an angle about an axis of its own: u, v or its normal. */
export function turnedAbout(pose: Pose, axis: keyof Basis, degrees: number): Pose {
  const { u, v, n } = basisOf(pose);
  const [c, s] = [Math.cos(degrees * DEGREE), Math.sin(degrees * DEGREE)];
  const mix = (one: Triple, other: Triple): Triple => [c * one[0] + s * other[0], c * one[1] + s * other[1], c * one[2] + s * other[2]];
  const minus = ([x, y, z]: Triple): Triple => [-x, -y, -z];
  if (axis === 'n') return poseOf({ at: pose.at, u: mix(u, v), v: mix(v, minus(u)) });
  if (axis === 'u') return poseOf({ at: pose.at, u, v: mix(v, n) });
  return poseOf({ at: pose.at, u: mix(u, minus(n)), v });
}

/** The pose moved along one of its own axes. */
export function movedAlong(pose: Pose, axis: keyof Basis, distance: number): Pose {
  const along = basisOf(pose)[axis];
  return { ...pose, at: [rounded(pose.at[0] + distance * along[0]), rounded(pose.at[1] + distance * along[1]), rounded(pose.at[2] + distance * along[2])] };
}

/** The pose moved along its normal until it holds a point. */
export function through(pose: Pose, point: Triple): Pose {
  const { n } = basisOf(pose);
  return movedAlong(pose, 'n', dotOf(n, [point[0] - pose.at[0], point[1] - pose.at[1], point[2] - pose.at[2]]));
}

/** The next multiple of `step` in a direction: what ± does, and where a snapping angle comes to rest. */
export function stepped(angle: number, step: number, sign: -1 | 1): number {
  const next = sign > 0 ? Math.floor(angle / step + 1e-9) + 1 : Math.ceil(angle / step - 1e-9) - 1;
  return wrapped(next * step);
}

/** An angle in (−180, 180]. */
export const wrapped = (angle: number): number => {
  const turn = ((angle % 360) + 360) % 360;
  return rounded(turn > 180 ? turn - 360 : turn);
};

const crossOf = ([a, b, c]: Triple, [x, y, z]: Triple): Triple => [b * z - c * y, c * x - a * z, a * y - b * x];
