/** The tile engine on WebGPU in a real browser: every operation against float64, and what happens when the device fails. */
import { expect } from '@playwright/test';
import { test } from './support/people.ts';
import type { Page } from 'playwright';
import { dense, JOBS, NOT_FINITE, POINTS, tinyLoss, type NamedJob } from '#tests/workers/wgslJobs.ts';
import { jobOf, outputsError, squaresErrorOf, truthAt } from '#tests/workers/engines.ts';
import { STORED_MODE } from '#lib/network/forward.ts';
import { zooNetwork } from '#lib/network/zoo/zoo.ts';
import { runInBrowser } from '#scripts/browserHarness.ts';
import type { EvaluationJob } from '#workers/evaluator.ts';
import { textOf } from './support/wgslText.ts';

// A software adapter compiles each shader in tenths of a second, and there are many.
test.setTimeout(600_000);

type Opened = { readonly family?: 'register' | 'shared' | null; readonly activationFloats?: number; readonly workgroups?: number };

const withEngine = <T>({ family = 'register', activationFloats, workgroups }: Opened, use: (page: Page, title: string) => Promise<T>): Promise<T> =>
  runInBrowser('tests/pages/support/wgslPage.ts', async (page) => {
    if (workgroups !== undefined) await page.evaluate((most) => window.tarnWgsl!.limitWorkgroups(most), workgroups);
    const title = await page.evaluate(([wanted, floats]) => window.tarnWgsl!.open(wanted, floats), [family, activationFloats] as const);
    return use(page, title);
  });

const prepare = (page: Page, job: EvaluationJob) => page.evaluate((text) => window.tarnWgsl!.prepare(text), textOf(job));
const evaluate = (page: Page, points = POINTS) => page.evaluate((given) => window.tarnWgsl!.evaluate(given), points);

/** Errors relative to the loss, or to 0.01 where it is smaller, and where the correct answers differ. */
async function compare(page: Page, named: NamedJob): Promise<readonly string[]> {
  await prepare(page, named.job);
  return compareAgain(page, named);
}

/** On the slice that is prepared. */
async function compareAgain(page: Page, { name, job }: NamedJob): Promise<readonly string[]> {
  const { sets } = await evaluate(page);
  return POINTS.flatMap(({ a, b }, point) =>
    truthAt(job, a, b).flatMap((truth, set) => {
      const found = sets[set]!;
      const error = Math.abs(Number(found.lossSum[point]) - truth.lossSum) / Math.max(Math.abs(truth.lossSum), 0.01 * truth.samples);
      const squares = squaresErrorOf(Number(found.lossSquares[point]), truth);
      return [...(squares <= 4e-6 ? [] : [`${name}: squares ${found.lossSquares[point]}, expected ${truth.lossSquares}`]), ...(error <= 2e-6 ? [] : [`${name}: ${found.lossSum[point]}, expected ${truth.lossSum}`]), ...(found.correct[point] === truth.correct ? [] : [`${name}: ${found.correct[point]} correct, expected ${truth.correct}`])];
    }),
  );
}

async function compareAll(page: Page, jobs: readonly NamedJob[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const each of jobs) wrong.push(...(await compare(page, each)));
  return wrong;
}

const products = JOBS.filter(({ name }) => /wide linear|stride and a bias|even size|in groups|residual with/.test(name));
/** Points beside the centre, whose numbers are not the centre's. */
const moved = POINTS.slice(1);
const few = jobOf(dense({ op: 'relu' }), { samples: 21 });

test('[X1] every operation and loss of the tile engine gives what float64 gives', async () => {
  expect(JOBS.length).toBeGreaterThan(40);
  expect(await withEngine({}, (page) => compareAll(page, JOBS))).toEqual([]);
});

test('[X1] outputs are those of float64, in one block and in several', async () => {
  const jobs = [few, ...products.map(({ job }) => job)];
  for (const activationFloats of [undefined, 400]) {
    const errors = await withEngine({ ...(activationFloats && { activationFloats }) }, async (page) => {
      const found: number[] = [];
      for (const job of jobs) {
        await prepare(page, job);
        const { a, b } = moved[0]!;
        const [outputs] = await page.evaluate((point) => window.tarnWgsl!.outputs(point), { a, b });
        found.push(outputsError(job, a, b, outputs!));
      }
      return found;
    });
    for (const error of errors) expect(error).toBeLessThan(1e-5);
  }
});

test('[X1] products through shared memory give what float64 gives', async () => {
  expect(products).toHaveLength(5);
  expect(await withEngine({ family: 'shared' }, (page) => compareAll(page, products))).toEqual([]);
});

test('[X1] blocks of a few samples, one point at a time and few workgroups give the same', async () => {
  const jobs = JOBS.filter(({ name }) => /wide linear|larger image/.test(name));
  expect(jobs).toHaveLength(2);
  expect(await withEngine({ activationFloats: 600, workgroups: 8 }, (page) => compareAll(page, jobs))).toEqual([]);
});

