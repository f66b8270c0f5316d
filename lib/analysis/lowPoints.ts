/**
 * The low points of a slice: samples that no neighbour lies below, with how far one must climb to get from each to a lower one.
 *
 * That climb is the topological prominence, the persistence of the valley (mergeTree.ts). A low point in a slice is no minimum of the
 * full loss until its gradient says so; nothing here says more than it sees. Rule O3 in docs/SPEC.md.
 */
import { LEAST_PROMINENCE } from './curveClass.ts';
import { mergeTree, type Valley } from './mergeTree.ts';
import { finiteRange, isOnEdge, neighboursOf, sampleAt, stepsOf, type Neighbours, type Sample, type SampledSurface } from './sampledSurface.ts';

export type LowPoint = Sample & {
  /** Climb to the lowest pass that leads lower. */
  readonly prominence: number;
  /** Whether the prominence is what the picture shows at least: nothing in it leads lower from here. */
  readonly isAtLeast: boolean;
  /** Whether it stands on the rim, so that the loss may fall further outside. */
  readonly isOnEdge: boolean;
  /** Whether a neighbour is not known or not finite. */
  readonly isBesideUnknown: boolean;
  readonly width: Width;
};

/** What hangs together with a low point and is at most 10 % above it. */
export type Width = {
  readonly samples: number;
  /** In units of α·β (of α on a line): each sample stands for one cell of the grid. */
  readonly area: number;
  /** Whether it goes on beyond the picture. */
  readonly isCut: boolean;
};

export type LowPointOptions = {
  /** Least prominence, as a share of the range of the finite losses; 0.01 where absent. */
  readonly share?: number;
  /** 12 where absent. */
  readonly most?: number;
  /** 8 where absent. */
  readonly neighbours?: Neighbours;
};

export const MOST_LOW_POINTS = 12;

/** How far above a low point the surface may be to count to its width, as a share of its loss. */
export const WIDTH_RISE = 0.1;

/** Most prominent first; of points whose prominence is open, the lowest. None where no loss is finite. */
export function lowPoints(surface: SampledSurface, { share = LEAST_PROMINENCE, most = MOST_LOW_POINTS, neighbours = 8 }: LowPointOptions = {}): readonly LowPoint[] {
  const range = finiteRange(surface);
  if (!range) return [];
  const prominenceOf = ({ birth, death }: Valley): number => (death ?? range.max) - birth;
  return mergeTree(surface, neighbours)
    .valleys.filter((valley) => prominenceOf(valley) >= share * (range.max - range.min))
    .slice(0, most)
    .map((valley) => {
      const floor = region(surface, valley.bottom, neighbours, valley.birth);
      const at = middleOf(surface, floor);
      return {
        ...sampleAt(surface, at),
        prominence: prominenceOf(valley),
        isAtLeast: valley.death === null,
        isOnEdge: floor.some((place) => isOnEdge(surface, place)),
        isBesideUnknown: floor.some((place) => touchesUnknown(surface, place, neighbours)),
        width: widthOf(surface, valley, neighbours),
      };
    });
}

function widthOf(surface: SampledSurface, { bottom, birth }: Valley, neighbours: Neighbours): Width {
  const within = region(surface, bottom, neighbours, birth + WIDTH_RISE * Math.abs(birth));
  const cell = stepsOf(surface).reduce((product, step) => product * step, 1);
  return { samples: within.length, area: within.length * cell, isCut: within.some((at) => isOnEdge(surface, at)) };
}

/** All samples that hang together with `start` without rising above `level`. */
function region(surface: SampledSurface, start: number, neighbours: Neighbours, level: number): readonly number[] {
  const isReached = new Uint8Array(surface.values.length);
  const around = new Int32Array(8);
  const reached = [start];
  isReached[start] = 1;
  for (let next = 0; next < reached.length; next++) {
    const count = neighboursOf(surface, reached[next]!, neighbours, around);
    for (let index = 0; index < count; index++) {
      const other = around[index]!;
      // A comparison with NaN is false.
      if (isReached[other] || !(surface.values[other]! <= level)) continue;
      isReached[other] = 1;
      reached.push(other);
    }
  }
  return reached;
}

/** Of a flat bottom, the sample nearest to its middle. */
function middleOf({ columns }: SampledSurface, places: readonly number[]): number {
  const mean = (of: (at: number) => number): number => places.reduce((sum, at) => sum + of(at), 0) / places.length;
  const [column, row] = [mean((at) => at % columns), mean((at) => Math.floor(at / columns))];
  const distance = (at: number): number => Math.hypot((at % columns) - column, Math.floor(at / columns) - row);
  return places.reduce((best, at) => (distance(at) < distance(best) ? at : best));
}

function touchesUnknown(surface: SampledSurface, at: number, neighbours: Neighbours): boolean {
  const around = new Int32Array(8);
  const count = neighboursOf(surface, at, neighbours, around);
  return around.subarray(0, count).some((other) => !Number.isFinite(surface.values[other]));
}
