/**
 * Points per second of every built-in network on each backend of this machine, and the ratios between them.
 *
 * float64 is the reference in Node; the others run in a real browser, in the workers that a session uses. The backends take
 * turns within one run, and medians are printed. A software WebGPU adapter is named as such: it says nothing about a GPU.
 */
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import type { Subject } from '#lib/network/subject.ts';
import { frameOf, parametersAt } from '#lib/slice/frame.ts';
import { tilingOf } from '#lib/work/tile.ts';
import { BACKENDS, type Backend } from '#lib/wire/workerMessages.ts';
import { runInBrowser } from '#scripts/browserHarness.ts';
import type { Measured, MeasureRequest } from './poolPage.ts';
import { builtinSubject } from './builtinSubject.ts';
import { MEASURED, measuredSlice } from './subjectOfBench.ts';

const ROUNDS = 3;
const SECONDS = 1;
/** Multiply-adds of a point from which the slow backends get a slice of three points: a whole tile would take minutes. */
const DEAR = 1e8;

type Row = { readonly network: string; readonly backend: 'float64' | Backend; readonly engine: string; readonly workers: number; readonly pointsPerSecond: number };

export async function benchBuiltins({ json }: { readonly json: boolean }): Promise<void> {
  const rows = await runInBrowser('bench/poolPage.ts', async (page) => {
    const ask = (request: MeasureRequest): Promise<Measured> =>
      page.evaluate((wanted) => {
        if (!window.tarnMeasure) throw new Error('this page does not measure: open bench/poolPage.ts');
        return window.tarnMeasure(wanted);
      }, request);
    const all: Row[] = [];
    for (const name of MEASURED) all.push(...(await measureNetwork(name, ask)));
    return all;
  });
  if (json) console.log(JSON.stringify(rows));
  else print(rows);
}

async function measureNetwork(name: string, ask: (request: MeasureRequest) => Promise<Measured>): Promise<readonly Row[]> {
  const subject = builtinSubject(name);
  const isDear = tilingOf(measuredSlice(subject), subject.manifest).pointCost > DEAR;
  const rounds: Row[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const row: Row[] = [{ network: name, backend: 'float64', engine: 'reference in Node', workers: 1, pointsPerSecond: referenceRate(subject) }];
    for (const backend of BACKENDS) {
      const isSmall = isDear && backend !== 'wasm';
      const { report, workers, pointsPerSecond } = await ask({ name, wish: backend, seconds: SECONDS, isSmall });
      if (report.backend !== backend) continue;
      row.push({ network: name, backend, engine: report.title, workers, pointsPerSecond });
    }
    rounds.push(row);
  }
  return rounds[0]!.map((row, index) => ({ ...row, pointsPerSecond: median(rounds.map((round) => round[index]!.pointsPerSecond)) }));
}

function referenceRate(subject: Subject): number {
  const recipe = measuredSlice(subject);
  const frame = frameOf(recipe, subject);
  const job = { network: subject.manifest.network, loss: recipe.loss, buffers: frame.buffers, sets: [{ set: 'train' as const, samples: subject.sets.train }] };
  const forward = forwardOf(job.network);
  const theta = new Float64Array(frame.origin.length);
  const measure = (seconds: number): number => {
    const start = performance.now();
    let points = 0;
    do {
      evaluateAt(job, parametersAt(frame, Math.sin(points), Math.cos(points), theta), forward);
      points++;
    } while (performance.now() - start < seconds * 1000);
    return (points * 1000) / (performance.now() - start);
  };
  // Warm, so that the engine has compiled what it will.
  measure(SECONDS / 4);
  return measure(SECONDS);
}

function print(rows: readonly Row[]): void {
  console.log(`points per second, medians of ${ROUNDS} alternating rounds; ratio to float64\n`);
  for (const name of MEASURED) {
    const own = rows.filter(({ network }) => network === name);
    const base = own.find(({ backend }) => backend === 'float64')!.pointsPerSecond;
    for (const { backend, engine, workers, pointsPerSecond } of own) {
      const rate = pointsPerSecond.toFixed(pointsPerSecond < 100 ? 2 : 0).padStart(9);
      const ratio = `×${(pointsPerSecond / base).toFixed(2)}`.padStart(9);
      console.log(`${name.padEnd(14)} ${backend.padEnd(8)} ${rate} ${ratio}   ${engine}, ${workers} worker${workers === 1 ? '' : 's'}`);
    }
    console.log('');
  }
}

const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
