/**
 * Colour shapes: 32×32 pixels in colour; five outlines, each filled with stripes or with a chessboard, make ten classes.
 *
 * Place, size, turn and all colours are drawn anew for every image, and both textures have equal shares of two colours, so no pixel
 * and no mean colour says anything: a network has to find edges, put them together, and look inside. Blobs in other colours,
 * a shaded ground and noise come on top.
 */
import type { Random } from '#lib/random.ts';
import { between, byteOf, drawFrame, inverseOf, type Frame } from './frame.ts';
import type { Generated, Generator } from './generated.ts';

const SIDE = 32;
const PIXELS = SIDE * SIDE;
/** Each pixel is looked at this often along both axes. */
const LOOKS = 3;

/** Whether a point of [−1, 1]² is inside. */
type Outline = (x: number, y: number) => boolean;

const OUTLINES: readonly Outline[] = [
  // Disc, square, triangle, cross, ring.
  (x, y) => x * x + y * y < 0.72,
  (x, y) => Math.abs(x) < 0.75 && Math.abs(y) < 0.75,
  (x, y) => y < 0.65 && y > 1.9 * Math.abs(x) - 1,
  (x, y) => (Math.abs(x) < 0.34 && Math.abs(y) < 0.98) || (Math.abs(y) < 0.34 && Math.abs(x) < 0.98),
  (x, y) => x * x + y * y < 0.9 && x * x + y * y > 0.24,
];
/** The two textures, as which of two colours stands at a point; `phase` moves them. */
const TEXTURES: readonly ((x: number, y: number, phase: number) => boolean)[] = [
  (x, _y, phase) => isOdd(STRIPES * x + phase),
  (x, y, phase) => isOdd(CHECKS * x + phase) !== isOdd(CHECKS * y + phase),
];
const STRIPES = 2.6;
const CHECKS = 1.8;
const isOdd = (value: number): boolean => value - 2 * Math.floor(value / 2) >= 1;

const CLASSES = OUTLINES.length * TEXTURES.length;
const PLACE = { turn: [0, 1], scale: [9.5, 14], stretch: 0.12, shear: 0.1, centre: 15.5, shift: 3.5 } as const;
const BLOB = { turn: [0, 1], scale: [1.5, 3.5], stretch: 0.4, shear: 0.2, centre: 15.5, shift: 15 } as const;
const MOST_BLOBS = 3;
const NOISE = 0.05;
/** Least distance of two colours of a figure, and of both from the ground, as the sum over the channels. */
const CONTRAST = 0.8;

type Colour = readonly [number, number, number];

function generate(random: Random, count: number): Generated {
  const inputs = new Uint8Array(count * 3 * PIXELS);
  const targets = new Float32Array(count);
  const image = new Float64Array(3 * PIXELS);
  for (let index = 0; index < count; index++) {
    const label = index % CLASSES;
    targets[index] = label;
    const outline = OUTLINES[label % OUTLINES.length]!;
    const texture = TEXTURES[Math.floor(label / OUTLINES.length)]!;
    draw(image, random, outline, texture);
    for (let at = 0; at < image.length; at++) inputs[index * image.length + at] = byteOf(image[at]! + NOISE * random.normal());
  }
  return { count, inputs, targets };
}

function draw(image: Float64Array, random: Random, outline: Outline, texture: (typeof TEXTURES)[number]): void {
  const ground = colour(random);
  shade(image, random, ground);
  const blobs = random.integer(MOST_BLOBS + 1);
  for (let blob = 0; blob < blobs; blob++) {
    const paint = colour(random);
    fill(image, drawFrame(random, BLOB), OUTLINES[0]!, () => paint);
  }
  const first = awayFrom(random, [ground]);
  const second = awayFrom(random, [ground, first]);
  const phase = 2 * random.uniform();
  fill(image, drawFrame(random, PLACE), outline, (x, y) => (texture(x, y, phase) ? first : second));
}

const colour = (random: Random): Colour => [random.uniform(), random.uniform(), random.uniform()];

function awayFrom(random: Random, others: readonly Colour[]): Colour {
  for (;;) {
    const drawn = colour(random);
    if (others.every((other) => drawn.reduce((sum, value, channel) => sum + Math.abs(value - other[channel]!), 0) >= CONTRAST)) return drawn;
  }
}

/** A ground that grows lighter or darker across the image. */
function shade(image: Float64Array, random: Random, ground: Colour): void {
  const [right, down] = [between(random, [-0.2, 0.2]), between(random, [-0.2, 0.2])];
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const [x, y] = [(pixel % SIDE) / SIDE - 0.5, Math.floor(pixel / SIDE) / SIDE - 0.5];
      image[channel * PIXELS + pixel] = ground[channel]! + right * x + down * y;
    }
  }
}

/** Paints what lies inside; pixels at the edge are mixed by how much of them does. */
function fill(image: Float64Array, frame: Frame, outline: Outline, paint: (x: number, y: number) => Colour): void {
  const { a, b, c, d, dx, dy } = inverseOf(frame);
  const sum = new Float64Array(3);
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    sum.fill(0);
    let inside = 0;
    for (let look = 0; look < LOOKS * LOOKS; look++) {
      const px = (pixel % SIDE) + ((look % LOOKS) + 0.5) / LOOKS - 0.5;
      const py = Math.floor(pixel / SIDE) + (Math.floor(look / LOOKS) + 0.5) / LOOKS - 0.5;
      const [x, y] = [a * px + b * py + dx, c * px + d * py + dy];
      if (!outline(x, y)) continue;
      inside++;
      const seen = paint(x, y);
      for (let channel = 0; channel < 3; channel++) sum[channel]! += seen[channel]!;
    }
    if (inside === 0) continue;
    const outside = LOOKS * LOOKS - inside;
    for (let channel = 0; channel < 3; channel++) {
      const at = channel * PIXELS + pixel;
      image[at] = (sum[channel]! + outside * image[at]!) / (LOOKS * LOOKS);
    }
  }
}

export const colourShapes: Generator = {
  name: 'colour-shapes',
  title: 'Colour shapes, 32×32',
  summary: 'Five outlines filled with stripes or a chessboard, in any colours, at any place, size and turn: a mean colour says nothing.',
  input: [3, SIDE, SIDE],
  classes: CLASSES,
  scale: '1/255',
  generate,
};
