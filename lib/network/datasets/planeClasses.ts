/** Points of the plane in two classes: circle, exclusive or, Gaussians, moons, and both sides of a sine. */
import { circlePoint } from '#lib/circle.ts';
import { planeOf, type Generator } from './generated.ts';

const NOISE = { circle: 0.06, moons: 0.1, sine: 0.08, gauss: 0.35 } as const;
/** Exclusive or: points keep this far from both axes. */
const XOR_MARGIN = 0.06;
const GAUSS_CENTRE = 0.45;
/** The boundary y = HEIGHT·sin(2π·WAVES·x). */
const SINE = { height: 0.5, waves: 0.9 } as const;

const shared = { input: [2], classes: 2, scale: null } as const;

export const circle: Generator = {
  ...shared,
  name: 'circle',
  title: 'Circle',
  summary: 'A disc, and a ring around it.',
  generate: planeOf(2, (random, label, out) => {
    // Uniform over the area: the square of the radius is uniform.
    const [inner, outer] = label === 0 ? [0, 0.5] : [0.65, 1];
    const radius = Math.sqrt(inner * inner + (outer * outer - inner * inner) * random.uniform());
    circlePoint(out, random.uniform());
    for (const axis of [0, 1]) out[axis] = out[axis]! * radius + NOISE.circle * random.normal();
  }),
};

export const xor: Generator = {
  ...shared,
  name: 'xor',
  title: 'Exclusive or',
  summary: 'Four squares in two classes, like the colours of a chessboard: neither coordinate alone says anything.',
  generate: planeOf(2, (random, label, out) => {
    const side = random.uniform() < 0.5 ? -1 : 1;
    const away = (): number => XOR_MARGIN + (1 - XOR_MARGIN) * random.uniform();
    out[0] = side * away();
    out[1] = (label === 0 ? side : -side) * away();
  }),
};

export const gauss: Generator = {
  ...shared,
  name: 'gauss',
  title: 'Two Gaussians',
  summary: 'Two round clouds that touch: a straight line is the best that anything can do.',
  generate: planeOf(2, (random, label, out) => {
    const centre = label === 0 ? -GAUSS_CENTRE : GAUSS_CENTRE;
    for (const axis of [0, 1]) out[axis] = centre + NOISE.gauss * random.normal();
  }),
};

export const moons: Generator = {
  ...shared,
  name: 'moons',
  title: 'Two moons',
  summary: 'Two half circles, each reaching into the other.',
  generate: planeOf(2, (random, label, out) => {
    circlePoint(out, random.uniform() / 2);
    const [x, y] = [out[0]!, out[1]!];
    // Unit half circles with the second shifted by (1, ½) and turned over, brought into [−1, 1].
    out[0] = ((label === 0 ? x : 1 - x) - 0.5) / 1.5 + NOISE.moons * random.normal();
    out[1] = ((label === 0 ? y : 0.5 - y) - 0.25) / 1.5 + NOISE.moons * random.normal();
  }),
};

export const sine: Generator = {
  ...shared,
  name: 'sine',
  title: 'Sine boundary',
  summary: 'Points above and below a sine curve.',
  generate: planeOf(2, (random, label, out) => {
    const x = 2 * random.uniform() - 1;
    const turn = SINE.waves * x;
    circlePoint(out, turn - Math.floor(turn));
    const boundary = SINE.height * out[1]!;
    // Uniform between the curve and the edge on its side, then strayed: some points end on the wrong side.
    const reach = label === 0 ? -1 - boundary : 1 - boundary;
    out[0] = x;
    out[1] = boundary + reach * random.uniform() + NOISE.sine * random.normal();
  }),
};
