/**
 * The figures of the WebGPU engine, in a browser on whatever adapter it has: against plain TensorFlow.js-WebGPU on the same one, and float64.
 *
 * On a software adapter the plain loop takes seconds for a point of a ResNet, so few samples and few points are taken, and said.
 */
import type { Page } from 'playwright';
import { runInBrowser } from '#scripts/browserHarness.ts';
import { CHECKED, largestError, truthOf } from './accuracy.ts';
import type { EngineKind } from './benchEngine.ts';
import { lineOf, median, rateWords, type Figure } from './figures.ts';
import { RECIPES } from './workloads.ts';

const ROUNDS = 3;
const SECONDS = 1;
const TILES = 2000;

type Timed = { readonly workload: 'mlp' | 'resnet20'; readonly n: number; readonly targets: readonly [pass: number, stretch: number]; readonly share: number };
const TIMED: readonly Timed[] = [
  { workload: 'mlp', n: 1000, targets: [50, 150], share: 64 },
  { workload: 'resnet20', n: 8, targets: [8, 15], share: 16 },
];
const CHECKED_SAMPLES = { mlp: 100, cnn: 16, resnet20: 4 } as const;

export async function evaluateWebGpu(say: (note: string) => void): Promise<readonly Figure[]> {
  return runInBrowser('bench/evaluatePage.ts', async (page) => {
    const plainPage = await page.context().browser()!.newPage();
    await plainPage.goto(page.url(), { waitUntil: 'load' });
    await open(page, 'tile');
    await open(plainPage, 'plain');
    const figures: Figure[] = [];
    for (const timed of TIMED) {
      figures.push(await measure(page, plainPage, timed, say));
      say(lineOf(figures.at(-1)!));
    }
    figures.push(await accuracy(page), await growth(page));
    return figures;
  });
}

async function measure(page: Page, plainPage: Page, { workload, n, targets: [pass, stretch], share }: Timed, say: (note: string) => void): Promise<Figure> {
  const title = await prepare(page, workload, n);
  const plainTitle = await prepare(plainPage, workload, n);
  say(`${RECIPES[workload].title}, N = ${n}, in a browser: ${title} beside ${plainTitle}`);
  // Once each, so that what is compiled is compiled.
  await rateOf(page, 0, share);
  await rateOf(plainPage, 0, 1);
  const rates: { own: number; plain: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push({ own: await rateOf(page, SECONDS, share), plain: await rateOf(plainPage, SECONDS, 1) });
  const [own, plain] = [median(rates.map((each) => each.own)), median(rates.map((each) => each.plain))];
  return {
    title: `${RECIPES[workload].title}, N = ${n}: WGSL engine against plain TensorFlow.js-WebGPU`,
    measured: own / plain,
    pass,
    stretch,
    kind: 'times',
    detail: `${rateWords(own)} and ${rateWords(plain)} points a second; ${title}`,
  };
}

async function accuracy(page: Page): Promise<Figure> {
  const errors: string[] = [];
  let largest = 0;
  for (const workload of ['mlp', 'cnn', 'resnet20'] as const) {
    const n = CHECKED_SAMPLES[workload];
    await prepare(page, workload, n);
    const found = await page.evaluate((points) => window.tarnBench!.losses(points), CHECKED);
    const error = largestError(found, truthOf(workload, n));
    errors.push(`${workload} ${error.toExponential(1)}`);
    largest = Math.max(largest, error);
  }
  return { title: 'largest relative error of a loss against float64, WebGPU', measured: largest, pass: 2e-6, stretch: 5e-7, kind: 'error', detail: errors.join(', ') };
}

async function growth(page: Page): Promise<Figure> {
  await prepare(page, 'mlp', 64);
  const [before, after] = await page.evaluate((count) => window.tarnBench!.tiles(count), TILES);
  return {
    title: `${TILES.toLocaleString('en-GB')} tiles: growth of tensors and of GPU bytes`,
    measured: after.tensors - before.tensors + (after.bytes - before.bytes),
    pass: 0,
    stretch: 0,
    kind: 'growth',
    detail: `${before.tensors} tensors and ${before.bytes} bytes, then ${after.tensors} and ${after.bytes}`,
  };
}

const open = (page: Page, kind: EngineKind) => page.evaluate((wanted) => window.tarnBench!.open(wanted), kind);
const prepare = (page: Page, workload: 'mlp' | 'cnn' | 'resnet20', n: number) => page.evaluate(([name, count]) => window.tarnBench!.prepare(name, count), [workload, n] as const);
const rateOf = (page: Page, seconds: number, share: number) => page.evaluate(([time, points]) => window.tarnBench!.rate(time, points), [seconds, share] as const);
