/**
 * Time and memory against points and against samples: both should grow by straight lines, and memory not at all.
 *
 * An 11 × 11 plane of ResNet-56 on 256 samples, and a 1,025 × 1,025 plane of the spiral network, on every core, in threads of Node.
 */
import { availableParallelism } from 'node:os';
import { frameOf } from '#lib/slice/frame.ts';
import type { Coordinates, EvaluationJob } from '#workers/evaluator.ts';
import { builtinSubject } from './builtinSubject.ts';
import { measuredSlice } from './subjectOfBench.ts';
import { openTeam, type Team } from './team.ts';
import { RECIPES, workloadJob } from './workloads.ts';

const MEGABYTE = 2 ** 20;
/** Points that a thread takes at a time, as many as a tile of a cheap network has. */
const TILE = 256;

/** Where a plane stood after so many points. */
type Mark = { readonly points: number; readonly seconds: number; readonly rssMb: number; readonly heldMb: number; readonly tensors: number };
type Sampled = { readonly samples: number; readonly secondsPerPoint: number };
type Curve = { readonly title: string; readonly engine: string; readonly samples: number; readonly marks: readonly Mark[]; readonly bySamples: readonly Sampled[] };

type Plane = { readonly title: string; readonly jobOf: (samples: number) => EvaluationJob; readonly samples: number; readonly count: number; readonly share: number; readonly pointsPerSample: number };

export async function benchGrowth({ json }: { readonly json: boolean }): Promise<void> {
  const planes: readonly Plane[] = [
    { title: `11 × 11 plane of ${RECIPES.resnet56.title}`, jobOf: (n) => workloadJob('resnet56', n), samples: 256, count: 11, share: 1, pointsPerSample: 2 },
    { title: '1,025 × 1,025 plane of the spiral network', jobOf: spiralJob(), samples: 256, count: 1025, share: TILE, pointsPerSample: 20_000 },
  ];
  const curves: Curve[] = [];
  for (const plane of planes) {
    const team = await openTeam('tile', availableParallelism());
    try {
      const curve = await measure(plane, team, (words) => json || console.error(words));
      curves.push(curve);
      if (!json) print(curve);
    } finally {
      await team.close();
    }
  }
  if (json) console.log(JSON.stringify(curves, null, 1));
}

async function measure({ title, jobOf, samples, count, share, pointsPerSample }: Plane, team: Team, say: (words: string) => void): Promise<Curve> {
  const bySamples: Sampled[] = [];
  for (const n of [samples / 8, samples / 4, samples / 2, samples]) {
    await team.prepare(jobOf(n));
    const points = Array.from({ length: pointsPerSample }, (_, index) => at(index, Math.ceil(Math.sqrt(pointsPerSample))));
    await team.run(points.slice(0, team.size * share), team.size, share);
    const start = performance.now();
    await team.run(points, team.size, share);
    bySamples.push({ samples: n, secondsPerPoint: (performance.now() - start) / 1000 / points.length });
  }
  const marks: Mark[] = [];
  const start = performance.now();
  const markEvery = Math.ceil(count / 8);
  // A row at a time: the points of a large plane are never all held.
  for (let row = 0; row < count; row++) {
    const points = Array.from({ length: count }, (_, column) => at(row * count + column, count));
    const losses = await team.run(points, team.size, share);
    if (!losses.every((loss) => loss >= 0)) throw new Error(`row ${row} of the ${title} has no losses`);
    if ((row + 1) % markEvery !== 0 && row !== count - 1) continue;
    const { tensors, bytes } = team.held();
    marks.push({ points: (row + 1) * count, seconds: (performance.now() - start) / 1000, rssMb: process.memoryUsage.rss() / MEGABYTE, heldMb: bytes / MEGABYTE, tensors });
    say(`${title}: ${marks.at(-1)!.points.toLocaleString('en-GB')} points in ${marks.at(-1)!.seconds.toFixed(1)} s`);
  }
  return { title, engine: team.title(), samples, marks, bySamples };
}

const at = (index: number, count: number): Coordinates => ({ a: -1 + (2 * (index % count)) / (count - 1), b: -1 + (2 * Math.floor(index / count)) / (count - 1) });

function spiralJob(): (samples: number) => EvaluationJob {
  const subject = builtinSubject('spirals-tiny');
  const recipe = measuredSlice(subject);
  const { inputs, targets } = subject.sets.train;
  const width = inputs.length / subject.sets.train.count;
  return (count) => ({
    network: subject.manifest.network,
    loss: recipe.loss,
    ...frameOf(recipe, subject),
    sets: [{ set: 'train', samples: { count, inputs: inputs.slice(0, count * width), targets: targets.slice(0, count) } }],
  });
}

function print({ title, engine, samples, marks, bySamples }: Curve): void {
  console.log(`\n${title}, ${samples} samples: ${engine}`);
  console.log('   points   seconds  points/s   RSS MB  held MB  tensors');
  for (const [index, { points, seconds, rssMb, heldMb, tensors }] of marks.entries()) {
    const before = marks[index - 1] ?? { points: 0, seconds: 0 };
    const rate = (points - before.points) / (seconds - before.seconds);
    const cells = [points.toLocaleString('en-GB'), seconds.toFixed(1), rate.toFixed(rate < 100 ? 2 : 0), rssMb.toFixed(0), heldMb.toFixed(1), String(tensors)];
    console.log(cells.map((cell) => cell.padStart(9)).join(''));
  }
  console.log('  samples   ms/point   µs/point/sample');
  for (const { samples: n, secondsPerPoint } of bySamples) {
    console.log(`${String(n).padStart(9)}${(secondsPerPoint * 1000).toPrecision(4).padStart(11)}${((secondsPerPoint * 1e6) / n).toPrecision(4).padStart(18)}`);
  }
}
