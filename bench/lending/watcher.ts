/** A page that only looks: hears every tile of a session as it is kept, so that a benchmark knows when a slice is whole and whether a tile came twice. */
import * as decoding from 'lib0/decoding';
import { io, type Socket } from 'socket.io-client';
import * as Y from 'yjs';
import type { Subject } from '#lib/network/subject.ts';
import { entryOf, watchLedger } from '#lib/session/ledger.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { tilesOf, tilingOf, type TileKey } from '#lib/work/tile.ts';
import type { CreatedSession } from '#lib/wire/api.ts';
import { PROTOCOL_VERSION, type ClientToServer, type ServerToClient } from '#lib/wire/events.ts';
import { sleep } from '#bench/builtServer.ts';
import { sliceOfBench } from '#bench/subjectOfBench.ts';

export type Watcher = {
  /** When each tile came, in the order in which they did. */
  readonly tiles: ReadonlyMap<TileKey, number>;
  /** When each tile was last said to be verified. */
  readonly verified: ReadonlyMap<TileKey, number>;
  /** Tiles that came a second time. */
  readonly twice: () => number;
  readonly countOf: (sliceId: string) => number;
  /** Resolves to when the last tile of a slice came. @throws after `limitMs` */
  readonly complete: (sliceId: string, tiles: number, limitMs: number) => Promise<number>;
  readonly close: () => void;
};

const LOOK_MS = 5;

export async function watchSession(url: string, session: CreatedSession): Promise<Watcher> {
  const socket: Socket<ServerToClient, ClientToServer> = io(url, { auth: { version: PROTOCOL_VERSION, session: session.id, key: session.key, token: null, clientId: null }, transports: ['websocket'], forceNew: true });
  const tiles = new Map<TileKey, number>();
  let twice = 0;
  socket.on('tile', (tile) => {
    if (tiles.has(tile)) twice++;
    else tiles.set(tile, performance.now());
  });
  const ledger = new Y.Doc();
  const verified = new Map<TileKey, number>();
  watchLedger(ledger, (keys) => {
    for (const key of keys) if (entryOf(ledger, key)?.isVerified && !verified.has(key)) verified.set(key, performance.now());
  });
  socket.on('sync', (channel, bytes) => {
    if (channel !== 'ledger') return;
    const decoder = decoding.createDecoder(new Uint8Array(bytes));
    decoding.readVarUint(decoder);
    Y.applyUpdate(ledger, decoding.readVarUint8Array(decoder));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('welcome', () => resolve());
    socket.once('connect_error', reject);
  });
  const of = (sliceId: string): readonly number[] => [...tiles].flatMap(([key, at]) => (key.startsWith(`${sliceId}/`) ? [at] : []));
  return {
    tiles,
    verified,
    twice: () => twice,
    countOf: (sliceId) => of(sliceId).length,
    async complete(sliceId, count, limitMs) {
      const limit = performance.now() + limitMs;
      for (;;) {
        const came = of(sliceId);
        if (came.length >= count) return Math.max(...came);
        if (performance.now() > limit) throw new Error(`of ${count} tiles ${came.length} came within ${Math.round(limitMs / 1000)} s`);
        await sleep(LOOK_MS);
      }
    },
    close: () => void socket.close(),
  };
}

export const tileCount = (recipe: SliceRecipe, { manifest }: Subject): number => tilesOf(tilingOf(recipe, manifest)).length;

/** A plane of its own for every seed. */
export const benchPlane = (subject: Subject, seed: number, count: number): SliceRecipe => sliceOfBench(subject, [2 * seed, 2 * seed + 1], count);
