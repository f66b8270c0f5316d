/**
 * How soon what a device returned counts as verified, to those who look: of a device that nobody knows, and of the same one on the next slice.
 *
 * From a tile's arrival at a page that only looks until its ledger says so. The spiral classifier is checked within milliseconds a point; of a dear
 * network a newcomer's points wait for the server's budget (docs/LENDING.md).
 */
import { sleep, startBuiltServer } from '#bench/builtServer.ts';
import type { Figure } from '#bench/figures.ts';
import type { TileKey } from '#lib/work/tile.ts';
import { inRoom, type Room } from './room.ts';
import { benchPlane, tileCount, type Watcher } from './watcher.ts';

const NETWORK = 'spirals-tiny';
const SIDE = 65;
const LIMIT_MS = 120_000;

export async function benchVerified(): Promise<readonly Figure[]> {
  const server = await startBuiltServer();
  try {
    return await inRoom(server, NETWORK, measure);
  } finally {
    await server.end();
  }
}

async function measure({ subject, watcher, compute }: Room): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const [index, whose] of ['a device that nobody knows', 'the same device, on the next slice'].entries()) {
    const recipe = benchPlane(subject, index + 1, SIDE);
    const { sliceId } = await compute(recipe);
    const tiles = tileCount(recipe, subject);
    const waits = await verifiedAfter(watcher, sliceId, tiles);
    figures.push({
      title: `until what it returned is verified, ${whose}: 95th percentile of tiles`,
      measured: waits[Math.floor(0.95 * waits.length)]! / 1000,
      kind: 'seconds',
      pass: 2,
      detail: `${tiles} tiles, ${SIDE * SIDE} points of ${subject.manifest.title}; median ${(waits[Math.floor(waits.length / 2)]! / 1000).toFixed(2)} s, slowest ${(waits.at(-1)! / 1000).toFixed(2)} s`,
    });
  }
  return figures;
}

/** Milliseconds of every tile, ascending. @throws where some are not verified in time */
async function verifiedAfter(watcher: Watcher, sliceId: string, tiles: number): Promise<readonly number[]> {
  const of = (): readonly TileKey[] => [...watcher.verified.keys()].filter((key) => key.startsWith(`${sliceId}/`));
  const limit = performance.now() + LIMIT_MS;
  while (of().length < tiles) {
    if (performance.now() > limit) throw new Error(`of ${tiles} tiles ${of().length} were verified within ${LIMIT_MS / 1000} s`);
    await sleep(20);
  }
  return of()
    .map((key) => Math.max(0, watcher.verified.get(key)! - watcher.tiles.get(key)!))
    .toSorted((one, other) => one - other);
}
