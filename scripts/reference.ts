/**
 * Compares the engine with cases whose answers are known.
 *
 *     npm run reference -- DIR [--backend float64|cpu|wasm|webgpu] [--case NAME] [--points K] [--json]
 *
 * DIR is any directory in the format of tests/reference/README.md. Exits 1 if a supported case is out of tolerance.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { casesIn } from './reference/caseFile.ts';
import { failuresOf, type Row } from './reference/checks.ts';
import { tensorflowEngine, type Engine } from './reference/engines.ts';
import { float64Cores } from './reference/float64Cores.ts';
import { HOST_ONLY, runCase } from './reference/runCase.ts';

const BACKENDS = ['float64', 'cpu', 'wasm', 'webgpu'] as const;
type BackendName = (typeof BACKENDS)[number];

/** A software WebGPU adapter takes seconds for what others do in milliseconds. */
const WEBGPU_POINTS = 5;

async function engineOf(backend: BackendName): Promise<Engine> {
  if (backend === 'float64') return float64Cores();
  if (backend === 'webgpu') return (await import('./reference/browserEngine.ts')).browserEngine();
  return tensorflowEngine(backend);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { backend: { type: 'string', default: 'float64' }, case: { type: 'string' }, points: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [directory] = positionals;
  const backend = BACKENDS.find((name) => name === values.backend);
  if (!backend) throw new Usage(`there is no backend ${values.backend}: ${BACKENDS.join(', ')}`);
  const points = values.points === undefined ? (backend === 'webgpu' ? WEBGPU_POINTS : undefined) : Number(values.points);
  if (points !== undefined && !(Number.isInteger(points) && points > 0)) throw new Usage(`--points takes a whole number above 0, not ${values.points}`);
  if (!directory) throw new Usage('which directory?  npm run reference -- DIR');
  if (!existsSync(directory)) throw new Usage(`there is no directory ${directory}`);
  const names = casesIn(directory).filter((name) => values.case === undefined || name === values.case);
  if (names.length === 0) throw new Usage(values.case === undefined ? `${directory} holds no cases` : `${directory} holds no case ${values.case}`);

  const engine = await engineOf(backend);
  const rows: Row[] = [];
  try {
    if (!values.json) process.stdout.write(`${line(['case', 'kind', 'result', 'largest error', 'tolerance', 'points'])}\n`);
    for (const name of names) {
      const { row, checks, problem, unread } = await runCase(directory, name, engine, points, (words) => process.stderr.write(`  ${name}: ${words}\n`));
      rows.push(row);
      if (!values.json) process.stdout.write(`${line([row.case, row.kind, row.status, number(row.error), number(row.tolerance), String(row.points)])}\n`);
      if (problem !== null) process.stderr.write(`  ${name}: ${problem}\n`);
      if (unread.length > 0) process.stderr.write(`  ${name}: not compared: ${unread.join(', ')}\n`);
      for (const { what, error, tolerance } of failuresOf(checks)) process.stderr.write(`  ${name}: ${what} is off by ${number(error)}, allowed ${number(tolerance)}\n`);
    }
  } finally {
    await engine.close();
  }
  if (values.json) process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
  else process.stdout.write(`${summary(rows, backend)}\n`);
  process.exitCode = rows.some(({ status }) => status === 'fail') ? 1 : 0;
}

class Usage extends Error {}

function summary(rows: readonly Row[], backend: string): string {
  const count = (status: Row['status']): number => rows.filter((row) => row.status === status).length;
  const unsupported = [...new Set(rows.filter(({ status }) => status === 'unsupported').map(({ kind }) => kind))];
  const words = unsupported.length > 0 ? `; kinds not supported yet: ${unsupported.join(', ')}` : '';
  const onHost = rows.filter(({ kind, status }) => status === 'pass' && HOST_ONLY.has(kind)).length;
  const host = onHost > 0 && backend !== 'float64' ? `; ${onHost} of those that passed are computed on the host, whatever the backend` : '';
  return `${backend}: ${count('pass')} passed, ${count('fail')} failed, ${count('unsupported')} unsupported${words}${host}`;
}

const WIDTHS = [26, 16, 13, 15, 11, 8] as const;
const line = (cells: readonly string[]): string => cells.map((cell, index) => cell.padEnd(WIDTHS[index]!)).join('').trimEnd();
const number = (value: number | null): string => (value === null ? '-' : value === 0 ? '0' : value.toExponential(2));

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
