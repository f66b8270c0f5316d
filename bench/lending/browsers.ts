/**
 * Real browsers on this machine: one with one worker against the same with two, and two browsers with the headless Node volunteer together against one, as
 * ratios of points a second, taking turns in one run.
 *
 * All share this machine's cores with the server and with the pages' own drawing, so the cores bound what can be reached.
 */
import { availableParallelism } from 'node:os';
import { LITTLE_TRUTH, sleep, startBuiltServer } from '#bench/builtServer.ts';
import { median, rateWords, type Figure } from '#bench/figures.ts';
import { launchBrowser, openLender, type LenderPage } from './lenderPage.ts';
import { inRoom, type Room } from './room.ts';
import { benchPlane } from './watcher.ts';

/** Tiles of the notebook's CNN take some hundred milliseconds of a worker; those of the spiral classifier two or three, so that the server and the pages are what is timed. */
const ROWS = [
  { network: 'seed-cnn', side: 25 },
  { network: 'spirals-tiny', side: 257 },
] as const;
const ROUNDS = 3;
/** The server hears of beginning at most every 2.2 seconds. */
const SETTLE_MS = 2500;

type Lender = { readonly pause: () => Promise<void> | void; readonly goOn: () => Promise<void> | void };

export async function benchBrowsers(): Promise<readonly Figure[]> {
  const server = await startBuiltServer(LITTLE_TRUTH);
  const browser = await launchBrowser();
  try {
    const figures: Figure[] = [];
    for (const { network, side } of ROWS) {
      const measured = await inRoom(server, network, async (room) => {
        const pages: LenderPage[] = [];
        try {
          for (const workers of [1, 2, 1]) pages.push(await openLender(browser, server.url, room.session.code, workers));
          return await measure(room, pages, side);
        } finally {
          for (const page of pages) await page.close();
        }
      });
      figures.push(...measured);
    }
    return figures;
  } finally {
    await browser.close();
    await server.end();
  }
}

/** @param pages with one worker, with two, and another one with one */
async function measure({ subject, volunteer, compute }: Room, pages: readonly LenderPage[], side: number): Promise<readonly Figure[]> {
  const [one, two, other]: readonly Lender[] = pages;
  if (!one || !two || !other) throw new Error(`three pages lend, not ${pages.length}`);
  const node: Lender = { pause: () => volunteer.pause('person'), goOn: () => volunteer.resume('person') };
  let seed = 0;

  async function rate(lenders: readonly Lender[]): Promise<number> {
    for (const lender of lenders) await lender.goOn();
    await sleep(SETTLE_MS);
    const { ms } = await compute(benchPlane(subject, ++seed, side));
    for (const lender of lenders) await lender.pause();
    return (side * side * 1000) / ms;
  }

  const all = [one, two, other, node];
  const rounds: { one: number; two: number; three: number }[] = [];
  for (const lender of all) await lender.pause();
  // Each shows once how fast it is, and is checked.
  for (const lender of all) await rate([lender]);
  for (let round = 0; round < ROUNDS; round++) rounds.push({ one: await rate([one]), two: await rate([two]), three: await rate([one, other, node]) });
  const of = (name: 'one' | 'two' | 'three'): number => median(rounds.map((each) => each[name]));
  const cores = `${availableParallelism()} cores for the lenders, their pages and the server`;
  return [
    {
      title: `a browser with two workers against one, ${subject.manifest.title}`,
      measured: median(rounds.map((each) => each.two / each.one)),
      pass: null,
      kind: 'times',
      detail: `${rateWords(of('two'))} and ${rateWords(of('one'))} points a second; ${cores}`,
    },
    {
      title: `two browsers and the headless volunteer together against one browser, one worker each, ${subject.manifest.title}`,
      measured: median(rounds.map((each) => each.three / each.one)),
      pass: null,
      kind: 'times',
      detail: `${rateWords(of('three'))} and ${rateWords(of('one'))} points a second; ${cores}`,
    },
  ];
}
