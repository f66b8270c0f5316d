/**
 * What lending costs with one volunteer: the same tiles on the bare engine, and through the whole path of server and headless volunteer, one
 * thread each, taking turns in one run.
 *
 * The network is the spiral classifier on all its samples: a tile takes some tens of milliseconds, so that what every tile costs besides shows. Bare: from
 * the first tile handed to the pool to the last result. Whole: from placing the slice to the last tile kept on disk and told to a page.
 */
import { loadBuiltin } from '#client/subjects.ts';
import { createEvaluatorPool, type EvaluatorPool } from '#client/evaluatorPool.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { tileKey, tilesOf, tilingOf } from '#lib/work/tile.ts';
import { nodeWorkers } from '#scripts/volunteer/nodeWorkers.ts';
import { startBuiltServer } from '#bench/builtServer.ts';
import { median, type Figure } from '#bench/figures.ts';
import { openNodeVolunteer, threadsOf } from './nodeVolunteer.ts';
import { benchPlane, tileCount, watchSession } from './watcher.ts';

const NETWORK = 'spirals-tiny';
const SIDE = 257;
const ROUNDS = 5;
const LIMIT_MS = 120_000;

export async function benchOverhead(): Promise<readonly Figure[]> {
  const server = await startBuiltServer();
  const bare = createEvaluatorPool(nodeWorkers(threadsOf(1)), { wish: 'wasm', duty: 1 });
  try {
    const subject = await loadBuiltin(NETWORK, server.url);
    const session = await server.createSession();
    const watcher = await watchSession(server.url, session);
    const volunteer = await openNodeVolunteer(server.url, session, [subject], 1);

    const whole = async (recipe: SliceRecipe): Promise<number> => {
      const start = performance.now();
      const sliceId = await server.place(session, recipe);
      return (await watcher.complete(sliceId, tileCount(recipe, subject), LIMIT_MS)) - start;
    };

    // Once each, so that what is compiled is compiled, and the device is no newcomer.
    const first = benchPlane(subject, 1, SIDE);
    await bareMs(bare, subject, first);
    await whole(first);
    const rounds: { bare: number; whole: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const recipe = benchPlane(subject, 2 + round, SIDE);
      if (round % 2 === 0) {
        const own = await bareMs(bare, subject, recipe);
        rounds.push({ bare: own, whole: await whole(recipe) });
      } else {
        const through = await whole(recipe);
        rounds.push({ bare: await bareMs(bare, subject, recipe), whole: through });
      }
    }
    watcher.close();
    await volunteer.leave();
    const ratio = median(rounds.map((each) => each.whole / each.bare));
    const tiles = tileCount(first, subject);
    const perTile = median(rounds.map((each) => each.bare)) / tiles;
    return [
      {
        title: `one volunteer through the whole path against the bare engine, ${subject.manifest.title}: time more`,
        measured: ratio - 1,
        pass: 0.02,
        kind: 'percentage',
        detail: `medians of ${ROUNDS} turns: ${rounds.map((each) => `${each.whole.toFixed(0)}/${each.bare.toFixed(0)} ms`).join(', ')}; ${tiles} tiles of ${perTile.toFixed(1)} ms`,
      },
    ];
  } finally {
    bare.dispose();
    await server.end();
  }
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
