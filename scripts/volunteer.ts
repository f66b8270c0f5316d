/**
 * `npm run volunteer -- URL`: lends this computer to a session without a browser. `--help` says how, and what the exit codes mean.
 *
 * It computes with the engines of a page and lends with the code of a page; this file is what a page's screen is to those.
 */
import { setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { builtinNames, loadWeights } from '#client/subjects.ts';
import type { SubjectHere } from '#lib/network/subject.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { JoinedSession, ProblemDetails } from '#lib/wire/api.ts';
import type { BackendWish } from '#lib/wire/workerMessages.ts';
import { probeGraphics } from './volunteer/graphics.ts';
import { joinHeadless, type Headless } from './volunteer/headless.ts';
import { nodeAnalysts, nodeWorkers } from './volunteer/nodeWorkers.ts';
import { EXIT, HELP, readOptions, type Target, type VolunteerOptions } from './volunteer/options.ts';
import { createProgress } from './volunteer/progress.ts';
import { createStopSignals } from './volunteer/stopSignals.ts';

/** How long the session may take to welcome us. */
const JOIN_MS = 30_000;
const SHOW_MS = 250;
/** Every tile under way listens for the stop; Node would call more than ten of them a leak. */
const MOST_LISTENERS = 128;

/** The reason to end with another exit code than 0. */
class Ended extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const progress = createProgress({
  write: (text) => process.stdout.write(text),
  isTerminal: process.stdout.isTTY,
  columns: () => process.stdout.columns,
  now: () => performance.now(),
});

const { stopped, hear } = createStopSignals(() => performance.now(), () => process.exit(EXIT.interrupted));
setMaxListeners(MOST_LISTENERS);
process.on('SIGINT', hear);
process.on('SIGTERM', hear);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options.ok) {
    process.stderr.write(`${sayProblems(options.problems)}\n(--help says more)\n`);
    return EXIT.usage;
  }
  if (options.value === 'help') {
    process.stdout.write(HELP);
    return EXIT.stopped;
  }
  try {
    await lend(options.value);
    return EXIT.stopped;
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    progress.say(error.message);
    return error.code;
  }
}

async function lend({ target, backend, threads }: VolunteerOptions): Promise<void> {
  const found = await Promise.race([stopped, Promise.all([sessionOf(target), subjectsOf(target.origin), lackOf(backend)])]);
  if (!found) return;
  const [joined, subjects, lack] = found;
  const workers = { script: new URL('./computeThread.mjs', import.meta.url), threads, hasGraphics: lack === null && backend !== 'wasm' };
  const headless = joinHeadless({
    origin: target.origin,
    session: joined.id,
    key: joined.key,
    subjects,
    host: nodeWorkers(workers),
    analysts: nodeAnalysts(workers),
    onNotice: progress.say,
  });
  const { volunteer, connection } = headless;
  const show = () => progress.show(volunteer.state.getSnapshot(), connection.getSnapshot());
  const timer = setInterval(show, SHOW_MS);
  try {
    const title = await Promise.race([headless.joined, stopped, refusal(headless), late()]);
    if (title === undefined) return;
    progress.say(title === '' ? 'Joined.' : `Joined “${title}”.`);
    volunteer.setWish(lack === null ? backend : 'wasm');
    volunteer.start();
    await Promise.race([stopped, refusal(headless), failure(headless, backend === 'webgpu', lack)]);
  } finally {
    clearInterval(timer);
    await headless.leave();
    progress.say(`Left. ${headless.points().toLocaleString('en-GB')} points computed; what was not finished is handed back.`);
  }
}

/** Exchanges a code for a session. */
async function sessionOf(target: Target): Promise<JoinedSession | { readonly id: string; readonly key: string | null }> {
  if (target.kind === 'session') {
    await ask(target.origin, '/healthz');
    return target;
  }
  const answer = await ask(target.origin, '/api/v1/join', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code: target.code }) });
  if (answer.ok) return (await answer.json()) as JoinedSession;
  const problem = (await answer.json().catch(() => null)) as ProblemDetails | null;
  throw new Ended(EXIT.notJoined, problem?.detail ?? `the server answered ${answer.status}`);
}

async function ask(origin: string, path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(origin + path, { ...init, signal: AbortSignal.timeout(JOIN_MS) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
    throw new Ended(EXIT.notJoined, `${origin} cannot be reached (${reason})`);
  }
}

async function subjectsOf(origin: string): Promise<readonly SubjectHere[]> {
  try {
    return await Promise.all((await builtinNames(origin)).map((name) => loadWeights(name, origin)));
  } catch (error) {
    throw new Ended(EXIT.notJoined, `${origin} does not give its networks: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Why there is no WebGPU here; null where there is, or where nobody asked. */
async function lackOf(backend: BackendWish): Promise<string | null> {
  if (backend === 'wasm') return null;
  const adapter = await probeGraphics(fileURLToPath(new URL('.', import.meta.url)));
  if (adapter.ok) return null;
  const reason = sayProblems(adapter.problems);
  if (backend === 'webgpu') throw new Ended(EXIT.noBackend, `WebGPU cannot be had here: ${reason}`);
  return reason;
}

/** Rejects when the session will not have us. */
const refusal = ({ connection }: Headless): Promise<never> =>
  new Promise((_, reject) => {
    connection.subscribe(() => {
      const state = connection.getSnapshot();
      if (state.kind === 'refused') reject(new Ended(EXIT.notJoined, state.reason));
    });
  });

/** Rejects when nothing computes, or not what was insisted on; says once what does. */
const failure = ({ volunteer }: Headless, isInsisted: boolean, lack: string | null): Promise<never> =>
  new Promise((_, reject) => {
    let said = '';
    const look = () => {
      const state = volunteer.state.getSnapshot();
      if (state.kind === 'paused' && state.reason === 'failures') return reject(new Ended(EXIT.noBackend, `This computer fails again and again: ${state.why}`));
      if (state.kind === 'unable') return reject(new Ended(EXIT.noBackend, `This computer cannot help: ${state.reason}`));
      if (state.kind !== 'helping' && state.kind !== 'idle') return;
      const { report } = state;
      if (isInsisted && report.backend !== 'webgpu') return reject(new Ended(EXIT.noBackend, `WebGPU cannot be had here: it would be ${report.why}`));
      const why = lack === null ? report.why : `${report.title}, because ${lack}`;
      if (why !== said) progress.say(`Computing with ${why}.`);
      said = why;
    };
    volunteer.state.subscribe(look);
    look();
  });

const late = (): Promise<never> =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new Ended(EXIT.notJoined, `the session did not answer within ${JOIN_MS / 1000} s`)), JOIN_MS).unref();
  });

process.exitCode = await main();
// Threads and sockets may take a moment to go; nothing that matters is left.
process.exit();
