/**
 * The tiles that this device was lent: asked for, waiting, under way, given back.
 *
 * It says how many milliseconds of work there is room for, so that no worker waits for the network; what is urgent is pushed to it and goes
 * first, and what has not begun may be taken back. It does not know why lending is paused, nor what becomes of a result.
 */
import type { SamplePart, SubjectHere } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { tileOfKey, type Tile, type TileKey } from '#lib/work/tile.ts';
import type { LeaseOffer } from '#lib/wire/events.ts';
import type { LiveSocket } from './connection.ts';
import type { Evaluated, EvaluatorPool } from './evaluatorPool.ts';
import { createOfferQueue } from './offerQueue.ts';
import type { VectorMap } from './vectorShelf.ts';

const ANSWER_MS = 20_000;
/** How often to ask again when there was nothing to do, should a push have been missed. */
const ASK_AGAIN_MS = 4_000;
/** Work to hold beyond what runs, so that a quick device does not wait for the network: this and twice the way there and back. */
const AHEAD_MS = 50;
/** The way there and back, until it was measured. */
const ROUND_TRIP_MS = 100;
/** The server takes no request for more. */
const MOST_ASKED_MS = 60_000;
/** Each worker has so much posted to it that it need not wait for this thread, which may be drawing: one tile ahead, of small ones a few, of long ones none. */
const POSTED_MS = 20;
const MOST_AHEAD = 3;
const LONG_TILE_MS = 150;

/** What a tile is computed from: weights, vectors of files, and those samples that are kept in parts. */
export type Material = { readonly recipe: SliceRecipe; readonly subject: SubjectHere; readonly vectors: VectorMap; readonly parts?: readonly SamplePart[] };

/** What of a tile is needed, fetched where it is not here yet; null while its slice is not known. */
export type Lookup = (tile: Tile) => Promise<Material | null>;

export type LentWorkOptions = {
  readonly socket: LiveSocket;
  readonly lookup: Lookup;
  readonly pool: () => EvaluatorPool | null;
  /** Whether more may be asked for and begun. */
  readonly isAskable: () => boolean;
  /** What is under way or waits has changed. */
  readonly onChange: () => void;
  readonly onComputed: (offer: LeaseOffer, recipe: SliceRecipe, evaluated: Evaluated) => void;
  /** A tile could not be computed here; it was given back. */
  readonly onFailed: (message: string) => void;
};

export type LentWork = {
  readonly ask: () => void;
  readonly isIdle: () => boolean;
  readonly isRunning: () => boolean;
  /** What a tile takes here, lately; null before the first. */
  readonly tileMs: () => number | null;
  /** Gives back all it holds; what finishes all the same is returned. */
  readonly handBack: () => void;
  /** Gives back all it holds, and ends what runs. */
  readonly drop: () => void;
  /** Asks for nothing by itself until it is asked to. */
  readonly rest: () => void;
  readonly close: () => void;
};

