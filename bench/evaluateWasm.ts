/** The figures of the WASM engine, in threads of Node: against PyTorch, plain TensorFlow.js, itself on more workers, and float64. */
import { availableParallelism } from 'node:os';
import { CHECKED, CHECKED_SAMPLES, largestError, truthOf } from './accuracy.ts';
import { lineOf, median, rateWords, type Figure, type Rate } from './figures.ts';
import { openTeam, type Team } from './team.ts';
import { openTorch, torchLosses, type TorchLoop } from './torch.ts';
import { gridPoints, RECIPES, workloadJob } from './workloads.ts';

const ROUNDS = 5;
const SECONDS = 1;
/** Points that each thread computes at the least, so that one waiting for the other at the end counts for little. */
const LEAST_POINTS = 5;
const GRID = gridPoints(11);
const TILES = 2000;

type Timed = 'mlp' | 'cnn' | 'resnet20';
const TIMED: readonly Timed[] = ['mlp', 'cnn', 'resnet20'];
const SAMPLES: Readonly<Record<Timed, number>> = { mlp: 1000, cnn: 1000, resnet20: 256 };
const AGAINST_TORCH: Readonly<Record<Timed, readonly [pass: number, stretch: number]>> = { mlp: [8, 15], cnn: [1.2, 2], resnet20: [1, 1.8] };
const AGAINST_PLAIN: Readonly<Record<Timed, readonly [pass: number, stretch: number]>> = { mlp: [25, 50], cnn: [2, 3.5], resnet20: [2.5, 4] };

/** Everything that takes turns; null where PyTorch is absent. */
type Rates = { readonly one: Rate; readonly two: Rate; readonly all: Rate; readonly plainAll: Rate; readonly torchOne: Rate | null; readonly torchAll: Rate | null };

export async function evaluateWasm(python: string | null, say: (note: string) => void): Promise<readonly Figure[]> {
  const cores = availableParallelism();
  const own = await openTeam('tile', Math.max(2, cores));
  const plain = await openTeam('plain', cores);
  try {
    const figures: Figure[] = [];
    for (const workload of TIMED) {
      const measured = await measure(workload, { own, plain, python, cores, say });
      for (const figure of measured) say(lineOf(figure));
      figures.push(...measured);
    }
    const errors = [await errorsOf('tile', own), await errorsOf('operators', null)];
    figures.push({
      title: 'largest relative error of a loss against float64, WASM',
      measured: Math.max(...errors.map(({ error }) => error)),
      pass: 2e-6,
      stretch: 5e-7,
      kind: 'error',
      detail: errors.map(({ title, error }) => `${title}: ${error.toExponential(1)}`).join('; '),
    });
    figures.push(await growth());
    return figures;
  } finally {
    await own.close();
    await plain.close();
  }
}

type Contestants = { readonly own: Team; readonly plain: Team; readonly python: string | null; readonly cores: number; readonly say: (note: string) => void };

