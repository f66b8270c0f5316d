/**
 * `npm run bench -- NAME`: what is measured, by name.
 *
 *     evaluate [--json]        the evaluator against PyTorch and plain TensorFlow.js, with the targets beside what was measured
 *     evaluate --workload mlp|cnn|resnet20|resnet56 [--grid 11] [--n 1000] [--threads 1] [--engine session|operators|plain] [--json]
 *     growth [--json]          time and memory against points and samples, up to a million points
 *     builtins [--json]        points per second of each built-in network on each backend, in a browser
 *     lending [--json] [--only book,socket,overhead,browsers,closing,politeness] [--profile FOLDER]
 *                              lent compute against its targets; --profile keeps a processor profile of the server of `socket`
 *     session [--json]         from an edit to its being visible elsewhere
 */
import { parseArgs } from 'node:util';
import { ENGINE_KINDS } from './benchEngine.ts';
import { LENDING_ROWS, type LendingRow } from './lending.ts';
import { RECIPES, WORKLOADS } from './workloads.ts';

const USAGE = `usage: npm run bench -- evaluate|growth|builtins|lending|session [--json]
       npm run bench -- evaluate --workload ${WORKLOADS.join('|')} [--grid 11] [--n N] [--threads 1] [--engine ${ENGINE_KINDS.join('|')}] [--json]
       npm run bench -- lending [--only ${LENDING_ROWS.join(',')}] [--profile FOLDER] [--json]`;

class Usage extends Error {}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      workload: { type: 'string' },
      grid: { type: 'string', default: '11' },
      n: { type: 'string' },
      threads: { type: 'string', default: '1' },
      engine: { type: 'string', default: 'session' },
      only: { type: 'string', default: '' },
      profile: { type: 'string' },
    },
  });
  const { json } = values;
  const [name, ...more] = positionals;
  if (more.length > 0) throw new Usage(`${more.join(' ')} is too much`);
  switch (name) {
    case 'evaluate': {
      if (values.workload === undefined) return (await import('./evaluate.ts')).benchEvaluate({ json });
      const workload = WORKLOADS.find((each) => each === values.workload);
      const engine = ENGINE_KINDS.find((each) => each === values.engine);
      if (!workload) throw new Usage(`there is no workload ${values.workload}`);
      if (!engine) throw new Usage(`there is no engine ${values.engine}`);
      const grid = counted('--grid', values.grid);
      if (grid % 2 === 0) throw new Usage('--grid takes an odd number, so that the centre is a point');
      const n = values.n === undefined ? RECIPES[workload].samples : counted('--n', values.n);
      return (await import('./oneWorkload.ts')).benchWorkload({ workload, engine, grid, n, threads: counted('--threads', values.threads), json });
    }
    case 'growth':
      return (await import('./growth.ts')).benchGrowth({ json });
    case 'builtins':
      return (await import('./builtins.ts')).benchBuiltins({ json });
    case 'lending':
      return (await import('./lending.ts')).benchLending({ json, only: rowsNamed(values.only), profile: values.profile ?? null });
    case 'session':
      return (await import('./session.ts')).benchSession({ json });
    default:
      throw new Usage(name === undefined ? 'what is to be measured?' : `nothing called ${name} is measured`);
  }
}

function rowsNamed(text: string): readonly LendingRow[] {
  return text.split(',').filter((name) => name !== '').map((name) => {
    const row = LENDING_ROWS.find((each) => each === name);
    if (!row) throw new Usage(`lending has no rows called ${name}`);
    return row;
  });
}

function counted(option: string, text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 1)) throw new Usage(`${option} takes a whole number above 0, not ${text}`);
  return value;
}

try {
  await main();
} catch (error) {
  const isUsage = error instanceof Usage || (error instanceof TypeError && 'code' in error);
  console.error(isUsage ? `${error.message}\n${USAGE}` : error);
  process.exitCode = isUsage ? 2 : 1;
}
