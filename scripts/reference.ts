/**
 * `npm run reference -- DIR`: compares the engines with cases whose answers are known. `--help` says how, and what the exit codes mean.
 *
 * Every backend in turn through the same cases; an engine that cannot be opened fails, in words. It knows no kind of case.
 */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { sayProblems } from '#lib/parsed.ts';
import { casesIn } from './reference/caseFile.ts';
import { failuresOf, type Row } from './reference/checks.ts';
import { tensorflowEngine, type Engine } from './reference/engines.ts';
import { float64Cores } from './reference/float64Cores.ts';
import { EXIT, HELP, pointsOn, readOptions, type BackendName, type ReferenceOptions } from './reference/options.ts';
import { runCase } from './reference/runCase.ts';
import { summaryOf } from './reference/summary.ts';

type BackendRows = { readonly backend: BackendName; readonly rows: readonly Row[]; /** Why it could not be opened. */ readonly problem: string | null };

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options.ok) return refuse(sayProblems(options.problems));
  if (options.value === 'help') {
    process.stdout.write(HELP);
    return EXIT.passed;
  }
  const { backends, isJson } = options.value;
  // npm runs commands in the project's folder and says here where the person is.
  const directory = resolve(process.env.INIT_CWD ?? process.cwd(), options.value.directory);
  const names = namesIn(directory, options.value);
  if (typeof names === 'string') return refuse(names);

  const done: BackendRows[] = [];
  for (const backend of backends) done.push(await runBackend(backend, directory, names, options.value));
  if (isJson) process.stdout.write(`${JSON.stringify(done.flatMap(({ backend, rows }) => rows.map((row) => ({ backend, ...row }))), null, 1)}\n`);
  else for (const { backend, rows, problem } of done) process.stdout.write(`${problem === null ? summaryOf(backend, rows) : `${backend}: could not be opened: ${problem}`}\n`);
  return done.some(({ rows, problem }) => problem !== null || rows.some(({ status }) => status === 'fail')) ? EXIT.failed : EXIT.passed;
}

/** The cases that are asked for, or in words why there are none. */
function namesIn(directory: string, { cases }: ReferenceOptions): readonly string[] | string {
  if (!existsSync(directory)) return `there is no directory ${directory}`;
  if (!statSync(directory).isDirectory()) return `${directory} is a file; a directory of cases is expected`;
  const all = casesIn(directory);
  if (all.length === 0) return `${directory} holds no cases: a case is a .json file that states its kind, beside its .safetensors`;
  const missing = cases?.filter((name) => !all.includes(name)) ?? [];
  return missing.length > 0 ? `${directory} holds no case ${missing.join(', ')}. It holds ${all.join(', ')}.` : all.filter((name) => cases?.includes(name) ?? true);
}

async function runBackend(backend: BackendName, directory: string, names: readonly string[], options: ReferenceOptions): Promise<BackendRows> {
  const rows: Row[] = [];
  let engine: Engine;
  try {
    engine = await engineOf(backend);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    say(`${backend}: ${problem}`);
    return { backend, rows, problem };
  }
  try {
    if (!options.isJson) process.stdout.write(`${options.backends.length > 1 ? `\n${backend}\n` : ''}${line(['case', 'kind', 'result', 'largest error', 'tolerance', 'points'])}\n`);
    for (const name of names) {
      const { row, checks, problem, unread } = await runCase(directory, name, engine, pointsOn(backend, options), (words) => say(`  ${name}: ${words}`));
      rows.push(row);
      if (!options.isJson) process.stdout.write(`${line([row.case, row.kind, row.status, number(row.error), number(row.tolerance), String(row.points)])}\n`);
      if (problem !== null) say(`  ${name}: ${problem}`);
      if (unread.length > 0) say(`  ${name}: not compared: ${unread.join(', ')}`);
      for (const { what, error, tolerance } of failuresOf(checks)) say(`  ${name}: ${what} is off by ${number(error)}, allowed ${number(tolerance)}`);
    }
  } finally {
    await engine.close();
  }
  return { backend, rows, problem: null };
}

async function engineOf(backend: BackendName): Promise<Engine> {
  if (backend === 'float64') return float64Cores();
  if (backend === 'webgpu') return (await import('./reference/browserEngine.ts')).browserEngine();
  return tensorflowEngine(backend);
}

function refuse(words: string): number {
  say(`${words}\n(--help says more)`);
  return EXIT.usage;
}

const WIDTHS = [26, 16, 13, 15, 11, 8] as const;
const line = (cells: readonly string[]): string => cells.map((cell, index) => cell.padEnd(WIDTHS[index]!)).join('').trimEnd();
const number = (value: number | null): string => (value === null ? '-' : value === 0 ? '0' : value.toExponential(2));

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = EXIT.failed;
  },
);
