/** The compute worker on WebGPU in a real browser: right numbers, no leaks, and no stale number when the device fails. */
import { expect } from '@playwright/test';
import { test } from './support/people.ts';
import type { Page } from 'playwright';
import { evaluateAt } from '#lib/network/forward.ts';
import { frameOf, parametersAt } from '#lib/slice/frame.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import { tileOfKey, tilingOf, pointsOf, type TileKey } from '#lib/work/tile.ts';
import { runInBrowser } from '#scripts/browserHarness.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const subject = lineSubject();
const recipe = planeRecipe();
const tile: TileKey = `${sliceIdOf(recipe)}/0/0/0`;

/** The subject as JSON: what crosses into the page is rebuilt there as arrays. */
const plain = JSON.stringify({ subject, recipe, tile }, (_, value: unknown) => (value instanceof Float32Array ? { floats: [...value] } : value));

const withEngine = <T>(use: (page: Page) => Promise<T>): Promise<T> =>
  runInBrowser('tests/pages/support/enginePage.ts', async (page) => {
    const started = await page.evaluate(() => window.tarnEngine!.start());
    expect(started).toMatchObject({ kind: 'started', report: { backend: 'webgpu' } });
    return use(page);
  });

const evaluate = (page: Page, job: number) =>
  page.evaluate(
    async ([text, number]) => {
      const revive = (_: string, value: unknown) => (typeof value === 'object' && value !== null && 'floats' in value ? Float32Array.from(value.floats as number[]) : value);
      const wanted = JSON.parse(text, revive);
      window.tarnEngine!.tell({ kind: 'subject', subject: wanted.subject });
      window.tarnEngine!.tell({ kind: 'evaluate', job: number, recipe: wanted.recipe, tile: wanted.tile });
      const answer = await window.tarnEngine!.answerTo(number);
      return answer.kind === 'evaluated' ? { ...answer, bytes: [...answer.bytes] } : answer;
    },
    [plain, job] as const,
  );

const onlyEvaluated = (answer: Awaited<ReturnType<typeof evaluate>>) => {
  if (answer.kind !== 'evaluated') throw new Error(JSON.stringify(answer));
  return answer;
};

test('[C1] a tile on WebGPU has the numbers of float64, and leaves no tensor behind', async () => {
  const answers = await withEngine(async (page) => [onlyEvaluated(await evaluate(page, 1)), onlyEvaluated(await evaluate(page, 2))]);
  const result = decodeTileResult(Uint8Array.from(answers[0]!.bytes));
  if (!result.ok) throw new Error('not a tile result');
  expect(answers[0]!.engine).toMatch(/^WGSL tile engine on WebGPU/);
  const frame = frameOf(recipe, subject);
  const job = { network: subject.manifest.network, loss: recipe.loss, buffers: frame.buffers, sets: [{ set: 'train' as const, samples: subject.sets.train }] };
  for (const [index, { a, b }] of pointsOf(tilingOf(recipe, subject.manifest), tileOfKey(tile)!).entries()) {
    const truth = evaluateAt(job, parametersAt(frame, a, b, new Float64Array(2)))[0]!.lossSum;
    expect(Math.abs(result.value.sets[0]!.lossSum[index]! - truth) / Math.max(truth, 0.08)).toBeLessThan(2e-6);
  }
  expect(answers[1]!.held).toEqual(answers[0]!.held);
  expect(answers[1]!.bytes).toEqual(answers[0]!.bytes);
});

test('[C7] a dispatch that the device refuses fails the tile, though an old right answer lies in the buffer', async () => {
  const answer = await withEngine(async (page) => {
    onlyEvaluated(await evaluate(page, 1));
    await page.evaluate(() => window.tarnEngine!.breakShaders());
    return evaluate(page, 2);
  });
  expect(answer).toMatchObject({ kind: 'failed', message: expect.stringContaining('the graphics device reported') });
});

test('[C12] a lost device is opened again once, with a notice; lost again soon after, the work goes on in WASM', async () => {
  await withEngine(async (page) => {
    const loseIt = () =>
      page.evaluate(() => {
        window.tarnEngine!.lose();
        return window.tarnEngine!.changed();
      });
    const before = onlyEvaluated(await evaluate(page, 1));
    expect(await loseIt()).toMatchObject({ kind: 'changed', report: { backend: 'webgpu', notice: { kind: 'reset', seconds: 2 } } });
    expect(await page.evaluate(() => window.tarnEngine!.changed())).toMatchObject({ report: { backend: 'webgpu', why: expect.stringContaining('with smaller blocks after the graphics device was lost') } });
    expect(onlyEvaluated(await evaluate(page, 2)).bytes).toEqual(before.bytes);
    expect(await loseIt()).toMatchObject({ report: { backend: 'wasm', notice: { kind: 'resetAgain' }, why: expect.stringContaining('because the graphics device was lost') } });
    expect(onlyEvaluated(await evaluate(page, 3)).bytes).toHaveLength(before.bytes.length);
  });
});

test('[C12] a device that runs out of memory fails the tile and is opened again with smaller blocks', async () => {
  await withEngine(async (page) => {
    const before = onlyEvaluated(await evaluate(page, 1));
    await page.evaluate(() => window.tarnEngine!.exhaust());
    expect(await evaluate(page, 2)).toMatchObject({ kind: 'failed', message: expect.stringContaining('the graphics device reported') });
    expect(await page.evaluate(() => window.tarnEngine!.changed())).toMatchObject({ report: { notice: { kind: 'reset' } } });
    expect(await page.evaluate(() => window.tarnEngine!.changed())).toMatchObject({ report: { backend: 'webgpu', why: expect.stringContaining('with smaller blocks') } });
    expect(onlyEvaluated(await evaluate(page, 3)).bytes).toEqual(before.bytes);
  });
});

test('[C12] a device that does not answer is given up, and the work goes on in WASM', async () => {
  await withEngine(async (page) => {
    const before = onlyEvaluated(await evaluate(page, 1));
    await page.evaluate(() => window.tarnEngine!.hang());
    expect(await evaluate(page, 2)).toMatchObject({ kind: 'failed', message: expect.stringContaining('did not answer for 10 s') });
    expect(await page.evaluate(() => window.tarnEngine!.changed())).toMatchObject({ report: { backend: 'wasm', notice: { kind: 'resetAgain' } } });
    expect(onlyEvaluated(await evaluate(page, 3)).bytes).toHaveLength(before.bytes.length);
  });
});

test('[C10] what was measured on a device is still known after the page was opened again', async () => {
  await runInBrowser('tests/pages/support/memoryPage.ts', async (page) => {
    expect(await page.evaluate(() => window.tarnMemory!.get('engine'))).toBeUndefined();
    await page.evaluate(() => window.tarnMemory!.set('engine', 'tile'));
    await page.reload({ waitUntil: 'load' });
    expect(await page.evaluate(() => window.tarnMemory!.get('engine'))).toBe('tile');
  });
});
