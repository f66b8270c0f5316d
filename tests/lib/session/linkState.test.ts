import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LINK, readLink, writeLink, type LinkState } from '#lib/session/linkState.ts';
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
  pose: fc.option(fc.record({ at: fc.tuple(place, place, place), turn: thousandths(-180, 180), tilt: thousandths(-180, 180), roll: thousandths(-180, 180) })),
  overlays: fc.record({
    isBendShown: fc.boolean(),
    lows: fc.option(thousandths(0, 1)),
    section: fc.option(fc.record({ from: fc.record({ a: place, b: place }), to: fc.option(fc.record({ a: place, b: place })) })),
    isCutting: fc.constant(false),
    isTangentShown: fc.boolean(),
    isProofShown: fc.boolean(),
    isBarrierShown: fc.boolean(),
    replay: fc.option(thousandths(0, 1)),
  }),
  comparison: fc.record({
    panes: fc.uniqueArray(fc.record({ sliceId: fc.stringMatching(/^[0-9a-f]{32}$/), set: fc.constantFrom('train' as const, 'test' as const) }), { minLength: 1, maxLength: 3, selector: ({ sliceId, set }) => `${sliceId} ${set}` }),
    isScaleLocked: fc.boolean(),
    isCameraLocked: fc.boolean(),
    hasDifference: fc.boolean(),
    isBlinking: fc.boolean(),
  }),
});

describe('links', () => {
  it('[P1] any view reads back from its link', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(readLink(writeLink(state))).toEqual({ link: JSON.parse(JSON.stringify(state)), problems: [] });
      }),
      { seed: 11, numRuns: 1000 },
    );
  });

  it('[P1] the default view needs no link at all', () => {
    expect(writeLink(NO_LINK)).toBe('');
    // What a hand is doing, and how nothing is compared, are no part of a view.
    expect(writeLink({ ...NO_LINK, overlays: { ...NO_LINK.overlays, isCutting: true }, comparison: { ...NO_LINK.comparison, isBlinking: true } })).toBe('');
  });

  it('[P2] what cannot be read is left at its default, each part on its own, and said by its name', () => {
    const broken = '#key=abc&slice=nonsense&look={"colourMap":"rainbow"}&camera={&layer=first&pose=[]&overlays={"lows":7}&compare={"panes":[{"sliceId":"x","set":"all"}]}';
    const { link, problems } = readLink(broken);
    expect(link).toEqual({ ...NO_LINK, key: 'abc' });
    expect(problems.map(({ path }) => path)).toEqual(['slice', 'look.colourMap', 'camera', 'layer', 'pose', 'overlays.lows', 'compare.panes.0.sliceId', 'compare.panes.0.set']);
    for (const { message } of problems) expect(message).not.toBe('');
    const older = readLink('#look={"contours":false}');
    expect(older).toEqual({ link: { ...NO_LINK, look: { ...DEFAULT_LOOK, contours: false } }, problems: [] });
  });

  it('[P2] a pane that stands there twice, or a fourth one, is refused', () => {
    const pane = { sliceId: 'a'.repeat(32), set: 'train' };
    const panesOf = (panes: readonly unknown[]) => readLink(`#compare=${JSON.stringify({ panes })}`).problems;
    expect(panesOf([pane, pane])[0]!.message).toContain('twice');
    expect(panesOf(['a', 'b', 'c', 'd'].map((digit) => ({ ...pane, sliceId: digit.repeat(32) })))[0]!.message).toContain('at most 3');
    expect(panesOf([pane, { ...pane, set: 'test' }])).toEqual([]);
  });
});