export function createLentWork({ socket, lookup, pool, isAskable, onChange, onComputed, onFailed }: LentWorkOptions): LentWork {
  let abort = new AbortController();
  const waiting = createOfferQueue();
  const running = new Map<TileKey, { readonly offer: LeaseOffer; readonly abort: AbortController }>();
  let roundTripMs = ROUND_TRIP_MS;
  let isAsking = false;
  let tileMs: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const askLater = (): void => void (timer = setTimeout(() => void ask(), ASK_AGAIN_MS));

  async function ask(): Promise<void> {
    clearTimeout(timer);
    const size = pool()?.size ?? 0;
    if (size === 0 || !isAskable() || isAsking || !socket.connected) return;
    const roomMs = Math.ceil(AHEAD_MS + 2 * roundTripMs - waiting.ms() / size);
    if (roomMs < 1 && running.size + waiting.size() >= size) return;
    isAsking = true;
    let leases: readonly LeaseOffer[] = [];
    const asked = performance.now();
    try {
      leases = await socket.timeout(ANSWER_MS).emitWithAck('askForWork', Math.min(Math.max(roomMs, 1), MOST_ASKED_MS));
      roundTripMs = (roundTripMs + performance.now() - asked) / 2;
    } catch {
      // No answer: the timer below asks again, and a new connection does so at once.
    } finally {
      isAsking = false;
    }
    take(leases);
    if (!isAskable()) return;
    // The server is careful with who has many workers: it is asked until each of them has something to do.
    if (leases.length > 0 && running.size < (pool()?.size ?? 0)) void ask();
    // Nothing more is pushed to who was forgotten meanwhile, and nothing ends where nothing runs.
    if (leases.length === 0 || running.size === 0) askLater();
    onChange();
  }

  function take(offers: readonly LeaseOffer[]): void {
    // It was paused, stopped or asked to finish while they were on their way.
    if (!isAskable() && offers.length > 0) socket.emit('handBack', offers.map(({ tile }) => tile));
    if (!isAskable()) return;
    for (const offer of offers) if (!running.has(offer.tile)) waiting.add(offer);
    begin();
    onChange();
  }

  function begin(): void {
    const size = pool()?.size;
    if (size === undefined) return;
    const most = size * (1 + aheadOf(tileMs));
    for (let next = waiting.next(running.size < most); next; next = waiting.next(running.size < most)) void compute(next);
  }

  /** Leaves what others do now; what a worker has begun, only where nobody wants it any more. */
  function leave(tiles: readonly TileKey[], areUseless: boolean): void {
    const begun = new Set([...running.keys()].slice(0, pool()?.size ?? 0));
    for (const tile of tiles) {
      waiting.remove(tile);
      const posted = running.get(tile);
      if (!posted || (begun.has(tile) && !areUseless)) continue;
      running.delete(tile);
      posted.abort.abort();
    }
    begin();
    onChange();
    void ask();
  }

  async function compute(offer: LeaseOffer): Promise<void> {
    const own = { offer, abort: new AbortController() };
    running.set(offer.tile, own);
    const signal = AbortSignal.any([abort.signal, own.abort.signal]);
    let failed: string | null = null;
    try {
      const tile = tileOfKey(offer.tile);
      const job = tile && (await lookup(tile));
      signal.throwIfAborted();
      const workers = pool();
      if (!workers || !job) {
        socket.emit('handBack', [offer.tile]);
        // Not at once: it would be lent to us again before we know more.
        return askLater();
      }
      const evaluated = await workers.evaluate(job.recipe, job.subject, offer.tile, signal, job.vectors, job.parts);
      tileMs = tileMs === null ? evaluated.ms : (tileMs + evaluated.ms) / 2;
      onComputed(offer, job.recipe, evaluated);
    } catch (error) {
      if (signal.aborted) return;
      socket.emit('handBack', [offer.tile]);
      failed = error instanceof Error ? error.message : String(error);
    } finally {
      if (running.get(offer.tile) === own) running.delete(offer.tile);
      if (failed !== null) onFailed(failed);
      begin();
      onChange();
    }
    void ask();
  }

  function handBack(): void {
    const tiles = [...running.keys(), ...waiting.tiles()];
    if (tiles.length > 0) socket.emit('handBack', tiles);
  }

  socket.on('offerWork', take);
  socket.on('withdrawWork', leave);

  return {
    ask: () => void ask(),
    isIdle: () => running.size === 0 && waiting.size() === 0,
    isRunning: () => running.size > 0,
    tileMs: () => tileMs,
    handBack,
    drop() {
      clearTimeout(timer);
      abort.abort();
      abort = new AbortController();
      handBack();
      running.clear();
      waiting.clear();
      tileMs = null;
    },
    rest: () => clearTimeout(timer),
    close() {
      clearTimeout(timer);
      socket.off('offerWork', take);
      socket.off('withdrawWork', leave);
    },
  };
}

/** Tiles posted to a worker beyond the one that it computes, by what one takes; none before that is known. */
function aheadOf(tileMs: number | null): number {
  if (tileMs === null || tileMs > LONG_TILE_MS) return 0;
  return Math.min(MOST_AHEAD, Math.max(1, Math.floor(POSTED_MS / Math.max(tileMs, 1))));
}
