/** A volume and the plane in it: surfaces of equal loss, handles, and a plane that is estimated at once and measured as tiles come. */
import { describe, expect, it } from 'vitest';
import { createSurfaceStore } from '#client/surfaceStore.ts';
import { createCutSource } from '#components/volume/cutSource.ts';
import { cubeOf, edgesOf, isInside, worldOf } from '#components/volume/cube.ts';
import { dragged, placeOfHandle } from '#components/volume/handles.ts';
import { isoSurface } from '#components/volume/isoSurface.ts';
import { pinLayerOf } from '#components/session/pinLayers.ts';
import { pointerSchema } from '#lib/session/pointer.ts';
import { placeOnCut, type Triple } from '#lib/slice/cut.ts';
import { coordinateOf, gridOf } from '#lib/slice/grid.ts';
import { basisOf, cutAt, FLAT, type Pose } from '#lib/slice/pose.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { FIELD } from '#lib/work/estimate.ts';
import { pointsOf, tileKey, tilesOf, type Point } from '#lib/work/tile.ts';
import { encodeTileResult } from '#lib/wire/tileCodec.ts';
import { digestOf } from '#lib/digest.ts';
import { MODAL_CNN } from '#tests/network/networks.ts';
import { subjectOf } from '#tests/slice/subjects.ts';
import { planeRecipe } from '#tests/support/subjects.ts';

const subject = subjectOf(MODAL_CNN, [new Float32Array(98)], { train: { count: 4, inputs: new Float32Array(128), targets: new Float32Array(4) } });
const random = (seed: number) => ({ kind: 'random', seed, normalisation: 'none', vectors: 'layer' }) as const;
const recipe: SliceRecipe = {
  ...planeRecipe({ subject: subject.id, samples: [{ set: 'train', count: 4 }], loss: 'crossEntropy', centre: 'w0' }),
  axes: [1, 2, 3].map((seed) => ({ direction: random(seed), min: -1, max: 1, count: 9 })),
};
const affine = ({ a, b, c }: Pick<Point, 'a' | 'b' | 'c'>) => 5 + a + 2 * b - c;
const range = { min: -1, max: 1, count: 9 };

function filledVolume() {
  const store = createSurfaceStore((work) => work());
  const whole = store.open(sliceIdOf(recipe), recipe, subject.manifest);
  for (const tile of tilesOf(whole.tiling)) {
    const points = pointsOf(whole.tiling, tile);
    const bytes = encodeTileResult({ points: points.length, sets: [{ set: 'train', samples: 4, lossSum: Float64Array.from(points, (point) => 4 * affine(point)), correct: new Uint32Array(points.length) }] });
    expect(store.insert(tileKey(tile), digestOf(bytes), bytes, false)).toBe(true);
  }
  return whole;
}

describe('a surface of equal loss', () => {
  it('[S16] lies where the loss has that value, and is a closed ball around a minimum', () => {
    const middle = 8;
    const distance = (x: number, y: number, z: number) => Math.hypot(x - middle, y - middle, z - middle);
    const { positions, normals } = isoSurface({ columns: 17, rows: 17, layers: 17, valueAt: distance }, 5);
    let area = 0;
    for (let at = 0; at < positions.length; at += 3) expect(Math.abs(distance(positions[at]!, positions[at + 1]!, positions[at + 2]!) - 5)).toBeLessThan(0.12);
    for (let at = 0; at < positions.length; at += 9) {
      const [a, b] = [1, 2].map((corner) => [0, 1, 2].map((axis) => positions[at + 3 * corner + axis]! - positions[at + axis]!)) as [number[], number[]];
      area += Math.hypot(a[1]! * b[2]! - a[2]! * b[1]!, a[2]! * b[0]! - a[0]! * b[2]!, a[0]! * b[1]! - a[1]! * b[0]!) / 2;
    }
    expect(area / (4 * Math.PI * 25)).toBeCloseTo(1, 1);
    expect(normals).toHaveLength(positions.length);
  });

  it('[S16] is not drawn through what is not known', () => {
    const { positions } = isoSurface({ columns: 3, rows: 3, layers: 3, valueAt: (x) => (x === 1 ? NaN : x) }, 0.5);
    expect(positions).toHaveLength(0);
  });
});

describe('the box', () => {
  it('[S16] has twelve edges, its middle at the origin, and keeps proportions within bounds', () => {
    const cube = cubeOf(gridOf([range, { ...range, min: -2, max: 2 }, { ...range, min: 0, max: 0.1 }]));
    expect(edgesOf(cube)).toHaveLength(12);
    expect(cube.sides).toEqual([50, 100, 40]);
    expect(worldOf(cube, [0, 0, 0.05])).toEqual([0, 0, 0]);
    expect([isInside(cube, [1, -2, 0]), isInside(cube, [1.01, 0, 0])]).toEqual([true, false]);
  });
});

