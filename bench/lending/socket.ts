/**
 * Leases a second through the real Socket.IO, and how long a grant takes: the production server in one process, its devices in another, over loopback.
 *
 * Requests come at a steady rate, so that the time of a grant is that of a server with work to do and not of a queue that only grows.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Figure } from '#bench/figures.ts';
import type { Load, LoadAnswer, LoadRequest, ServerAnswer, ServerRequest } from './socketProtocol.ts';

/** Requests a second for grants alone, of some forty leases each: what a person may give back sets the limit. */
const GRANT_REQUESTS = 400;
const SECONDS = 8;
/** More than one core can serve, tile by tile. */
const TILE_REQUESTS = 2000;
const TILE_SECONDS = 4;

type Timed = Load & { readonly serverSeconds: number };

/** @param profileFolder where a processor profile of the server is put, or null */
export async function benchSocket(profileFolder: string | null): Promise<readonly Figure[]> {
  const server = start('socketServer.ts', profileFolder === null ? [] : ['--cpu-prof', '--cpu-prof-dir', profileFolder]);
  const load = start('socketLoad.ts', []);
  try {
    const { port } = (await answer<ServerAnswer>(server)) as Extract<ServerAnswer, { kind: 'listening' }>;
    await ask(load, { kind: 'open', of: 'grants', port });
    await timed(server, load, 2, GRANT_REQUESTS / 2);
    const grants = await timed(server, load, SECONDS, GRANT_REQUESTS);
    await ask(load, { kind: 'open', of: 'tiles', port });
    const tiles = await timed(server, load, TILE_SECONDS, TILE_REQUESTS);
    return figuresOf(grants, tiles);
  } finally {
    load.kill();
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.send('end' satisfies ServerRequest);
    await ended;
  }
}

function figuresOf(grants: Timed, tiles: Timed): readonly Figure[] {
  const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');
  const core = (timed: Timed): string => `${((100 * timed.serverSeconds) / timed.seconds).toFixed(0)} % of a core`;
  return [
    {
      title: 'leases a second of one core with Socket.IO in front, 100 devices in one session',
      measured: grants.leases / grants.seconds,
      pass: 10_000,
      kind: 'rate',
      detail: `${whole(grants.grants / grants.seconds)} requests a second answered with ${(grants.leases / Math.max(1, grants.grants)).toFixed(1)} each, ${core(grants)}: ${whole(grants.leases / grants.serverSeconds)} leases per processor second; the load took ${((100 * grants.processorSeconds) / grants.seconds).toFixed(0)} % of another`,
    },
    { title: 'the same: from a request to its grant, p99', measured: grants.p99, pass: 50, kind: 'milliseconds', detail: `p50 ${grants.p50.toFixed(1)} ms` },
    {
      title: 'tiles lent, returned, kept and told a second, 30 sessions',
      measured: tiles.kept / tiles.seconds,
      pass: null,
      kind: 'rate',
      detail: `${core(tiles)}: ${whole(tiles.kept / tiles.serverSeconds)} per processor second; kept in memory, grant p99 ${tiles.p99.toFixed(1)} ms`,
    },
  ];
}

function start(script: string, execArgv: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(script, import.meta.url)), { execArgv: ['--import', 'tsx', ...execArgv], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

async function timed(server: ChildProcess, load: ChildProcess, seconds: number, perSecond: number): Promise<Timed> {
  const before = await processorOf(server);
  const ran = (await ask(load, { kind: 'run', seconds, perSecond })) as Extract<LoadAnswer, { kind: 'ran' }>;
  return { ...ran, serverSeconds: (await processorOf(server)) - before };
}

async function processorOf(server: ChildProcess): Promise<number> {
  const told = answer<ServerAnswer>(server);
  server.send('processor' satisfies ServerRequest);
  return ((await told) as Extract<ServerAnswer, { kind: 'processor' }>).seconds;
}

async function ask(load: ChildProcess, request: LoadRequest): Promise<LoadAnswer> {
  const told = answer<LoadAnswer>(load);
  load.send(request);
  const said = await told;
  if (said.kind === 'failed') throw new Error(`the load of the benchmark: ${said.message}`);
  return said;
}

const answer = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    const end = (code: number | null) => reject(new Error(`a process of the benchmark ended with ${code}`));
    child.once('exit', end);
    child.once('message', (said: T) => {
      child.off('exit', end);
      resolve(said);
    });
  });
