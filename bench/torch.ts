/** PyTorch beside us: the loop of torchLoop.py in processes of their own, where a Python that has torch is found. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Rate } from './figures.ts';
import type { WorkloadName } from './workloads.ts';

const SCRIPT = fileURLToPath(new URL('./torchLoop.py', import.meta.url));
/** The one of the path, and Debian's, where `python3-torch` is. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** What the loop says of itself. */
export type TorchAbout = { readonly torch: string; readonly threads: number; readonly batch: number; readonly dense: string };
export type TorchLosses = { readonly first: number; readonly middle: number; readonly last: number };

export type TorchLoop = {
  readonly about: TorchAbout;
  /** Over about so many seconds. */
  readonly rate: (seconds: number) => Promise<Rate>;
  readonly close: () => void;
};

/** A Python that has torch; null where there is none. */
export const findTorch = (): string | null => PYTHONS.find((python) => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0) ?? null;

export async function openTorch(python: string, workload: WorkloadName, n: number, threads: number): Promise<TorchLoop> {
  const child: ChildProcessWithoutNullStreams = spawn(python, [SCRIPT, ...argumentsFor(workload, n, threads), '--serve']);
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the PyTorch loop ended');
    return JSON.parse(value) as T;
  };
  const about = await next<TorchAbout>();
  return {
    about,
    async rate(seconds) {
      child.stdin.write(`${seconds}\n`);
      const { points, seconds: took, processorSeconds } = await next<{ points: number; seconds: number; processorSeconds: number }>();
      return { perSecond: points / took, perProcessorSecond: points / processorSeconds };
    },
    close: () => child.stdin.end(),
  };
}

/** The first, middle and last loss of a grid. */
export function torchLosses(python: string, workload: WorkloadName, n: number, grid: number): TorchLosses {
  const { stdout, status } = spawnSync(python, [SCRIPT, ...argumentsFor(workload, n, 1), '--grid', String(grid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`the PyTorch loop ended with ${status}`);
  return (JSON.parse(stdout) as { losses: TorchLosses }).losses;
}

const argumentsFor = (workload: WorkloadName, n: number, threads: number): readonly string[] => ['--workload', workload, '--n', String(n), '--threads', String(threads)];
