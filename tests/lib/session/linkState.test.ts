import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CAMERA } from '#lib/session/camera.ts';
import { readLink, writeLink, type LinkState } from '#lib/session/linkState.ts';
import { COLOUR_MAPS, DEFAULT_LOOK, SCALES } from '#lib/session/look.ts';

const thousandths = (min: number, max: number) => fc.integer({ min: min * 1000, max: max * 1000 }).map((value) => value / 1000);
const place = thousandths(-500, 500);

const states: fc.Arbitrary<LinkState> = fc.record({
  key: fc.option(fc.string({ minLength: 1, maxLength: 40 })),
  slice: fc.option(fc.stringMatching(/^[0-9a-f]{32}$/)),
  look: fc.record({
    colourMap: fc.constantFrom(...COLOUR_MAPS),
    colourScale: fc.constantFrom(...SCALES),
    heightScale: fc.constantFrom(...SCALES),
    range: fc.oneof(fc.constant('auto' as const), fc.tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 1, max: 100 })).map(([min, span]) => ({ min, max: min + span }))),
    contours: fc.boolean(),
    contourCount: fc.integer({ min: 2, max: 40 }),
    exaggeration: thousandths(1, 5),
    set: fc.constantFrom('train' as const, 'test' as const),
  }),
  camera: fc.record({
    view: fc.constantFrom('3d' as const, 'map' as const, 'both' as const),
    orbit: fc.record({ azimuth: thousandths(-180, 180), elevation: thousandths(0, 90), zoom: thousandths(-2, 6), target: fc.tuple(place, place, place) }),
    map: fc.record({ zoom: thousandths(-2, 6), target: fc.tuple(place, place) }),
  }),
  layer: fc.option(fc.integer({ min: 0, max: 64 })),
});

describe('links', () => {
  it('[P1] any view reads back from its link', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(readLink(writeLink(state))).toEqual(JSON.parse(JSON.stringify(state)));
      }),
      { seed: 11, numRuns: 1000 },
    );
  });

  it('[P1] the default view needs no link at all', () => {
    expect(writeLink({ key: null, slice: null, look: DEFAULT_LOOK, camera: DEFAULT_CAMERA, layer: null })).toBe('');
  });

  it('[P2] what cannot be read is left at its default, each part on its own', () => {
    const broken = '#key=abc&slice=nonsense&look={"colourMap":"rainbow"}&camera={';
    expect(readLink(broken)).toEqual({ key: 'abc', slice: null, look: DEFAULT_LOOK, camera: DEFAULT_CAMERA, layer: null });
    const older = '#look={"contours":false}';
    expect(readLink(older).look).toEqual({ ...DEFAULT_LOOK, contours: false });
  });
});