describe('notes in a volume', () => {
  it('[J14] stand on the layer of their γ, are next to it on its neighbours, and nowhere on a plane', () => {
    // Nine layers from −1 to 1, a quarter apart; the one through the centre is number 4.
    expect(pinLayerOf(recipe, null, 0)).toEqual({ layer: 4, layersAway: 0 });
    expect(pinLayerOf(recipe, 5, 0.26)).toEqual({ layer: 5, layersAway: 0 });
    expect(pinLayerOf(recipe, 6, 0.26)).toEqual({ layer: 5, layersAway: 1 });
    expect(pinLayerOf(recipe, null, -0.75)).toEqual({ layer: 1, layersAway: 3 });
    expect(pinLayerOf(recipe, 8, 1.1).layersAway).toBe(0);
    expect(pinLayerOf(recipe, 8, 1.2).layersAway).toBe(Infinity);
    expect(pinLayerOf({ ...recipe, axes: recipe.axes.slice(0, 2) }, null, 5)).toEqual({ layer: null, layersAway: 0 });
    expect(pinLayerOf({ ...recipe, cut: cutAt(FLAT, [range, range]) }, null, 5)).toEqual({ layer: null, layersAway: 0 });
  });
});

describe('a plane that is moved', () => {
  it('[W11] is told like a pointer: any pose that one can set is heard, anything else is not', () => {
    const told = { slice: 'a'.repeat(32), at: null, plane: { ...FLAT, at: [0.1, -2, 0] as const, turn: -180, tilt: 45.5 } };
    expect(pointerSchema.safeParse(told)).toEqual({ success: true, data: told });
    expect(pointerSchema.safeParse({ slice: null, at: null }).success).toBe(true);
    for (const plane of [{ ...FLAT, turn: 1e9 }, { ...FLAT, at: [0, 0] }, { ...FLAT, at: [0, 0, 1e9] }, { ...FLAT, tilt: NaN }, { ...FLAT, more: 1 }, null]) {
      expect(pointerSchema.safeParse({ ...told, plane }).success).toBe(false);
    }
  });


  it('[S17] shows at once what the volume says there, marked as estimated, and nothing outside of it', () => {
    const pose: Pose = { at: [0.1, 0, -0.2], turn: 30, tilt: 45, roll: 15 };
    const cut = cutAt(pose, [range, range]);
    const plane = createCutSource(filledVolume(), subject.manifest, cut);
    const { values, states } = plane.surface.field('train');
    const [alpha, beta] = plane.surface.tiling.grid.axes;
    let known = 0;
    for (const [at, state] of states.entries()) {
      const [a, b, c] = placeOnCut(cut, coordinateOf(alpha!, at % 9), coordinateOf(beta!, Math.floor(at / 9)));
      const inside = [a, b, c].every((value) => Math.abs(value) <= 1);
      expect(state).toBe(inside ? FIELD.estimated : FIELD.unknown);
      if (inside) expect(Math.abs(values[at]! - affine({ a, b, c }))).toBeLessThan(1e-4);
      known += Number(inside);
    }
    expect(known).toBeGreaterThan(40);
  });

  it('[S17] tiles measured on it take the place of estimates; those of where it stood before do not', () => {
    const plane = createCutSource(filledVolume(), subject.manifest, cutAt(FLAT, [range, range]));
    const [tile] = tilesOf(plane.tiling);
    const points = pointsOf(plane.tiling, tile!);
    const result = { points: points.length, sets: [{ set: 'train' as const, samples: 4, lossSum: new Float64Array(points.length).fill(4 * 77), correct: new Uint32Array(points.length) }] };
    let heard = 0;
    plane.subscribe(() => heard++);
    plane.insert(tile!, result);
    expect([...plane.surface.field('train').values].filter((value) => value === 77)).toHaveLength(points.length);
    expect(heard).toBe(1);
    plane.setCut(cutAt({ ...FLAT, tilt: 15 }, [range, range]));
    plane.insert(tile!, result);
    expect([...plane.surface.field('train').values]).not.toContain(77);
  });

  it('[S17] a dragged middle moves it along its normal, a dragged end turns it and comes to rest on multiples of 15°', () => {
    // γ points up on the screen, α to the right, β away.
    const project = ([a, b, c]: Triple) => [100 * a + 30 * b, 30 * b - 100 * c] as const;
    expect(dragged(FLAT, 'centre', [0, -50], 1, project, 0).at[2]).toBeCloseTo(0.5, 9);
    const tilted = dragged(FLAT, 'u', [0, -100], 1, project, 15);
    expect(basisOf(tilted).u[2]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(tilted.tilt).toBeCloseTo(45, 6);
    expect(dragged(FLAT, 'u', [0, -20], 1, project, 15).tilt).toBeCloseTo(15, 6);
    expect(placeOfHandle(FLAT, 'v', 0.5)).toEqual([0, 0.5, 0]);
  });
});