async function measure(workload: Timed, { own, plain, python, cores, say }: Contestants): Promise<readonly Figure[]> {
  const n = SAMPLES[workload];
  const { title } = RECIPES[workload];
  const job = workloadJob(workload, n);
  await own.prepare(job);
  await plain.prepare(job);
  const torch: readonly TorchLoop[] = python === null ? [] : [await openTorch(python, workload, n, 1), await openTorch(python, workload, n, cores)];
  if (torch[0]) say(`${title}: PyTorch ${torch[0].about.torch}, batches of ${torch[0].about.batch}, dense layers by ${torch[0].about.dense}`);
  if (python !== null) say(`${title}: ${await disagreement(python, workload, own)} from PyTorch's losses at most`);
  await own.prepare(job);
  say(`${title}, N = ${n}: ${own.title()}`);
  const rounds: Rates[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({
      torchOne: (await torch[0]?.rate(SECONDS)) ?? null,
      one: await rateOf(own, 1),
      torchAll: (await torch[1]?.rate(SECONDS)) ?? null,
      all: await rateOf(own, cores),
      plainAll: await rateOf(plain, cores),
      two: await rateOf(own, 2),
    });
  }
  for (const loop of torch) loop.close();
  const rate = (name: keyof Rates, kind: keyof Rate): number => median(rounds.map((each) => each[name]?.[kind] ?? NaN));
  const figure = (words: string, above: keyof Rates, below: keyof Rates, [pass, stretch]: readonly [number, number]): Figure => {
    const isThere = rounds[0]![below] !== null;
    const ratio = (kind: keyof Rate) => rate(above, kind) / rate(below, kind);
    const rates = `${rateWords(rate(above, 'perSecond'))} and ${rateWords(rate(below, 'perSecond'))} points a second`;
    return {
      title: `${title}, N = ${n}: ${words}`,
      measured: isThere ? ratio('perSecond') : null,
      pass,
      stretch,
      kind: 'times',
      detail: isThere ? `${rates}; ×${ratio('perProcessorSecond').toPrecision(3)} by processor time` : 'PyTorch is absent',
    };
  };
  return [
    figure('1 worker against 1 thread of PyTorch', 'one', 'torchOne', AGAINST_TORCH[workload]),
    ...(workload === 'mlp' ? [figure('all workers against all threads of PyTorch', 'all', 'torchAll', [10, 25])] : []),
    figure(`tile engine against plain TensorFlow.js-WASM, ${cores} workers each`, 'all', 'plainAll', AGAINST_PLAIN[workload]),
    figure('1 to 2 workers', 'two', 'one', [1.8, 1.9]),
  ];
}

/** Over about a second: a few points first, then as many as should last. */
async function rateOf(team: Team, threads: number): Promise<Rate> {
  const processor = process.cpuUsage();
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let done = 0;
  let count = threads;
  do {
    const points = Array.from({ length: count }, (_, index) => GRID[(done + index) % GRID.length]!);
    await team.run(points, threads);
    done += points.length;
    const left = SECONDS - seconds();
    const lasting = Math.ceil(((done / seconds()) * left) / threads) * threads;
    count = Math.max(threads, LEAST_POINTS * threads - done, lasting);
  } while (seconds() < SECONDS || done < LEAST_POINTS * threads);
  const { user, system } = process.cpuUsage(processor);
  return { perSecond: done / seconds(), perProcessorSecond: (done * 1e6) / (user + system) };
}

async function disagreement(python: string, workload: Timed, own: Team): Promise<string> {
  const n = CHECKED_SAMPLES[workload];
  await own.prepare(workloadJob(workload, n));
  const losses = (await own.run(gridPoints(3))).map((sum) => sum / n);
  const { first, middle, last } = torchLosses(python, workload, n, 3);
  return largestError([losses[0]!, losses[4]!, losses[8]!], [first, middle, last]).toExponential(1);
}

async function errorsOf(kind: 'tile' | 'operators', opened: Team | null): Promise<{ readonly title: string; readonly error: number }> {
  const team = opened ?? (await openTeam(kind, 1));
  try {
    let error = 0;
    for (const workload of TIMED) {
      const n = CHECKED_SAMPLES[workload];
      await team.prepare(workloadJob(workload, n));
      error = Math.max(error, largestError(await team.run(CHECKED), truthOf(workload, n)));
    }
    return { title: team.title(), error };
  } finally {
    if (!opened) await team.close();
  }
}

async function growth(): Promise<Figure> {
  const team = await openTeam('tile', 1);
  try {
    await team.prepare(workloadJob('mlp', 64));
    const tile = (index: number) => team.run(GRID.slice((index * 4) % 100, ((index * 4) % 100) + 4), 1, 4);
    for (let index = 0; index < 100; index++) await tile(index);
    const before = team.held();
    for (let index = 100; index < TILES; index++) await tile(index);
    const after = team.held();
    return {
      title: `${TILES.toLocaleString('en-GB')} tiles: growth of tensors and of the WASM memory`,
      measured: after.tensors - before.tensors + (after.bytes - before.bytes),
      pass: 0,
      stretch: 0,
      kind: 'growth',
      detail: `${before.tensors} tensors and ${before.bytes} bytes, then ${after.tensors} and ${after.bytes}`,
    };
  } finally {
    await team.close();
  }
}
