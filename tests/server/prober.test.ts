/** The probing thread, run as it is shipped: bundled, in a thread of its own, and killed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDoor } from '#server/door.ts';
import { createInlineProber, createProberPool, createThreadProber } from '#server/prober.ts';
import { createManualClock } from '#tests/support/manualClock.ts';
import { silentLog } from '#tests/support/openedSession.ts';
import { lineSubject, planeRecipe, strayingSubject } from '#tests/support/subjects.ts';

const subjects = new Map([[lineSubject().id, lineSubject()]]);
const recipe = planeRecipe();
let folder: string;
let script: URL;

beforeAll(async () => {
  // Inside the project, so that packages are found.
  folder = await mkdtemp(fileURLToPath(new URL('../../node_modules/.tarn-thread-', import.meta.url)));
  await build({ entryPoints: [fileURLToPath(new URL('../../server/proberThread.ts', import.meta.url))], outfile: join(folder, 'thread.mjs'), bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  script = pathToFileURL(join(folder, 'thread.mjs'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('prober', () => {
  it('[V3] a thread says the same as computing here', async () => {
    const here = createInlineProber(subjects);
    const thread = createThreadProber(subjects, script, silentLog);
    const points = [[0, 0], [0.5, -1], [1, 1]] as const;
    const asked = await Promise.all(points.map(([a, b]) => thread.truthAt(recipe, a, b)));
    expect(asked).toEqual(await Promise.all(points.map(([a, b]) => here.truthAt(recipe, a, b))));
    expect(asked[0]![0]).toEqual({ set: 'train', samples: 8, lossSum: 0, lossSquares: 0, correct: 0 });
    const eigen = await thread.eigenAt(recipe, 'all');
    expect(eigen).toEqual(await here.eigenAt(recipe, 'all'));
    expect(eigen.map(({ quotient }) => quotient > 0)).toEqual([true, true]);
    await thread.close();
  });

  it('[U20] parts of analyses are recomputed in the thread too, from the file that the result names', async () => {
    const digest = 'd'.repeat(64);
    const source = async (wanted: string) => (wanted === digest ? Float32Array.of(0.01, -0.01) : undefined);
    const [here, thread] = [createInlineProber(subjects, source), createThreadProber(subjects, script, silentLog, source)];
    const { subject, samples: [samples], loss } = recipe;
    const point = { format: 1, subject, checkpoint: lineSubject().manifest.checkpoints[0]!.id, samples: samples!, loss } as const;
    const box = { kind: 'boxSharpness', ...point, epsilon: 0.1, starts: 1, steps: 2, seed: 1 } as const;
    const place = await thread.boxPlaceOf(box, digest);
    expect(place).toEqual(await here.boxPlaceOf(box, digest));
    expect([place!.there, place!.reach]).not.toContain(place!.loss);
    const trace = { kind: 'trace', ...point, parameters: 'all', probes: 2, seed: 1 } as const;
    const form = await thread.formOf(trace, 0, 1);
    expect(form).toEqual(await here.formOf(trace, 0, 1));
    expect(form.length).toBeCloseTo(Math.SQRT2, 12);
    await expect(thread.boxPlaceOf(box, 'f'.repeat(64))).rejects.toThrow('not at hand');
    await thread.close();
  });

  it('[V3] a thread is asked about one shard of a large dataset, and answers about that shard', async () => {
    const large = strayingSubject(1500, 4);
    const sharded = planeRecipe({ subject: large.id, samples: [{ set: 'train', count: 1500 }] });
    const thread = createThreadProber(new Map([[large.id, large]]), script, silentLog);
    const here = createInlineProber(new Map([[large.id, large]]));
    const asked = await Promise.all([0, 1, undefined].map((shard) => thread.truthAt(sharded, 0.5, -1, 0, shard)));
    expect(asked.map(([train]) => train!.samples)).toEqual([1024, 476, 1500]);
    expect(asked).toEqual(await Promise.all([0, 1, undefined].map((shard) => here.truthAt(sharded, 0.5, -1, 0, shard))));
    await thread.close();
  });

  it('[S6] a slice of vectors is computed from the files that the session keeps, and one without its file says which', async () => {
    const digest = 'e'.repeat(64);
    const asked: string[] = [];
    const source = async (wanted: string) => {
      asked.push(wanted);
      return wanted === digest ? Float32Array.of(0.5, -0.25) : undefined;
    };
    const [first] = recipe.axes;
    const along = (file: string) => planeRecipe({ axes: [{ ...first!, direction: { kind: 'vector', digest: file, title: 'PC1' } }, recipe.axes[1]!] });
    const here = createInlineProber(subjects, source);
    const thread = createThreadProber(subjects, script, silentLog, source);
    const found = await Promise.all([thread.truthAt(along(digest), 1, 0), thread.truthAt(recipe, 0.5, -1), thread.truthAt(along(digest), 0, 1)]);
    expect(found).toEqual(await Promise.all([here.truthAt(along(digest), 1, 0), here.truthAt(recipe, 0.5, -1), here.truthAt(along(digest), 0, 1)]));
    expect(found[0]![0]!.lossSum).toBeGreaterThan(0);
    expect(await thread.problemWith(along('f'.repeat(64)))).toMatch(/“PC1” is not here/);
    // The frame is kept: the file is read once for many points, by whoever keeps it.
    asked.length = 0;
    await thread.truthAt(along(digest), 0.25, 0.25);
    expect(asked).toEqual([]);
    await Promise.all([thread.close(), here.close()]);
  });

  it('[S8] a point of a volume has three coordinates', async () => {
    const thread = createThreadProber(subjects, script, silentLog);
    const third = { ...recipe.axes[0]!, direction: { kind: 'towards', checkpoint: 'initial', length: 'difference', orthogonal: false } } as const;
    // y = mx + b has two parameters: no three directions are a volume in it.
    expect(await thread.problemWith(planeRecipe({ axes: [...recipe.axes, third] }))).toMatch(/same line/);
    await thread.close();
  });

  it('[S4] says in words why a slice cannot be computed', async () => {
    const thread = createThreadProber(subjects, script, silentLog);
    const towards = { kind: 'towards', checkpoint: 'initial', length: 'difference', orthogonal: false } as const;
    const [first] = recipe.axes;
    const collinear = planeRecipe({ axes: [{ ...first!, direction: towards }, { ...first!, direction: { ...towards, length: 'unit' } }] });
    expect(await thread.problemWith(recipe)).toBeNull();
    expect(await thread.problemWith(collinear)).toMatch(/\w+ \w+/);
    await thread.close();
  });

  it('[V12] several threads share the questions, each given to the one that has least to do', async () => {
    const asked = [0, 0];
    let opened = 0;
    const release: (() => void)[] = [];
    const pool = createProberPool(2, () => {
      const which = opened++;
      const inline = createInlineProber(subjects);
      return {
        ...inline,
        truthAt: async (...point) => {
          asked[which]!++;
          await new Promise<void>((resolve) => void release.push(resolve));
          return inline.truthAt(...point);
        },
      };
    }, createDoor(() => createInlineProber(subjects), createManualClock()));
    expect(pool.width).toBe(2);
    const answers = Promise.all([0, 0.25, 0.5, 0.75].map((a) => pool.truthAt(recipe, a, 0)));
    expect(asked).toEqual([2, 2]);
    for (const resume of release) resume();
    expect(await answers).toEqual(await Promise.all([0, 0.25, 0.5, 0.75].map((a) => createInlineProber(subjects).truthAt(recipe, a, 0))));
    await pool.close();
  });

  it('[V16] whoever places a slice has an answer while a point is computed that takes as long as it likes', async () => {
    const flag = join(folder, 'released');
    const busy = join(folder, 'busy.mjs');
    // The thread says nothing and hears nothing until the point that it is at is done.
    await writeFile(
      busy,
      `import { existsSync } from 'node:fs';
       import { parentPort } from 'node:worker_threads';
       const pause = new Int32Array(new SharedArrayBuffer(4));
       parentPort.on('message', ({ job, asked }) => {
         while (asked.of === 'point' && !existsSync(${JSON.stringify(flag)})) Atomics.wait(pause, 0, 0, 5);
         parentPort.postMessage({ job, kind: 'found', found: asked.of === 'point' ? [] : null });
       });`,
    );
    const open = () => createThreadProber(subjects, pathToFileURL(busy), silentLog);
    const pool = createProberPool(1, open, createDoor(open, createManualClock()));
    const order: string[] = [];
    const point = pool.truthAt(recipe, 0, 0).then(() => order.push('point'));
    const door = pool.problemWith(recipe).then(() => order.push('door'));
    // Should nobody answer at the door, the point is let go in the end, and was first.
    const tooLong = setTimeout(() => void writeFile(flag, ''), 20_000);
    await Promise.race([door, point]);
    clearTimeout(tooLong);
    await writeFile(flag, '');
    await Promise.all([door, point]);
    expect(order).toEqual(['door', 'point']);
    await pool.close();
  }, 60_000);

  it('[V16] the thread at the door is begun with the first question, goes on while there are others, and is let go when none comes', async () => {
    const clock = createManualClock();
    const said: string[] = [];
    const answers: (() => void)[] = [];
    const door = createDoor(() => {
      said.push('begun');
      return { problemWith: () => new Promise<null>((resolve) => void answers.push(() => resolve(null))), close: async () => void said.push('let go') };
    }, clock);
    expect(said).toEqual([]);
    const first = door.problemWith(recipe);
    const second = door.problemWith(recipe);
    answers[0]!();
    await first;
    await clock.advance(3600_000);
    expect(said).toEqual(['begun']);
    answers[1]!();
    await second;
    await clock.advance(59_000);
    const third = door.problemWith(recipe);
    answers[2]!();
    await third;
    expect(said).toEqual(['begun']);
    await clock.advance(61_000);
    expect(said).toEqual(['begun', 'let go']);
    const fourth = door.problemWith(recipe);
    answers[3]!();
    await fourth;
    await door.close();
    expect(said).toEqual(['begun', 'let go', 'begun', 'let go']);
    await expect(door.problemWith(recipe)).rejects.toThrow('closed');
  });

  it('[V4] a thread that dies is replaced and asked again; a point that kills it twice is given up', async () => {
    const flag = join(folder, 'died');
    const dying = join(folder, 'dying.mjs');
    await writeFile(
      dying,
      `import { existsSync, writeFileSync } from 'node:fs';
       import { parentPort } from 'node:worker_threads';
       parentPort.on('message', ({ job, asked: { at } }) => {
         if (at[0] === 1 || !existsSync(${JSON.stringify(flag)})) { writeFileSync(${JSON.stringify(flag)}, ''); process.exit(1); }
         parentPort.postMessage({ job, kind: 'found', found: [] });
       });`,
    );
    const thread = createThreadProber(subjects, pathToFileURL(dying), silentLog);
    const outcomes = await Promise.allSettled([thread.truthAt(recipe, 0, 0), thread.truthAt(recipe, 1, 0), thread.truthAt(recipe, 0, 1)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await thread.close();
  });
});
