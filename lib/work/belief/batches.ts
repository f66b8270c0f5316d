/**
 * Tiles that share their probes: those of one device that come one after another wait until their share amounts to a point,
 * which is then drawn from all of them. What is asked is the same share of points however small tiles are.
 *
 * It draws and notes what agreed; it asks nobody and judges nothing. Rule V3.
 */
import type { TileKey } from '#lib/work/tile.ts';
import type { Batch, HeldTile } from './heldTiles.ts';
import { drawPoints } from './probePlan.ts';

export class Batches {
  readonly #dice: () => number;
  /** By device: tiles that wait for their share of probes to amount to one, and how much it is. */
  readonly #gathering = new Map<string, { owed: number; tiles: HeldTile[] }>();

  constructor(dice: () => number) {
    this.#dice = dice;
  }

  /**
   * A tile joins those of its device that wait; the points drawn, by tile, once there are any.
   *
   * @param owed points that its device's standing asks for because of it, fractions included
   * @param isHeld whether a tile that joined earlier is still there
   */
  join(held: HeldTile, owed: number, isHeld: (tile: TileKey) => boolean): ReadonlyMap<HeldTile, readonly number[]> {
    const waiting = this.#gathering.get(held.device) ?? { owed: 0, tiles: [] };
    this.#gathering.set(held.device, waiting);
    waiting.owed += owed;
    waiting.tiles.push(held);
    const count = Math.floor(waiting.owed);
    const drawn = new Map<HeldTile, number[]>();
    if (count === 0) return drawn;
    waiting.owed -= count;
    const tiles = waiting.tiles.splice(0).filter(({ tile }) => isHeld(tile));
    const total = tiles.reduce((sum, { points }) => sum + points, 0);
    for (let at of drawPoints(total, Math.min(count, total), this.#dice)) {
      for (const each of tiles) {
        if (at < each.points) {
          drawn.set(each, [...(drawn.get(each) ?? []), at]);
          break;
        }
        at -= each.points;
      }
    }
    const batch: Batch = { tiles, waiting: new Map([...drawn].map(([each, indices]) => [each, new Set(indices)])) };
    for (const each of tiles) each.batch = batch;
    return drawn;
  }

  /** Points of a tile agreed; once all that were drawn from its batch did, its tiles are covered, and returned. */
  agreed(held: HeldTile, indices: readonly number[]): readonly HeldTile[] {
    const { batch } = held;
    const waiting = batch?.waiting.get(held);
    if (!batch || !waiting) return [];
    for (const index of indices) waiting.delete(index);
    if (waiting.size === 0) batch.waiting.delete(held);
    if (batch.waiting.size > 0) return [];
    for (const each of batch.tiles) {
      each.isCovered = true;
      each.batch = null;
    }
    return batch.tiles;
  }

  forget(device: string): void {
    this.#gathering.delete(device);
  }
}