test('[X2] the engine says what it is, and in words what it lacks', async () => {
  const job = jobOf(dense({ op: 'relu' }));
  const transformer = jobOf(zooNetwork('transformer_small')!);
  const answers = await withEngine({ family: null }, async (page, title) => {
    const refused = (each: EvaluationJob) => page.evaluate((text) => window.tarnWgsl!.refuses(text), textOf(each));
    return [
      title,
      await refused(job),
      await refused({ ...job, mode: { ...STORED_MODE, dropout: { seed: 1 } } }),
      await refused({ ...job, mode: { ...STORED_MODE, batchNorm: { policy: 'batch', batch: 4 } } }),
      await refused(transformer),
    ];
  });
  expect(answers).toEqual([expect.stringContaining('WGSL tile engine on WebGPU'), null, 'it has no dropout', 'it has only stored batch-norm statistics', 'it has no attention']);
});

test('[X3] a loss of 1e-9 keeps its digits; what is not finite keeps its kind', async () => {
  await withEngine({}, async (page) => {
    await prepare(page, tinyLoss);
    const truth = truthAt(tinyLoss, 0, 0)[0]!.lossSum;
    expect(truth / tinyLoss.sets[0]!.samples.count).toBeLessThan(2e-9);
    const found = Number((await evaluate(page, [{ a: 0, b: 0 }])).sets[0]!.lossSum[0]);
    expect(Math.abs(found / truth - 1)).toBeLessThan(1e-3);
    for (const { name, job } of NOT_FINITE) {
      await prepare(page, job);
      const { sets } = await evaluate(page);
      const expected = POINTS.map(({ a, b }) => truthAt(job, a, b)[0]!);
      expect([name, ...expected.map(({ lossSum }) => Number.isFinite(lossSum))]).toContain(false);
      expect([name, ...sets[0]!.lossSum.map((each) => (typeof each === 'string' ? each : 'finite'))]).toEqual([name, ...expected.map(({ lossSum }) => (Number.isFinite(lossSum) ? 'finite' : String(lossSum)))]);
    }
  });
});

test('[X4] a tile leaves no buffer behind, nor does a slice; the same points give the same bits', async () => {
  await withEngine({}, async (page) => {
    const before = await page.evaluate(() => window.tarnWgsl!.held());
    await prepare(page, few);
    const first = await evaluate(page);
    const during = await page.evaluate(() => window.tarnWgsl!.held());
    for (let round = 0; round < 50; round++) expect(await evaluate(page)).toEqual(first);
    const alone = [];
    for (const point of POINTS) alone.push((await evaluate(page, [point])).sets[0]!.lossSum[0]);
    expect(alone).toEqual(first.sets[0]!.lossSum);
    expect(await page.evaluate(() => window.tarnWgsl!.held())).toEqual(during);
    expect(during.tensors).toBeGreaterThan(5);
    await page.evaluate(() => window.tarnWgsl!.dispose());
    expect(await page.evaluate(() => window.tarnWgsl!.held())).toEqual(before);
    expect(before).toEqual({ tensors: 0, bytes: 0 });
  });
});

test('[X5] a tile that is cancelled stops between its submissions, and the next one is right', async () => {
  const job = jobOf(zooNetwork('lenet5')!, { samples: 64, classes: 10, scale: 0.1 });
  const many = Array.from({ length: 40 }, (_, index) => ({ a: index / 40, b: 0.1 }));
  await withEngine({}, async (page) => {
    await prepare(page, job);
    const held = await page.evaluate(() => window.tarnWgsl!.held());
    const whole = await page.evaluate((points) => window.tarnWgsl!.cancel(points, null), many);
    expect(whole.name).toBe('finished');
    const cancelled = await page.evaluate((points) => window.tarnWgsl!.cancel(points, 1), many);
    expect(cancelled.name).toBe('AbortError');
    expect(cancelled.dispatches).toBeLessThan(whole.dispatches / 2);
    expect(await compareAgain(page, { name: 'after a cancellation', job })).toEqual([]);
    expect(await page.evaluate(() => window.tarnWgsl!.held())).toEqual(held);
  });
});

for (const [fault, words] of [
  ['reported', 'the graphics device reported'],
  ['left out', 'left results unwritten'],
  ['every other', /left results unwritten|the centre gave/],
  ['one shader', 'the centre gave'],
] as const) {
  test(`[X6] a tile fails though an old right answer lies in the buffers: dispatches ${fault}`, async () => {
    await withEngine({}, async (page) => {
      await prepare(page, few);
      await evaluate(page, moved);
      await page.evaluate((how) => window.tarnWgsl!.breakDispatches(how), fault);
      await expect(evaluate(page, moved)).rejects.toThrow(words);
    });
  });
}

test('[X6] a shader that the compiler refuses fails the slice', async () => {
  await withEngine({}, async (page) => {
    await page.evaluate(() => window.tarnWgsl!.breakShaders());
    await expect(prepare(page, few)).rejects.toThrow(/DeviceFault.*(a shader was refused|the graphics device reported)/);
    expect(await page.evaluate(() => window.tarnWgsl!.held())).toEqual({ tensors: 0, bytes: 0 });
  });
});
