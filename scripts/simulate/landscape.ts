/**
 * The slices of a simulation: the production grid and tiles, over a surface that costs nothing to evaluate, so that every wrong point is counted.
 *
 * All slices share one grid, each has a surface of its own. It knows no devices beyond how each rounds.
 */
import { gridOf } from '#lib/slice/grid.ts';
import { severityOf, type Tolerance } from '#lib/work/belief/tolerance.ts';
import { pointsOf, tilesOf, type Tile, type Tiling } from '#lib/work/tile.ts';
import { attackOnTile, wrongValue } from './attacks.ts';
import { PURPOSE, type Draws } from './draws.ts';

/** A piecewise linear network. */
export const TOLERANCE: Tolerance = { absolute: 1e-6, relative: 2e-5 };

const SIDE_OF_COUNT = { small: 65, half: 129, full: 257 } as const;
export type SliceSize = keyof typeof SIDE_OF_COUNT;

/** The tiles that every slice of a run has. */
export class Geometry {
  readonly tiling: Tiling;
  readonly tiles: readonly Tile[];
  /** Of each tile: where its points begin in `column` and `row`. */
  readonly start: Int32Array;
  readonly column: Int16Array;
  readonly row: Int16Array;
  readonly points: number;
  readonly #count: number;

  /** @param side samples along each side of a tile @param pointCost units of work of one point */
  constructor(size: SliceSize, side: number, pointCost: number) {
    this.#count = SIDE_OF_COUNT[size];
    const axis = { min: -1, max: 1, count: this.#count };
    this.tiling = { sliceId: 'simulated', grid: gridOf([axis, axis]), side, pointCost };
    this.tiles = tilesOf(this.tiling);
    const points = this.tiles.map((tile) => pointsOf(this.tiling, tile));
    this.start = new Int32Array(this.tiles.length + 1);
    for (const [index, each] of points.entries()) this.start[index + 1] = this.start[index]! + each.length;
    const flat = points.flat();
    this.points = flat.length;
    this.column = Int16Array.from(flat, ({ column }) => column);
    this.row = Int16Array.from(flat, ({ row }) => row);
  }

  pointsIn(tile: number): number {
    return this.start[tile + 1]! - this.start[tile]!;
  }

  /** Of the i-th point of a tile, in −1 … 1. */
  coordinate(which: Int16Array, tile: number, index: number): number {
    return (2 * which[this.start[tile]! + index]!) / (this.#count - 1) - 1;
  }
}

/** Under which circumstances a tile was computed. */
export type Origin = { readonly device: number; readonly attack: number; readonly slice: number; readonly tile: number };

export class Landscape {
  readonly #geometry: Geometry;
  readonly #draws: Draws;

  constructor(geometry: Geometry, draws: Draws) {
    this.#geometry = geometry;
    this.#draws = draws;
  }

  truth(slice: number, tile: number, index: number): number {
    const a = this.#geometry.coordinate(this.#geometry.column, tile, index);
    const b = this.#geometry.coordinate(this.#geometry.row, tile, index);
    const steep = 1 + this.#draws.uniform(slice, PURPOSE.landscape, 0);
    const flat = 0.2 + this.#draws.uniform(slice, PURPOSE.landscape, 1);
    const bowl = steep * 6 * a * a + flat * 6 * b * b + 3 * (this.#draws.uniform(slice, PURPOSE.landscape, 2) - 0.5) * a * b;
    return 0.05 + bowl / (1 + 0.2 * bowl) + 0.1 * a * a * b * b * (1 - a) ** 2;
  }

  /** What a device returned at a point: the truth with the rounding of its kind, or what an attack made of it. */
  returned({ device, attack, slice, tile }: Origin, index: number): number {
    const truth = this.truth(slice, tile, index);
    const noise = 1 + 1e-7 * this.#draws.normal(device, PURPOSE.noise, (slice * 8191 + tile * 127 + index) | 0);
    if (attack === 0) return truth * noise;
    const geometry = this.#geometry;
    const points = geometry.pointsIn(tile);
    const far = (tile + geometry.tiles.length / 2) % geometry.tiles.length | 0;
    const value = wrongValue(attack, {
      device, slice, tile, index, points, truth,
      elsewhere: this.truth(slice, far, index % geometry.pointsIn(far)),
      distance: Math.max(Math.abs(geometry.coordinate(geometry.column, tile, index)), Math.abs(geometry.coordinate(geometry.row, tile, index))),
    }, this.#draws);
    return value === truth ? truth * noise : value;
  }

  /** How many tolerances a returned point is from the truth, as production judges it. */
  severity(origin: Origin, index: number): number {
    return severityOf(this.returned(origin, index), this.truth(origin.slice, origin.tile, index), TOLERANCE);
  }

  /** The points of a returned tile that are wrong. */
  wrongIn(origin: Origin): number {
    if (origin.attack === 0) return 0;
    let wrong = 0;
    for (let index = 0; index < this.#geometry.pointsIn(origin.tile); index++) if (!(this.severity(origin, index) <= 1)) wrong++;
    return wrong;
  }

  attackOn(attack: number, device: number, nth: number, slice: number, tile: number): number {
    return attack === 0 ? 0 : attackOnTile(attack, device, nth, slice, tile, this.#draws);
  }
}
