/** What a device was lent and has not begun: first in, first out, but urgent work goes before the rest. It computes nothing. */
import type { TileKey } from '#lib/work/tile.ts';
import type { LeaseOffer } from '#lib/wire/events.ts';

export type OfferQueue = {
  /** One that is in it already is not taken twice. */
  readonly add: (offer: LeaseOffer) => void;
  readonly remove: (tile: TileKey) => void;
  /** Takes the next one out, where there `isRoom` for it. */
  readonly next: (isRoom: boolean) => LeaseOffer | undefined;
  readonly size: () => number;
  /** Milliseconds that all of it is predicted to take on one worker. */
  readonly ms: () => number;
  readonly tiles: () => readonly TileKey[];
  readonly clear: () => void;
};

export function createOfferQueue(): OfferQueue {
  const waiting: LeaseOffer[] = [];
  return {
    add(offer) {
      if (waiting.some(({ tile }) => tile === offer.tile)) return;
      if (offer.isUrgent) waiting.splice(waiting.findLastIndex(({ isUrgent }) => isUrgent) + 1, 0, offer);
      else waiting.push(offer);
    },
    remove(tile) {
      const index = waiting.findIndex((offer) => offer.tile === tile);
      if (index >= 0) waiting.splice(index, 1);
    },
    next: (isRoom) => (isRoom ? waiting.shift() : undefined),
    size: () => waiting.length,
    ms: () => waiting.reduce((sum, { predictedMs }) => sum + predictedMs, 0),
    tiles: () => waiting.map(({ tile }) => tile),
    clear: () => void (waiting.length = 0),
  };
}
