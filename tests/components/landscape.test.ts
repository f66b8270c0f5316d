/** What drawing rests on: scales, the box, rays, keys, words, queues. The picture itself is looked at in the browser tests. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { colourBytes } from '#components/landscape/colourMaps.ts';
import { curveOf, unmeasuredBands } from '#components/landscape/curveShape.ts';
import { meshIndices, strideWithin } from '#components/landscape/heightFieldLayer.ts';
import { keyAction, stepped } from '#components/landscape/keys.ts';
import { lossScaleOf } from '#components/landscape/lossScale.ts';
import { checkpointWords, farthestOf, opacitiesOf, pinWords, whiskersOf } from '#components/landscape/marks.ts';
import { readoutSentence, readoutWords, surfaceSummary } from '#components/landscape/readoutWords.ts';
import { castRay, isHidden, nearestSample, planePointAt, sceneOf, xOf, yOf } from '#components/landscape/scene.ts';
import { piecesOf } from '#components/landscape/sceneLayers.ts';
import { watchRectangles } from '#components/landscape/surfaceSource.ts';
import { fittingZoom, orbitStateOf, roomsOf, withOrbit } from '#components/landscape/viewLayout.ts';
import { DEFAULT_CAMERA } from '#lib/session/camera.ts';
import { COLOUR_MAPS } from '#lib/session/look.ts';
import { gridOf } from '#lib/slice/grid.ts';
import type { Rectangle } from '#lib/work/estimate.ts';
import { createSurface } from '#lib/work/surface.ts';
import { pointsOf, tilesOf, type Point, type Tiling } from '#lib/work/tile.ts';

const direction = { kind: 'random', seed: 1, normalisation: 'filter', vectors: 'ignore' } as const;
const axis = (min: number, max: number, count: number) => ({ direction, min, max, count });
const plane = gridOf([axis(-1, 1, 65), axis(-0.5, 1.5, 33)]);

function surfaceOf(tiling: Tiling, lossAt: (point: Point) => number, upToLevel = Infinity, verified = true) {
  const surface = createSurface(tiling, ['train']);
  for (const tile of tilesOf(tiling)) {
    if (tile.level > upToLevel) continue;
    const points = pointsOf(tiling, tile);
    const sums = { set: 'train' as const, samples: 256, lossSum: Float64Array.from(points, (point) => 256 * lossAt(point)), correct: new Uint32Array(points.length).fill(149) };
    surface.insert(tile, { points: points.length, sets: [sums] }, verified);
  }
  return surface;
}

const tilingFor = (...axes: ReturnType<typeof axis>[]): Tiling => ({ sliceId: 'c'.repeat(32), grid: gridOf(axes), side: 8, pointCost: 1 });

describe('the path of training', () => {
  it('[drawing] ends at the rim: beyond it nothing was measured that it could lie on', () => {
    const scene = sceneOf(plane, 1);
    const mark = (a: number, b: number) => ({ id: `${a} ${b}`, title: '', epoch: null, a, b, distance: 0, captured: 1, onPlane: true });
    const marks = [mark(0, 0), mark(0.5, 0), mark(2.5, 0), mark(3, 1)];
    const pieces = piecesOf(scene, marks, marks.map(() => 1), () => 1, 'map');
    expect(pieces.map(({ places }) => [places[0]![0], places.at(-1)![0]])).toEqual([[xOf(scene, 0), xOf(scene, 0.5)], [xOf(scene, 0.5), expect.closeTo(xOf(scene, 1), 9)]]);
  });

  it('[drawing] follows the surface in steps as long as it bends: many over a long piece, one over a short one and on the map', () => {
    const scene = sceneOf(plane, 1);
    const mark = (a: number) => ({ id: `${a}`, title: '', epoch: null, a, b: 0, distance: 0, captured: 1, onPlane: true });
    const bowl = ({ a }: { a: number }) => 40 * a * a;
    const steps = (from: number, to: number, view: 'map' | '3d') => piecesOf(scene, [mark(from), mark(to)], [1, 1], bowl, view)[0]!.places;
    expect([steps(-1, 1, '3d').length, steps(0, 0.3, '3d').length, steps(0, 0.01, '3d').length, steps(-1, 1, 'map').length]).toEqual([25, 9, 2, 2]);
    // Straight between its places, it leaves the surface by less than it is lifted above it.
    for (const [from, to] of [[0, 0.3], [0.5, 0.8]] as const) {
      const places = steps(from, to, '3d');
      for (const [index, [x, , z]] of places.slice(1).entries()) {
        const [x0, , z0] = places[index]!;
        const middle = (((x + x0) / 2 / xOf(scene, 1)) * 1) ** 2 * 40;
        expect(Math.abs((z + z0) / 2 - middle - 0.35)).toBeLessThan(0.1);
      }
    }
  });
});

describe('the scale of losses', () => {
  it('[drawing] goes from 0 to 1, never backwards, and comes back to the same loss', () => {
    fc.assert(
      fc.property(fc.constantFrom('linear' as const, 'log' as const), fc.double({ min: 1e-6, max: 1e3, noNaN: true }), fc.double({ min: 1e-3, max: 1e3, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (kind, min, span, share) => {
        const scale = lossScaleOf(kind, { min, max: min + span });
        expect(scale.fraction(min)).toBeCloseTo(0, 6);
        expect(scale.fraction(min + span)).toBeCloseTo(1, 6);
        expect(scale.fraction(scale.lossAt(share))).toBeCloseTo(share, 5);
        for (const tick of scale.ticks(5)) expect(tick >= scale.min * 0.999 && tick <= scale.max * 1.001).toBe(true);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('[drawing] says so when a logarithm has no place for the losses', () => {
    expect(lossScaleOf('log', { min: -2, max: -1 })).toMatchObject({ kind: 'linear', note: expect.stringContaining('linear') });
    expect(lossScaleOf('log', { min: 0, max: 4 })).toMatchObject({ kind: 'log', note: expect.stringContaining('lower end') });
    expect(lossScaleOf('linear', { min: 2, max: 2 }).fraction(2)).toBeCloseTo(0.5);
  });
});

describe('the box of a plane', () => {
  it('[drawing] puts a point where it is read back, with β upwards', () => {
    const scene = sceneOf(plane, 1);
    expect(xOf(scene, 1)).toBeGreaterThan(xOf(scene, -1));
    expect(yOf(scene, 1.5)).toBeGreaterThan(yOf(scene, -0.5));
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -0.5, max: 1.5, noNaN: true }), (a, b) => {
        const point = planePointAt(scene, xOf(scene, a), yOf(scene, b))!;
        expect(point.a).toBeCloseTo(a, 9);
        expect(point.b).toBeCloseTo(b, 9);
      }),
      { seed: 4 },
    );
    expect(planePointAt(scene, 51, 0)).toBeNull();
    expect(nearestSample(plane, { a: 0.017, b: 0.02 })).toEqual({ a: 0.03125, b: 0 });
  });

  it('[drawing] a ray from above meets the surface over the point it was aimed at, and the floor where nothing is known', () => {
    const scene = sceneOf(plane, 1);
    const heightOver = ({ a, b }: { a: number; b: number }) => 8 + 5 * a * a + 3 * b;
    fc.assert(
      fc.property(fc.double({ min: -0.9, max: 0.9, noNaN: true }), fc.double({ min: -0.4, max: 1.4, noNaN: true }), (a, b) => {
        const [x, y, z] = [xOf(scene, a), yOf(scene, b), heightOver({ a, b })];
        const hit = castRay(scene, heightOver, [x + 8, y - 12, z + 160], [x - 8, y + 12, z - 160])!;
        expect(hit.a).toBeCloseTo(a, 2);
        expect(hit.b).toBeCloseTo(b, 2);
      }),
      { seed: 5 },
    );
    expect(castRay(scene, () => null, [0, 0, 100], [0, 0, -100])).toEqual({ a: 0, b: 0.5 });
    expect(castRay(scene, heightOver, [200, 0, 100], [200, 0, -100])).toBeNull();
  });

  it('[drawing] a point behind a hill is hidden, one before it is not', () => {
    const scene = sceneOf(plane, 1);
    const hill = ({ a }: { a: number }) => (Math.abs(a) < 0.1 ? 30 : 0);
    expect(isHidden(scene, hill, [xOf(scene, 0.5), 0, 0], [-200, 0, 40])).toBe(true);
    expect(isHidden(scene, hill, [xOf(scene, -0.5), 0, 0], [-200, 0, 40])).toBe(false);
  });
});

describe('the mesh', () => {
  it('[drawing] covers a grid that is not square with every vertex inside it, at any stride', () => {
    // The last is the map's: one rectangle.
    for (const [columns, rows, stride] of [[5, 9, 1], [65, 33, 4], [51, 7, 8], [65, 33, 64]] as const) {
      const { across, indices } = meshIndices(columns, rows, stride);
      const up = Math.ceil((rows - 1) / stride) + 1;
      expect(indices.length).toBe((across - 1) * (up - 1) * 6);
      expect(new Set(indices).size).toBe(across * up);
      expect(Math.max(...indices)).toBe(across * up - 1);
    }
    expect(strideWithin(1025, 3, 193)).toBe(8);
    expect(strideWithin(65, 65, 193)).toBe(1);
  });

  it('[drawing] has 256 opaque colours in every map, dark to bright', () => {
    for (const map of COLOUR_MAPS) {
      const bytes = colourBytes(map);
      const light = (step: number) => 0.299 * bytes[step * 4]! + 0.587 * bytes[step * 4 + 1]! + 0.114 * bytes[step * 4 + 2]!;
      expect(bytes).toHaveLength(1024);
      for (let step = 8; step < 256; step += 8) expect(light(step)).toBeGreaterThan(light(step - 8) - 1);
      expect(bytes[3]).toBe(255);
    }
  });
});

describe('cameras', () => {
  it('[drawing] are the same in windows of different sizes', () => {
    const scene = sceneOf(plane, 1);
    const camera = { ...DEFAULT_CAMERA, orbit: { azimuth: 40, elevation: 20, zoom: 1.5, target: [3, -4, 5] as const } };
    for (const [width, height] of [[1200, 800], [420, 800]] as const) {
      const [room] = roomsOf('3d', width, height);
      expect(withOrbit(camera, { ...orbitStateOf(camera, room!, scene) }, room!, scene).orbit).toEqual({ azimuth: 40, elevation: 20, zoom: expect.closeTo(1.5, 9), target: [3, -4, expect.closeTo(5, 9)] });
    }
    const [wide, narrow] = [roomsOf('both', 1200, 800), roomsOf('both', 420, 800)];
    expect(wide[1]).toMatchObject({ y: 0, height: 800 });
    expect(narrow[1]).toMatchObject({ x: 0, width: 420 });
    expect(fittingZoom(wide[0]!, scene)).toBeGreaterThan(fittingZoom(narrow[0]!, scene));
  });
});

describe('keys', () => {
  const key = (name: string, held: Partial<Record<'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey', boolean>> = {}) => ({ key: name, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...held });

  it('[drawing] move the crosshair by one sample, by ten with Shift, and never off the slice', () => {
    expect(stepped(plane, null, [1, 0], 1)).toEqual({ a: 0, b: 0 });
    expect(keyAction(key('ArrowRight'), plane, { a: 0, b: 0 }, DEFAULT_CAMERA)?.cursor).toEqual({ a: 0.03125, b: 0 });
    expect(keyAction(key('ArrowUp', { shiftKey: true }), plane, { a: 0, b: 0 }, DEFAULT_CAMERA)?.cursor).toEqual({ a: 0, b: 0.625 });
    expect(stepped(plane, { a: 1, b: 1.5 }, [1, 1], 10)).toEqual({ a: 1, b: 1.5 });
  });

  it('[drawing] turn, zoom, reset and change the view; the rest belongs to the page', () => {
    const { orbit } = DEFAULT_CAMERA;
    expect(keyAction(key('ArrowLeft', { altKey: true }), plane, null, DEFAULT_CAMERA)?.camera).toMatchObject({ orbit: { azimuth: orbit.azimuth + 6 } });
    expect(keyAction(key('+'), plane, null, DEFAULT_CAMERA)?.camera).toMatchObject({ orbit: { zoom: 0.25 }, map: { zoom: 0.25 } });
    expect(keyAction(key('0'), plane, null, DEFAULT_CAMERA)?.camera).toBe('reset');
    expect(keyAction(key('2'), plane, null, DEFAULT_CAMERA)?.camera).toMatchObject({ view: 'map' });
    expect(keyAction(key('z', { ctrlKey: true }), plane, null, DEFAULT_CAMERA)).toBeNull();
    expect(keyAction(key('Tab'), plane, null, DEFAULT_CAMERA)).toBeNull();
  });
});

describe('the read-out', () => {
  const tiling = tilingFor(axis(-1, 1, 33), axis(-1, 1, 33));
  const bowl = ({ a, b }: Point) => (a > 0.9 ? NaN : a * a + b * b);

  it('[drawing] tells measured, estimated, not a number and not measured apart', () => {
    const measured = readoutWords(surfaceOf(tiling, bowl), 'train', { a: 0.5, b: -0.25 }, true);
    expect(measured).toMatchObject({ value: '0.3125', accuracy: '58.2 %', state: 'measured, 256 samples, verified', kind: 'measured' });
    expect(readoutSentence(measured)).toBe('α 0.50, β −0.25: loss 0.3125, accuracy 58.2 %, measured, 256 samples, verified.');
    const coarse = surfaceOf(tiling, bowl, 0, false);
    expect(readoutWords(coarse, 'train', { a: 0.3125, b: 0.1 }, true)).toMatchObject({ value: expect.stringMatching(/^≈ 0\.1/), state: 'estimated from neighbours', accuracy: null });
    expect(readoutWords(surfaceOf(tiling, bowl), 'train', { a: 1, b: 0 }, true)).toMatchObject({ value: 'not a number', kind: 'notFinite', accuracy: null });
    expect(readoutSentence(readoutWords(createSurface(tiling, ['train']), 'train', { a: 0, b: 0 }, true))).toBe('α 0, β 0: not measured yet.');
    expect(readoutWords(surfaceOf(tiling, bowl), 'train', { a: 0.5, b: 0 }, false).accuracy).toBeNull();
  });

  it('[drawing] a convexity map reads what is drawn, both eigenvalues with their errors, and the loss', () => {
    const map = { ...tilingFor(axis(-1, 1, 3), axis(-1, 1, 3)), measure: { kind: 'convexity', parameters: 'all', tolerance: 1e-3, steps: 60 } as const };
    const surface = createSurface(map, ['train']);
    for (const tile of tilesOf(map)) {
      const points = pointsOf(map, tile).length;
      const each = (value: number) => new Float64Array(points).fill(value);
      const curvature = { min: each(-0.5), max: each(2), minError: each(1e-3), maxError: each(0), products: new Uint32Array(points).fill(40) };
      surface.insert(tile, { points, sets: [{ set: 'train', samples: 10, lossSum: each(3), correct: new Uint32Array(points), curvature }] }, false);
    }
    expect(readoutSentence(readoutWords(surface, 'train', { a: 0, b: 0 }, false))).toBe(
      'α 0, β 0: −λmin/λmax 0.25, λmin −0.5 ± 0.001, λmax 2, loss 0.3, measured, 10 samples, 40 products, not verified yet.',
    );
    expect(surfaceSummary(surface, 'train')).toMatch(/^Convexity over two directions, 3 by 3 points, all measured/);
  });

  it('[drawing] sums the picture up with its lowest and highest measured points', () => {
    expect(surfaceSummary(surfaceOf(tiling, bowl), 'train')).toBe(
      'Loss over two directions, 33 by 33 points, all measured. Lowest 0 at α 0, β 0. Highest 2 at α −1.00, β −1.00. 66 points are not finite.',
    );
    expect(surfaceSummary(createSurface(tiling, ['train']), 'train')).toBe('Loss over two directions, 33 by 33 points, 0 of 1,089 measured.');
  });
});

describe('marks', () => {
  it('[drawing] fade with their distance from the slice, and stay readable', () => {
    const mark = (distance: number, onPlane = false) => ({ id: `${distance}`, title: '', epoch: null, a: 0, b: 0, distance, captured: 0.25, onPlane });
    expect(opacitiesOf([mark(1e-7, true), mark(2), mark(4)])).toEqual([1, expect.closeTo(0.65), expect.closeTo(0.3)]);
    expect(opacitiesOf([])).toEqual([]);
    // Whiskers are in proportion to distance, the longest for the farthest, and none for what lies on the slice.
    expect(whiskersOf([mark(1e-7, true), mark(2), mark(4), mark(0.001)])).toEqual([0, 23, 46, 7]);
    expect(farthestOf([mark(9, true), mark(2)])).toBe(2);
    expect(checkpointWords({ ...mark(2), title: 'Epoch 3' }, 'outside this slice')).toBe('Epoch 3, 2 outside this slice; 25.0 % of its squared distance is captured');
    const pin = { id: 'p', kind: 'question', text: 'Why a bump?', author: 'Amber Otter', a: 0, b: 0, distance: 0.31 } as const;
    expect(pinWords(pin, String)).toBe('Question by Amber Otter: Why a bump? 0.31 outside this slice.');
    expect(pinWords({ ...pin, text: 'Flat', distance: null }, String)).toBe('Question by Amber Otter: Flat.');
  });
});

describe('a curve', () => {
  it('[drawing] breaks at losses that are not finite and hatches what was not measured', () => {
    const tiling = tilingFor(axis(-1, 1, 33));
    const whole = surfaceOf(tiling, ({ a }) => (a === 0 ? Infinity : a * a));
    const curve = curveOf(whole, 'train');
    expect(curve.runs.map((run) => run.length)).toEqual([16, 16]);
    expect(curve.notFinite).toEqual([0]);
    expect(unmeasuredBands(whole)).toEqual([]);
    const coarse = surfaceOf(tiling, ({ a }) => a * a, 0);
    expect(curveOf(coarse, 'train').runs.map((run) => run.length)).toEqual([33]);
    expect(curveOf(coarse, 'train').measured).toHaveLength(9);
    expect(unmeasuredBands(coarse)).toEqual([{ from: -1, to: 1 }]);
  });
});

describe('a queue of changes', () => {
  it('[drawing] begins with the whole grid and gives each change once; very many become the whole', () => {
    const listeners = new Set<(rectangle: Rectangle) => void>();
    const surface = createSurface(tilingFor(axis(-1, 1, 9), axis(-1, 1, 5)), ['train']);
    const queue = watchRectangles({ surface, subscribe: () => () => undefined, getSnapshot: () => 0, onRectangle: (listener) => (listeners.add(listener), () => listeners.delete(listener)) });
    const whole = { column: 0, row: 0, columns: 9, rows: 5 };
    const change = { column: 1, row: 2, columns: 3, rows: 1 };
    expect(queue.drain()).toEqual([whole]);
    for (const listener of listeners) listener(change);
    expect(queue.drain()).toEqual([change]);
    expect(queue.drain()).toEqual([]);
    for (let count = 0; count < 2000; count++) for (const listener of listeners) listener(change);
    const many = queue.drain();
    expect(many[0]).toEqual(whole);
    expect(many.length).toBeLessThan(513);
    queue.stop();
    expect(listeners.size).toBe(0);
  });
});
