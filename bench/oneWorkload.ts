/**
 * One workload, timed once: `npm run -s bench -- evaluate --workload mlp --grid 11 --n 1000 --threads 1`.
 *
 * Prints what somebody who times the identical work elsewhere compares: seconds, points per second, and three losses.
 */
import { gridPoints, RECIPES, workloadJob, type WorkloadName } from './workloads.ts';
import { openTeam } from './team.ts';
import type { EngineKind } from './benchEngine.ts';

export type WorkloadOptions = {
  readonly workload: WorkloadName;
  readonly engine: EngineKind;
  /** Samples of the plane per side. */
  readonly grid: number;
  readonly n: number;
  readonly threads: number;
  readonly json: boolean;
};

export async function benchWorkload({ workload, engine, grid, n, threads, json }: WorkloadOptions): Promise<void> {
  const job = workloadJob(workload, n);
  const points = gridPoints(grid);
  const team = await openTeam(engine, threads);
  try {
    const prepareSeconds = await team.prepare(job);
    // One point per thread first: what the engine compiles, it compiles once.
    await team.run(points.slice(0, threads));
    const start = performance.now();
    const losses = (await team.run(points)).map((sum) => sum / n);
    const seconds = (performance.now() - start) / 1000;
    const result = {
      workload,
      network: RECIPES[workload].title,
      engine: team.title(),
      threads,
      grid,
      points: points.length,
      n,
      prepareSeconds,
      seconds,
      pointsPerSecond: points.length / seconds,
      losses: { first: losses[0]!, middle: losses[(losses.length - 1) / 2]!, last: losses.at(-1)! },
    };
    if (json) console.log(JSON.stringify(result));
    else {
      console.log(`${result.network}, ${n} samples, ${grid} × ${grid} points, ${threads} thread${threads === 1 ? '' : 's'}: ${result.engine}`);
      console.log(`seconds            ${seconds.toFixed(3)} (and ${prepareSeconds.toFixed(3)} to prepare the slice)`);
      console.log(`points per second  ${result.pointsPerSecond.toFixed(2)}`);
      console.log(`first loss         ${result.losses.first}`);
      console.log(`middle loss        ${result.losses.middle}`);
      console.log(`last loss          ${result.losses.last}`);
    }
  } finally {
    await team.close();
  }
}
