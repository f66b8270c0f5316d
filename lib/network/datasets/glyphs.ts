/**
 * Glyphs: ten kinds of signs in 28×28 grey pixels, drawn as strokes.
 *
 * Every one is turned, slanted, stretched and moved, its corners stray, its pen differs in width and darkness; a stray stroke, a
 * smudge that hides a part, and noise come on top. What tells the classes apart is how strokes meet, not where ink is.
 */
import { circlePoint } from '#lib/circle.ts';
import type { Random } from '#lib/random.ts';
import { between, byteOf, drawFrame, type Frame } from './frame.ts';
import type { Generated, Generator } from './generated.ts';

const SIDE = 28;
const PIXELS = SIDE * SIDE;

type Point = readonly [number, number];
/** Strokes as corners in [−1, 1]², y downwards. */
type Glyph = readonly (readonly Point[])[];

const arc = (from: number, to: number, steps: number): readonly Point[] => {
  const out = new Float64Array(2);
  return Array.from({ length: steps + 1 }, (_, index): Point => {
    const turn = from + ((to - from) * index) / steps;
    circlePoint(out, turn - Math.floor(turn));
    return [0.85 * out[0]!, 0.85 * out[1]!];
  });
};

const GLYPHS: readonly Glyph[] = [
  // Corner, T, cross.
  [[[-0.7, -0.9], [-0.7, 0.8], [0.8, 0.8]]],
  [[[-0.85, -0.8], [0.85, -0.8]], [[0, -0.8], [0, 0.9]]],
  [[[-0.85, 0], [0.85, 0]], [[0, -0.85], [0, 0.85]]],
  // Z, and its mirror image.
  [[[-0.8, -0.8], [0.8, -0.8], [-0.8, 0.8], [0.8, 0.8]]],
  [[[0.8, -0.8], [-0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]]],
  // Triangle, square.
  [[[0, -0.85], [0.85, 0.75], [-0.85, 0.75], [0, -0.85]]],
  [[[-0.75, -0.75], [0.75, -0.75], [0.75, 0.75], [-0.75, 0.75], [-0.75, -0.75]]],
  // Ring, ring with a gap, ring with a tail.
  [arc(0, 1, 14)],
  [arc(0.12, 0.88, 12)],
  [arc(0, 1, 14), [[0.3, 0.3], [0.95, 0.95]]],
];

const PLACE = { turn: [-0.08, 0.08], scale: [6.5, 10.5], stretch: 0.25, shear: 0.3, centre: 13.5, shift: 4 } as const;
const WOBBLE = 0.09;
const PEN = [1.2, 2.8] as const;
const INK = [0.55, 1] as const;
const NOISE = 0.12;
const STRAY_SHARE = 0.5;
const SMUDGE_SHARE = 0.6;

function generate(random: Random, count: number): Generated {
  const inputs = new Uint8Array(count * PIXELS);
  const targets = new Float32Array(count);
  const ink = new Float64Array(PIXELS);
  for (let index = 0; index < count; index++) {
    const label = index % GLYPHS.length;
    targets[index] = label;
    draw(ink, random, GLYPHS[label]!);
    for (let pixel = 0; pixel < PIXELS; pixel++) inputs[index * PIXELS + pixel] = byteOf(ink[pixel]! + NOISE * random.normal());
  }
  return { count, inputs, targets };
}

function draw(ink: Float64Array, random: Random, glyph: Glyph): void {
  ink.fill(0);
  const frame = drawFrame(random, PLACE);
  const pen = between(random, PEN);
  const darkness = between(random, INK);
  for (const stroke of glyph) {
    const corners = stroke.map((point) => placed(frame, point, random));
    // A closed stroke stays closed.
    const isClosed = stroke.length > 2 && stroke[0]!.join() === stroke.at(-1)!.join();
    if (isClosed) corners[corners.length - 1] = corners[0]!;
    for (let index = 1; index < corners.length; index++) segment(ink, corners[index - 1]!, corners[index]!, pen, darkness);
  }
  if (random.uniform() < STRAY_SHARE) stray(ink, random, pen, darkness);
  if (random.uniform() < SMUDGE_SHARE) smudge(ink, random);
}

function placed({ a, b, c, d, dx, dy }: Frame, [x, y]: Point, random: Random): Point {
  const [u, v] = [x + WOBBLE * random.normal(), y + WOBBLE * random.normal()];
  return [a * u + b * v + dx, c * u + d * v + dy];
}

/** Darkens by the distance of each pixel to the segment; the edge is one pixel soft. */
function segment(ink: Float64Array, [x0, y0]: Point, [x1, y1]: Point, pen: number, darkness: number): void {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length));
      const [ex, ey] = [x - x0 - along * dx, y - y0 - along * dy];
      const cover = Math.min(1, Math.max(0, pen / 2 + 0.5 - Math.sqrt(ex * ex + ey * ey)));
      ink[y * SIDE + x] = Math.max(ink[y * SIDE + x]!, darkness * cover);
    }
  }
}

/** A short stroke that belongs to no glyph. */
function stray(ink: Float64Array, random: Random, pen: number, darkness: number): void {
  const from: Point = [between(random, [0, SIDE]), between(random, [0, SIDE])];
  const to: Point = [from[0] + between(random, [-7, 7]), from[1] + between(random, [-7, 7])];
  segment(ink, from, to, pen, darkness);
}

/** A rectangle of one grey hides what is under it. */
function smudge(ink: Float64Array, random: Random): void {
  const [width, height] = [4 + random.integer(5), 4 + random.integer(5)];
  const [left, top] = [random.integer(SIDE - width), random.integer(SIDE - height)];
  const grey = between(random, [0, 0.5]);
  for (let y = top; y < top + height; y++) ink.fill(grey, y * SIDE + left, y * SIDE + left + width);
}

export const glyphs: Generator = {
  name: 'glyphs',
  title: 'Glyphs, 28×28',
  summary: 'Ten kinds of signs drawn as strokes: turned, slanted, moved, smudged and noisy, so that only how strokes meet tells them apart.',
  input: [1, SIDE, SIDE],
  classes: GLYPHS.length,
  scale: '1/255',
  generate,
};
