/**
 * What lending costs with one volunteer: the same tiles on the bare engine, and through the whole path of server and headless volunteer, one
 * thread each, taking turns in one run.
 *
 * Bare: from the first tile handed to the pool to the last result. Whole: from placing the slice to the last tile kept on disk and told to a page, with
 * server, volunteer and page on the same processors. The notebook's CNN has tiles of some tens of milliseconds, as most networks do; those of the
 * spiral classifier take two or three, so that what every tile costs besides shows: that row is for looking, and has no target.
 */
import { createEvaluatorPool, type EvaluatorPool } from '#client/evaluatorPool.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { tileKey, tilesOf, tilingOf } from '#lib/work/tile.ts';
import { nodeWorkers } from '#scripts/volunteer/nodeWorkers.ts';
import { LITTLE_TRUTH, startBuiltServer } from '#bench/builtServer.ts';
import { median, type Figure } from '#bench/figures.ts';
import { threadsOf } from './nodeVolunteer.ts';
import { inRoom, type Room } from './room.ts';
import { benchPlane, tileCount } from './watcher.ts';

const ROWS = [
  { network: 'seed-cnn', side: 41, rounds: 5, pass: 0.02 },
  { network: 'spirals-tiny', side: 257, rounds: 5, pass: null },
] as const;

type Row = (typeof ROWS)[number];

export async function benchOverhead(): Promise<readonly Figure[]> {
  const server = await startBuiltServer(LITTLE_TRUTH);
  const bare = createEvaluatorPool(nodeWorkers(threadsOf(1)), { wish: 'wasm', duty: 1 });
  try {
    const figures: Figure[] = [];
    for (const row of ROWS) figures.push(await inRoom(server, row.network, (room) => measure(room, bare, row)));
    return figures;
  } finally {
    bare.dispose();
    await server.end();
  }
}

async function measure({ subject, compute }: Room, bare: EvaluatorPool, { side, rounds, pass }: Row): Promise<Figure> {
  const planeOf = (seed: number): SliceRecipe => benchPlane(subject, seed, side);
  const tiles = tileCount(planeOf(1), subject);
  const placing: number[] = [];
  const whole = async (recipe: SliceRecipe): Promise<number> => {
    const { ms, placingMs } = await compute(recipe);
    placing.push(placingMs);
    return ms;
  };

  const turns: { bare: number; whole: number }[] = [];
  // Once each, so that what is compiled is compiled, and the device is no newcomer.
  await bareMs(bare, subject, planeOf(1));
  await whole(planeOf(1));
  for (let turn = 0; turn < rounds; turn++) {
    const recipe = planeOf(2 + turn);
    if (turn % 2 === 0) {
      const own = await bareMs(bare, subject, recipe);
      turns.push({ bare: own, whole: await whole(recipe) });
    } else {
      const through = await whole(recipe);
      turns.push({ bare: await bareMs(bare, subject, recipe), whole: through });
    }
  }
  const perTile = median(turns.map((each) => each.bare)) / tiles;
  return {
    title: `one volunteer through the whole path against the bare engine, ${subject.manifest.title}: time more`,
    measured: median(turns.map((each) => each.whole / each.bare)) - 1,
    kind: 'percentage',
    detail: `medians of ${rounds} turns: ${turns.map((each) => `${each.whole.toFixed(0)}/${each.bare.toFixed(0)} ms`).join(', ')}; ${tiles} tiles of ${perTile.toFixed(1)} ms; placing took ${median(placing).toFixed(0)} ms of it`,
    pass,
  };
}

/** Two tiles posted at once, as a volunteer posts them: the thread never waits for this one. */
async function bareMs(pool: EvaluatorPool, subject: Subject, recipe: SliceRecipe): Promise<number> {
  await pool.ready;
  const { signal } = new AbortController();
  const waiting = [...tilesOf(tilingOf(recipe, subject.manifest))];
  const start = performance.now();
  const work = async (): Promise<void> => {
    for (let tile = waiting.shift(); tile; tile = waiting.shift()) await pool.evaluate(recipe, subject, tileKey(tile), signal);
  };
  await Promise.all([work(), work()]);
  return performance.now() - start;
}
