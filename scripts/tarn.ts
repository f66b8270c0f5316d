/**
 * `npm run tarn -- compute MANIFEST --out FILE`: computes a surface again without a session. `--help` says how, and what the exit codes mean.
 *
 * The same engines and the same reference as everywhere; this file is what a screen is to those.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KnownError } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import { surfaceCsv } from '#lib/wire/surfaceCsv.ts';
import { surfaceJson } from '#lib/wire/surfaceJson.ts';
import { computeSurface } from './compute/compute.ts';
import { fromWeights } from './compute/fromWeights.ts';
import { openEngine } from './compute/engines.ts';
import { EXIT, HELP, readOptions, type ComputeOptions } from './compute/options.ts';
import { gatherMaterial } from './compute/sources.ts';
import { publicFolder } from './engineFiles.ts';

const SHOW_MS = 500;
/** npm runs commands in the project's folder and says here where the person is. */
const here = process.env.INIT_CWD ?? process.cwd();
const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
process.on('SIGTERM', () => stop.abort());

const say = (text: string): void => void process.stderr.write(text);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options.ok) {
    say(`${sayProblems(options.problems)}\n(--help says more)\n`);
    return EXIT.usage;
  }
  if (options.value === 'help') {
    process.stdout.write(HELP);
    return EXIT.done;
  }
  try {
    return await compute(options.value);
  } catch (error) {
    if (stop.signal.aborted) {
      say('\nstopped; nothing was written\n');
      return EXIT.stopped;
    }
    say(`\n${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof KnownError ? EXIT.unreadable : EXIT.failed;
  }
}

async function compute(options: ComputeOptions): Promise<number> {
  const place = /^https?:/.test(options.manifest) ? options.manifest : resolve(here, options.manifest);
  const material = await gatherMaterial(place, { files: options.files === null ? null : resolve(here, options.files), builtins: join(publicFolder(), 'builtins') });
  const { recipe, sliceId } = material.manifest;
  const started = performance.now();
  const engine = await openEngine(options, material, new URL('.', import.meta.url), stop.signal);
  try {
    const surface = await computeSurface(engine, material, stop.signal, progress(started));
    const json = surfaceJson(surface, { recipe, network: material.subject.manifest, runs: material.runs.map((run) => run.manifest) }, { backends: [engine.title()], computedBy: 1 }, fromWeights(material));
    const out = resolve(here, options.out);
    await writeFile(out, options.format === '.csv' ? surfaceCsv(json) : `${JSON.stringify(json)}\n`);
    const [set] = surface.sets;
    const { points, notFinite } = surface.counts(set!);
    const outcome = { out, sliceId, engine: engine.title(), points, notFinite, seconds: Number(((performance.now() - started) / 1000).toFixed(2)) };
    if (options.isJson) process.stdout.write(`${JSON.stringify(outcome)}\n`);
    else process.stdout.write(`${points.toLocaleString('en-GB')} points with ${outcome.engine} in ${outcome.seconds} s: ${out}\n`);
    return EXIT.done;
  } finally {
    await engine.close();
  }
}

/** One line that is rewritten on a terminal; elsewhere now and then a plain one. */
function progress(started: number): (done: number, all: number) => void {
  let shown = -Infinity;
  return (done, all) => {
    const now = performance.now();
    const isLast = done === all;
    if (!isLast && now - shown < (process.stderr.isTTY ? SHOW_MS : 20 * SHOW_MS)) return;
    shown = now;
    const rate = done / ((now - started) / 1000);
    const left = isLast ? '' : `, about ${Math.ceil((all - done) / rate)} s left`;
    const line = `${done.toLocaleString('en-GB')} of ${all.toLocaleString('en-GB')} points, ${rate.toFixed(0)} a second${left}`;
    say(process.stderr.isTTY ? `\r${line.padEnd(72)}${isLast ? '\n' : ''}` : `${line}\n`);
  };
}

process.exitCode = await main();
