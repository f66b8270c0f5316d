/** Starts Tarn: the only file that reads the environment, the only one that ends the process. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { availableParallelism, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import next from 'next';
import { systemClock } from './clock.ts';
import { readConfig, type Config } from './config.ts';
import { keepDemoSession } from './demoSession.ts';
import { lockFolder } from './dataLock.ts';
import { secretDice } from './dice.ts';
import { createDoor } from './door.ts';
import { createLog } from './log.ts';
import { createProberPool, createThreadProber } from './prober.ts';
import { openSqliteStorage } from './sqliteStorage.ts';
import { loadSubjects } from './subjects.ts';
import { startTarn } from './tarn.ts';
import { vectorsFrom } from './vectors.ts';

const DRAIN_MS = 10_000;

/** This file runs as dist/main.mjs. */
const root = fileURLToPath(new URL('..', import.meta.url));

const outcome = readConfig(process.env, availableParallelism());
if (!outcome.ok) {
  for (const { message } of outcome.problems) console.error(message);
  process.exit(2);
}
const config = outcome.value;
const log = createLog(config.logFormat, (line) => console.error(line), systemClock.date);

process.on('unhandledRejection', (error) => log.error('unhandled', error));

try {
  await start();
} catch (error) {
  console.error(wordsFor(error));
  process.exit(1);
}

/** What whoever starts it can do about it; what was not foreseen as it is, with its stack. */
function wordsFor(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'FolderInUse') return error.message;
  switch ('code' in error ? error.code : null) {
    case 'EADDRINUSE':
      return `Port ${config.port} is taken: set PORT to another one.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${config.host} is no address of this machine: set HOST to one that is, or leave it out.`;
    case 'EACCES':
      return `Port ${config.port} needs more rights than this process has: set PORT to one above 1023.`;
    default:
      return error;
  }
}

/** Before anything is opened: a folder that cannot be written would fail later and say less. */
function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    console.error(`Nothing can be kept in ${folder} (${error instanceof Error ? error.message : error}): set DATA_DIR to a folder that can be written.`);
    process.exit(1);
  }
}

async function start(): Promise<void> {
  // Pages read their files from where the project is, wherever it was started from.
  process.chdir(root);
  prepareFolder(config.dataDir);
  const lock = await lockFolder(config.dataDir);
  process.once('exit', () => lock.release());
  const database = join(config.dataDir, 'tarn.db');
  const storage = await openSqliteStorage(database);
  const subjects = await loadSubjects(join(root, 'public', 'builtins'));
  const thread = () => createThreadProber(subjects, new URL('./proberThread.mjs', import.meta.url), log, vectorsFrom(storage));
  const prober = createProberPool(config.probeThreads, thread, createDoor(thread, systemClock));
  let closePages = async () => {};
  const tarn = await startTarn({
    config,
    storage,
    subjects,
    prober,
    budget: { perSecond: config.truthBudget },
    clock: systemClock,
    dice: secretDice,
    log,
    openPages: async (httpServer) => {
      const app = next({ dev: config.isDevelopment, dir: root, hostname: config.host, port: config.port, httpServer });
      await app.prepare();
      closePages = () => app.close();
      const handle = app.getRequestHandler();
      return (request, response) => handle(request, response);
    },
  });
  const demo = await keepDemoSession(tarn.register, tarn.tokens, join(root, 'public', 'builtins', 'spirals-tiny.surface.json'));
  for (const line of greeting(config, tarn.port, database, demo)) console.log(line);

  let isEnding = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isEnding) return;
      isEnding = true;
      setTimeout(() => process.exit(1), DRAIN_MS).unref();
      tarn
        .close()
        .then(closePages)
        .then(
          () => process.exit(0),
          (error: unknown) => {
            log.error('close.failed', error);
            process.exit(1);
          },
        );
    });
  }
}

function greeting({ host, publicUrl }: Config, port: number, database: string, demo: string): readonly string[] {
  const here = publicUrl ?? `http://localhost:${port}`;
  const isOpen = host === '0.0.0.0' || host === '::';
  const near = isOpen ? Object.values(networkInterfaces()).flatMap((each) => each ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal) : [];
  const others = near.map(({ address }) => `http://${address}:${port}`).join('  ');
  return [
    '',
    `  Tarn is at      ${here}`,
    `  A demo session  ${here}${demo}`,
    `  Stored in       ${database}: sessions, notes and computed tiles`,
    ...(others === '' ? [] : [`  On this network ${others}`]),
    '',
    '  Browsers give pages WebGPU on localhost and over HTTPS only. On a second machine put a TLS proxy in front',
    '  and set PUBLIC_URL; without it everything works there too, but that machine computes with WASM, which is slower.',
    '',
  ];
}
