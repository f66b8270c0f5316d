/**
 * Where pins' labels stand, so that none covers another or a checkpoint's name: on longer stems first,
 * as a bare sign where words have no room, and under its point where there is none above. Pure: pixels in, a choice per pin out.
 */
export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

export type PinPlace = {
  /** How many labels high the pin stands over its point: 0 is the usual stem. Below 0 it hangs under it: −1 on the usual stem. */
  readonly level: number;
  readonly side: 'left' | 'right';
  /** Whether only its sign is shown. */
  readonly isFolded: boolean;
};

export type PinToSpread = {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Where it stood before: kept while it fits, so that labels stay calm while the camera moves. */
  readonly before: PinPlace | undefined;
};

/** Where labels may be. */
export type PinRoom = { readonly width: number; readonly height: number; /** So far down something else lies over it. */ readonly top: number };

const STEM = 20;
const SIGN = 28;
/** From one level to the next. */
const LEVEL = 32;
const MOST_HANGING = 3;
const MOST_LEVELS = 8;
/** Width of a letter of a label, more or less, and the most that a label takes. */
const LETTER = 6.6;
const WIDEST = 152;
/** Below this width of a view words would cover the surface. */
const NARROW = 480;

/** Length of the stem of a pin that stands or hangs there, in pixels. */
export const stemOf = ({ level }: PinPlace): number => STEM + (level < 0 ? -1 - level : level) * LEVEL;

/** @param taken what pins keep clear of, such as the names of checkpoints */
export function spreadPins(pins: readonly PinToSpread[], taken: readonly Box[], room: PinRoom): ReadonlyMap<string, PinPlace> {
  const { width } = room;
  // The lowest on the screen is nearest to the eye and keeps the shortest stem.
  const sorted = pins.toSorted((one, other) => other.y - one.y || (one.id < other.id ? -1 : 1));
  const folded = new Set(width < NARROW ? pins.map(({ id }) => id) : []);
  for (;;) {
    const { places, crowded } = spreadOnce(sorted, folded, taken, room);
    const before = folded.size;
    // Where one finds no room, all around it give up their words.
    for (const { x } of crowded) for (const pin of pins) if (Math.abs(pin.x - x) < WIDEST + SIGN) folded.add(pin.id);
    if (folded.size === before) return places;
  }
}

function spreadOnce(pins: readonly PinToSpread[], folded: ReadonlySet<string>, taken: readonly Box[], room: PinRoom) {
  const { width } = room;
  const boxes = [...taken];
  const places = new Map<string, PinPlace>();
  const crowded: PinToSpread[] = [];
  for (const pin of pins) {
    const clear = candidatesFor(pin, folded.has(pin.id), width).find((each) => isClear(boxOf(pin, each), boxes, room));
    if (!clear) crowded.push(pin);
    const place = clear ?? { level: 0, side: sideOf(pin, width), isFolded: true };
    places.set(pin.id, place);
    boxes.push(boxOf(pin, place));
  }
  return { places, crowded };
}

const sideOf = ({ x }: PinToSpread, width: number): PinPlace['side'] => (x > width - 190 ? 'left' : 'right');

/** In the order of liking: words low, words higher, words under the point, then a bare sign. */
function candidatesFor(pin: PinToSpread, isFolded: boolean, width: number): readonly PinPlace[] {
  const near = sideOf(pin, width);
  const far = near === 'left' ? ('right' as const) : ('left' as const);
  const levels = Array.from({ length: MOST_LEVELS }, (_, level) => level);
  const hanging = Array.from({ length: MOST_HANGING }, (_, level) => -1 - level);
  const signs = [...levels, ...hanging].map((level) => ({ level, side: near, isFolded: true }));
  if (isFolded) return signs;
  const words: readonly PinPlace[] = [...levels.slice(0, MOST_LEVELS / 2), -1].flatMap((level) => [near, far].map((side) => ({ level, side, isFolded: false })));
  return [...(pin.before && !pin.before.isFolded ? [pin.before] : []), ...words, ...signs];
}

function boxOf({ x, y, text }: PinToSpread, { level, side, isFolded }: PinPlace): Box {
  const width = isFolded ? SIGN : SIGN + Math.min(WIDEST, text.length * LETTER + 12);
  const stem = stemOf({ level, side, isFolded });
  const bottom = level < 0 ? y + stem + SIGN : y - stem;
  return { left: side === 'right' ? x - SIGN / 2 : x + SIGN / 2 - width, right: side === 'right' ? x - SIGN / 2 + width : x + SIGN / 2, top: bottom - SIGN, bottom };
}

const isClear = (box: Box, taken: readonly Box[], { width, height, top }: PinRoom): boolean =>
  box.top >= top && box.bottom <= height && box.left >= 0 && box.right <= width && !taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
