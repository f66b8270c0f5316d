/**
 * Devices that ask the server for work over real sockets, in a process of their own: the load of bench/lending/socket.ts.
 *
 * A device asks for as many milliseconds as a volunteer on a local network does, and says of each tile that it took TILE_MS. What it returns is
 * computed beforehand, in float64, so that the load is cheaper than what is timed.
 */
import { io, type Socket } from 'socket.io-client';
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import { firstOf, type Subject } from '#lib/network/subject.ts';
import { sayProblems } from '#lib/parsed.ts';
import { frameOf, parametersAt } from '#lib/slice/frame.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { pointsOf, tileKey, tileOfKey, tilesOf, tilingOf, type Tile, type TileKey } from '#lib/work/tile.ts';
import type { CreatedSession } from '#lib/wire/api.ts';
import { ENGINE_VERSION, PROTOCOL_VERSION, type ClientToServer, type LeaseOffer, type ServerToClient } from '#lib/wire/events.ts';
import { encodeTileResult } from '#lib/wire/tileCodec.ts';
import { builtinSubject } from '#bench/builtinSubject.ts';
import { deviceIdOf, DEVICE_TITLE, MOST_DEVICES, type Load, type LoadAnswer, type LoadRequest } from './socketProtocol.ts';

/** What a tile takes on each device: of what people look at, a lease then has some forty tiles. */
const TILE_MS = 25;
/** What client/volunteer.ts asks for where the way to the server takes 2 ms. */
const ROOM_MS = 54;
/** Devices that have a session of their own each. */
const SESSIONS = 30;
/** Slices of the one session, about 4,100 tiles each: more than all devices hold together. */
const SLICES = 3;
const BUILTIN = 'line-fit';

type Live = Socket<ServerToClient, ClientToServer>;
type Device = { readonly socket: Live; isBusy: boolean };

let devices: Device[] = [];
let results = new Map<TileKey, Uint8Array>();
let returns = false;

async function open({ of, port }: Extract<LoadRequest, { kind: 'open' }>): Promise<void> {
  for (const { socket } of devices) socket.close();
  returns = of === 'tiles';
  const subject = builtinSubject(BUILTIN);
  const url = `http://127.0.0.1:${port}`;
  const recipes = Array.from({ length: returns ? SESSIONS : SLICES }, (_, index) => recipeOf(subject, 2 * index + (returns ? 100 : 1), returns ? 257 : 1025));
  const answers = new Map(recipes.map((recipe) => [sliceIdOf(recipe), answersOf(subject, recipe)]));
  results = new Map();
  if (returns) for (const recipe of recipes) for (const tile of tilesOf(tilingOf(recipe, subject.manifest))) results.set(tileKey(tile), answers.get(tile.sliceId)!(tile));
  const sessions: CreatedSession[] = [];
  for (const recipe of recipes) {
    if (returns || sessions.length === 0) sessions.push((await post(url, '/api/v1/sessions', {})) as CreatedSession);
    const session = sessions.at(-1)!;
    await post(url, `/api/v1/sessions/${session.id}/slices`, recipe, session.key);
  }
  devices = [];
  for (let number = 0; number < (returns ? SESSIONS : MOST_DEVICES); number++) devices.push(await openDevice(url, sessions[number % sessions.length]!, number));
  // Everybody looks at one of them, as in a class.
  for (const [number, { socket }] of devices.entries()) socket.emit('point', { slice: sliceIdOf(recipes[number % recipes.length]!), at: null });
  // Each shows with one tile how fast it is.
  for (const { socket } of devices) {
    const offers = await socket.emitWithAck('askForWork', ROOM_MS);
    const [first] = offers;
    if (!first) throw new Error('a device was lent nothing');
    const tile = tileOfKey(first.tile)!;
    results.set(first.tile, answers.get(tile.sliceId)!(tile));
    await giveTile(socket, offers);
  }
}

async function openDevice(url: string, session: CreatedSession, number: number): Promise<Device> {
  const socket: Live = io(url, { auth: { version: PROTOCOL_VERSION, session: session.id, key: session.key, token: null, clientId: null }, transports: ['websocket'], forceNew: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('welcome', () => resolve());
    socket.once('connect_error', reject);
  });
  socket.on('disconnect', (reason) => {
    if (reason !== 'io client disconnect') say({ kind: 'failed', message: `the server closed device ${number}: ${reason}` });
  });
  socket.emit('device', { device: deviceIdOf(number), epoch: 0, engine: ENGINE_VERSION });
  socket.emit('lend', { title: DEVICE_TITLE, workers: 1, duty: 1 });
  return { socket, isBusy: false };
}

