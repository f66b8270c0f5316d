import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spreadPins, stemOf, type Box, type PinPlace, type PinRoom, type PinToSpread } from '#components/landscape/spreadPins.ts';

const pin = (id: string, x: number, y: number, text = 'A quiet place', before?: PinPlace): PinToSpread => ({ id, x, y, text, before });

/** The round sign of a pin: what must never be covered. */
const signOf = ({ x, y }: PinToSpread, place: PinPlace): Box => {
  const bottom = place.level < 0 ? y + stemOf(place) + 28 : y - stemOf(place);
  return { left: x - 14, right: x + 14, top: bottom - 28, bottom };
};

const WIDE: PinRoom = { width: 1000, height: 800, top: 0 };

const meet = (one: Box, other: Box) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

describe('the labels of pins', () => {
  it('[pins] with room keep their words on the usual stem, to the left near the right edge', () => {
    const places = spreadPins([pin('a', 200, 400), pin('b', 600, 400), pin('c', 960, 400)], [], WIDE);
    expect([...places.values()]).toEqual([
      { level: 0, side: 'right', isFolded: false },
      { level: 0, side: 'right', isFolded: false },
      { level: 0, side: 'left', isFolded: false },
    ]);
  });

  it('[pins] at one point stand above each other, and clear of a name', () => {
    const name = { left: 300, right: 380, top: 360, bottom: 380 };
    const pins = [pin('a', 300, 400), pin('b', 302, 398)];
    const places = spreadPins(pins, [name], WIDE);
    const signs = pins.map((each) => signOf(each, places.get(each.id)!));
    expect(meet(signs[0]!, signs[1]!)).toBe(false);
    for (const sign of signs) expect(meet(sign, name)).toBe(false);
    expect([...places.values()].every(({ isFolded }) => !isFolded)).toBe(true);
  });

  it('[pins] show only their sign where a view is narrow', () => {
    expect(spreadPins([pin('a', 100, 300)], [], { ...WIDE, width: 420 }).get('a')).toMatchObject({ isFolded: true, level: 0 });
  });

  it('[pins] stay where they were while that is still free', () => {
    const before: PinPlace = { level: 2, side: 'left', isFolded: false };
    expect(spreadPins([pin('a', 400, 500, 'Calm', before)], [], WIDE).get('a')).toEqual(before);
  });

  it('[pins] hang under their points where there is no room above, and not under what lies over the view', () => {
    const room = { width: 1000, height: 400, top: 48 };
    const pins = [pin('a', 300, 60), pin('b', 304, 100), pin('c', 600, 390)];
    const places = spreadPins(pins, [], room);
    expect(['a', 'b', 'c'].map((id) => places.get(id)!.level)).toEqual([-1, 0, 0]);
    const signs = pins.map((each) => signOf(each, places.get(each.id)!));
    for (const { top, bottom } of signs) expect(top >= 48 && bottom <= 400).toBe(true);
    expect(meet(signs[0]!, signs[1]!)).toBe(false);
  });

  it('[pins] never cover each other’s signs while eight levels suffice', () => {
    const point = fc.record({ x: fc.integer({ min: 60, max: 900 }), y: fc.integer({ min: 420, max: 700 }) });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 30 }), (points, letters) => {
        const pins = points.map(({ x, y }, index) => pin(String(index), x, y, 'm'.repeat(letters)));
        const places = spreadPins(pins, [], WIDE);
        const signs = pins.map((each) => signOf(each, places.get(each.id)!));
        for (const [index, sign] of signs.entries()) for (const other of signs.slice(index + 1)) expect(meet(sign, other)).toBe(false);
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});