/** Returns the tiles whose results are at hand, and gives the others back. @param onKept for each that was taken, when the server says so */
async function giveTile(socket: Live, offers: readonly LeaseOffer[], onKept: () => void = () => {}): Promise<void> {
  const [own, others] = [offers.filter(({ tile }) => results.has(tile)), offers.filter(({ tile }) => !results.has(tile))];
  if (others.length > 0) socket.emit('handBack', others.map(({ tile }) => tile));
  await Promise.all(
    own.map(async ({ tile, ticket }) => {
      const outcome = await socket.emitWithAck('returnTile', { tile, ms: TILE_MS, backend: DEVICE_TITLE, ticket }, results.get(tile)!);
      if (!outcome.ok) throw new Error(sayProblems(outcome.problems));
      if (outcome.value === 'accepted') onKept();
    }),
  );
}

async function run({ seconds, perSecond }: Extract<LoadRequest, { kind: 'run' }>): Promise<Load> {
  const waits: number[] = [];
  let [leases, grants, kept, next, asked] = [0, 0, 0, 0, 0];
  const processor = process.cpuUsage();
  const start = performance.now();
  const pending = new Set<Promise<void>>();

  async function turn(device: Device): Promise<void> {
    device.isBusy = true;
    const at = performance.now();
    const offers = await device.socket.emitWithAck('askForWork', ROOM_MS);
    waits.push(performance.now() - at);
    leases += offers.length;
    if (offers.length > 0) grants++;
    await giveTile(device.socket, offers, () => void kept++);
    device.isBusy = false;
  }

  while (performance.now() - start < seconds * 1000) {
    for (const due = ((performance.now() - start) / 1000) * perSecond; asked < due; asked++) {
      const device = devices[next++ % devices.length]!;
      if (device.isBusy) continue;
      const work = turn(device).finally(() => pending.delete(work));
      pending.add(work);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const took = (performance.now() - start) / 1000;
  const counted = { leases, grants, kept };
  await Promise.all(pending);
  const { user, system } = process.cpuUsage(processor);
  waits.sort((one, other) => one - other);
  const at = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? NaN;
  return { ...counted, seconds: took, p50: at(0.5), p99: at(0.99), processorSeconds: (user + system) / 1e6 };
}

function recipeOf({ id, manifest }: Subject, seed: number, count: number): SliceRecipe {
  const axis = (own: number) => ({ direction: { kind: 'random', seed: own, normalisation: 'none', vectors: 'layer' } as const, min: -1, max: 1, count });
  return { format: 1, subject: id, samples: [{ set: 'train', count: 1 }], loss: manifest.loss, mode: { batchNorm: 'frozen', dropout: 'off' }, centre: manifest.checkpoints.at(-1)!.id, axes: [axis(seed), axis(seed + 1)] };
}

/** What an honest device returns for a tile of a slice. */
function answersOf(subject: Subject, recipe: SliceRecipe): (tile: Tile) => Uint8Array {
  const { network } = subject.manifest;
  const frame = frameOf(recipe, subject);
  const [{ set, count }] = recipe.samples as [SliceRecipe['samples'][number]];
  const job = { network, loss: recipe.loss, buffers: frame.buffers, sets: [{ set, samples: firstOf(subject.sets[set], count) }] };
  const [forward, theta, tiling] = [forwardOf(network), new Float64Array(frame.origin.length), tilingOf(recipe, subject.manifest)];
  return (tile) => {
    const truths = pointsOf(tiling, tile).map(({ a, b }) => evaluateAt(job, parametersAt(frame, a, b, theta), forward)[0]!);
    const sums = { set, samples: count, lossSum: Float64Array.from(truths, ({ lossSum }) => Math.fround(lossSum)), correct: Uint32Array.from(truths, ({ correct }) => correct) };
    return encodeTileResult({ points: truths.length, sets: [sums] });
  };
}

async function post(url: string, path: string, body: unknown, key?: string): Promise<unknown> {
  const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

const say = (answer: LoadAnswer) => process.send!(answer);

process.on('message', (request: LoadRequest) => {
  const done = request.kind === 'open' ? open(request).then(() => ({ kind: 'opened' }) as const) : run(request).then((load) => ({ kind: 'ran', ...load }) as const);
  done.then(say, (error: unknown) => say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }));
});
process.on('disconnect', () => process.exit());
