/** A volunteer against a socket and workers that are stand-ins. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveSocket } from '#client/connection.ts';
import type { ComputeHost } from '#client/evaluatorPool.ts';
import { pageWorkers } from '#client/pageWorkers.ts';
import { createPricer } from '#client/price.ts';
import { createSampleShelf } from '#client/sampleShelf.ts';
import { passingIdentity } from '#client/deviceIdentity.ts';
import { createVolunteer } from '#client/volunteer.ts';
import { pointsOf, tileKey, tileOfKey, tilesOf, tilingOf } from '#lib/work/tile.ts';
import type { FromWorker, ToWorker } from '#lib/wire/workerMessages.ts';
import { evaluatorFor } from '#tests/support/evaluated.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const subject = lineSubject();
const recipe = planeRecipe({}, [33, 33]);
const keys = tilesOf(tilingOf(recipe, subject.manifest)).map(tileKey);
const evaluate = evaluatorFor(subject);
const leases = keys.map((tile) => ({ tile, ticket: `ticket of ${tile}`, predictedMs: 9, isUrgent: false }));

class StandIn {
  static all: StandIn[] = [];
  static fails = false;
  isTerminated = false;
  onmessage: (event: { data: FromWorker }) => void = () => {};
  constructor() {
    StandIn.all.push(this);
  }
  postMessage(message: ToWorker): void {
    const say = (data: FromWorker) => queueMicrotask(() => !this.isTerminated && this.onmessage({ data }));
    if (message.kind === 'start') say({ kind: 'started', report: { backend: 'webgpu', title: 'a device', why: 'a device', isSoftwareAdapter: false } });
    if (message.kind !== 'evaluate') return;
    if (StandIn.fails) say({ kind: 'failed', job: message.job, message: 'the device failed' });
    else say({ kind: 'evaluated', job: message.job, bytes: evaluate(message.recipe, message.tile) as Uint8Array<ArrayBuffer>, ms: 9, engine: 'the engine of a device', held: { tensors: 0, bytes: 0 }, dispatches: { count: 3, long: 1, longestMs: 120 } });
  }
  terminate(): void {
    this.isTerminated = true;
  }
}

function start(isKnown = true, host: ComputeHost = pageWorkers) {
  const waiting = [...leases];
  const said: string[] = [];
  const returned: string[] = [];
  const world = { knows: isKnown, breaks: false, mostLent: 2 };
  const handlers = new Map<string, () => void>();
  const socket = {
    connected: true,
    on: (event: string, handler: () => void) => handlers.set(event, handler),
    off: (event: string) => handlers.delete(event),
    emit: (event: string, payload: unknown) => said.push(`${event} ${JSON.stringify(payload)}`),
    timeout: () => ({
      emitWithAck: async (event: string, payload: { tile: string } | number) => {
        if (typeof payload === 'number') return waiting.splice(0, world.mostLent);
        if (world.breaks) {
          socket.connected = false;
          throw new Error('socket has been disconnected');
        }
        returned.push(payload.tile);
        return { ok: true, value: 'accepted' };
      },
    }),
  };
  const failures: string[] = [];
  const volunteer = createVolunteer({
    identity: passingIdentity(),
    socket: socket as unknown as LiveSocket,
    host,
    lookup: async () => (world.knows ? { recipe, subject, vectors: new Map() } : null),
    networks: () => [subject.manifest.network],
    onFailure: (message) => failures.push(message),
  });
  return { volunteer, socket, said, returned, world, waiting, failures, handlers };
}

/** A host of so many WASM workers that start at once; what else is posted to one is told. */
function wasmHost(workers: number, told: (message: ToWorker, hear: (message: FromWorker) => void) => void): ComputeHost {
  return {
    cpuWorkers: () => workers,
    mostBytes: () => 2 ** 30,
    hire: (hear) => ({
      end: () => {},
      post: (message) => {
        if (message.kind === 'start') queueMicrotask(() => hear({ kind: 'started', report: { backend: 'wasm', title: 'cores', why: 'cores', isSoftwareAdapter: false } }));
        else told(message, hear);
      },
    }),
  };
}

const turns = async () => {
  for (let turn = 0; turn < 300; turn++) await Promise.resolve();
};

beforeEach(() => {
  StandIn.all = [];
  StandIn.fails = false;
  vi.useFakeTimers();
  vi.stubGlobal('Worker', StandIn);
  vi.stubGlobal('navigator', { hardwareConcurrency: 4 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('volunteer', () => {
  it('[L5] computes what it is lent and returns each tile once', async () => {
    const { volunteer, returned } = start();
    volunteer.start();
    await turns();
    expect([...returned].sort()).toEqual([...keys].sort());
    expect(volunteer.state.getSnapshot()).toMatchObject({ kind: 'idle', points: 33 * 33 });
    volunteer.close();
    expect(StandIn.all.every(({ isTerminated }) => isTerminated)).toBe(true);
  });

  it('[L4] a result whose connection broke is returned after the next welcome, also by who has stopped meanwhile', async () => {
    const { volunteer, socket, returned, world } = start();
    world.breaks = true;
    volunteer.start();
    await turns();
    expect(returned).toEqual([]);
    volunteer.stop();
    world.breaks = false;
    socket.connected = true;
    volunteer.rejoin();
    await turns();
    expect([...returned].sort()).toEqual(keys.slice(0, 2).sort());
  });

  it('[L6] tiles of a slice that is not known here yet are handed back, and it asks again', async () => {
    const { volunteer, said, returned, world, waiting } = start(false);
    volunteer.start();
    await turns();
    expect(said.filter((line) => line.startsWith('handBack'))).toHaveLength(2);
    world.knows = true;
    const left = waiting.length;
    await vi.advanceTimersByTimeAsync(4000);
    await turns();
    expect(returned).toHaveLength(left);
  });

  it('[C8] a device that keeps failing stops asking, hands back and says why', async () => {
    StandIn.fails = true;
    const { volunteer, said, waiting } = start();
    volunteer.start();
    await turns();
    expect(volunteer.state.getSnapshot()).toMatchObject({ kind: 'paused', reason: 'failures', why: 'the device failed' });
    expect(said.filter((line) => line.startsWith('lend ')).at(-1)).toBe('lend null');
    const left = waiting.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(waiting).toHaveLength(left);
    StandIn.fails = false;
    volunteer.resume('failures');
    await turns();
    expect(waiting).toHaveLength(0);
  });

  it('[P11] a pause hands back what runs and keeps the workers; a second reason outlives the first', async () => {
    const { volunteer, said, returned, waiting } = start();
    volunteer.start();
    for (let turn = 0; turn < 40 && volunteer.state.getSnapshot().kind !== 'helping'; turn++) await Promise.resolve();
    volunteer.pause('person');
    volunteer.pause('battery');
    expect(said.at(-1)).toBe('lend null');
    expect(said.some((line) => line.startsWith('handBack'))).toBe(true);
    const [left, done] = [waiting.length, returned.length];
    await turns();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([waiting.length, returned.length]).toEqual([left, done]);
    expect(volunteer.state.getSnapshot()).toMatchObject({ kind: 'paused', reason: 'person' });
    volunteer.start();
    expect(volunteer.state.getSnapshot()).toMatchObject({ kind: 'paused', reason: 'battery' });
    volunteer.resume('battery');
    await vi.advanceTimersByTimeAsync(3_000);
    await turns();
    expect(waiting).toHaveLength(0);
    expect(StandIn.all.some(({ isTerminated }) => isTerminated)).toBe(false);
    volunteer.close();
  });

  it('[P11] who finishes completes what is held, asks for no more, and is off', async () => {
    const { volunteer, returned, waiting } = start();
    volunteer.start();
    for (let turn = 0; turn < 40 && volunteer.state.getSnapshot().kind !== 'helping'; turn++) await Promise.resolve();
    volunteer.finish();
    const left = waiting.length;
    await turns();
    expect(waiting).toHaveLength(left);
    expect(returned.length).toBe(keys.length - left);
    expect(volunteer.state.getSnapshot()).toMatchObject({ kind: 'off' });
    expect(StandIn.all.every(({ isTerminated }) => isTerminated)).toBe(true);
  });

  it('[C9] [L8] a worker has its next tile before it needs it; what it has not begun may be taken back, and what it has begun may not', async () => {
    const posted: string[] = [];
    const cancelled: string[] = [];
    const jobs = new Map<number, string>();
    let finish = (): void => {};
    const host = wasmHost(1, (message, hear) => {
      if (message.kind === 'cancel') cancelled.push(jobs.get(message.job)!);
      if (message.kind !== 'evaluate') return;
      posted.push(message.tile);
      jobs.set(message.job, message.tile);
      finish = () => hear({ kind: 'evaluated', job: message.job, bytes: evaluate(message.recipe, message.tile) as Uint8Array<ArrayBuffer>, ms: 80, engine: 'WASM', held: { tensors: 0, bytes: 0 }, dispatches: { count: 1, long: 0, longestMs: 80 } });
    });
    const { volunteer, world, handlers } = start(true, host);
    world.mostLent = 4;
    volunteer.start();
    await turns();
    // How long a tile takes is not known before the first.
    expect(posted).toHaveLength(1);
    finish();
    await turns();
    expect(posted).toHaveLength(3);
    const [, begun, ahead] = posted;
    (handlers.get('withdrawWork') as unknown as (tiles: readonly string[], areUseless: boolean) => void)([begun!, ahead!], false);
    await turns();
    expect(cancelled).toEqual([ahead]);
    volunteer.close();
  });

  it('[C9] a server that lends little at a time is asked until every worker has something to do', async () => {
    const computing = new Set<string>();
    const host = wasmHost(6, (message) => {
      if (message.kind === 'evaluate') computing.add(message.tile);
    });
    const { volunteer, world } = start(true, host);
    world.mostLent = 1;
    volunteer.start();
    await turns();
    expect(computing.size).toBe(6);
    volunteer.close();
  });

  it('[P19] a device that becomes twice as slow works half as hard, says so to the server, and recovers', async () => {
    const pending: { tile: string; answer: (ms: number) => void }[] = [];
    const known = new Map<string, Uint8Array<ArrayBuffer>>();
    const duties: number[] = [];
    const host: ComputeHost = {
      cpuWorkers: () => 1,
      mostBytes: () => 2 ** 30,
      hire: (hear) => ({
        end: () => {},
        post: (message) => {
          if (message.kind === 'start') queueMicrotask(() => hear({ kind: 'started', report: { backend: 'wasm', title: 'cores', why: 'cores', isSoftwareAdapter: false } }));
          if (message.kind === 'duty') duties.push(message.share);
          if (message.kind !== 'evaluate') return;
          const bytes = known.get(message.tile) ?? (evaluate(message.recipe, message.tile) as Uint8Array<ArrayBuffer>);
          known.set(message.tile, bytes);
          pending.push({ tile: message.tile, answer: (ms) => hear({ kind: 'evaluated', job: message.job, bytes, ms, engine: 'cores', held: { tensors: 0, bytes: 0 }, dispatches: { count: 1, long: 0, longestMs: 12 } }) });
        },
      }),
    };
    const { volunteer, waiting, said } = start(true, host);
    volunteer.start();
    await turns();
    const work = async (seconds: number, msPerPoint: number) => {
      for (let second = 0; second < seconds; second++) {
        waiting.splice(0, waiting.length, ...leases.slice(0, 2));
        await vi.advanceTimersByTimeAsync(1000);
        const next = pending.shift();
        const points = next ? pointsOf(tilingOf(recipe, subject.manifest), tileOfKey(next.tile)!).length : 0;
        next?.answer(points * msPerPoint);
        await turns();
      }
    };
    await work(30, 1);
    expect(volunteer.state.getSnapshot()).toMatchObject({ isBraked: false });
    await work(40, 2.5);
    expect(volunteer.state.getSnapshot()).toMatchObject({ isBraked: true });
    expect(duties.at(-1)).toBe(0.5);
    expect(said.filter((line) => line.startsWith('lend ')).at(-1)).toContain('"duty":0.5');
    volunteer.setDuty(0.5);
    expect(duties.at(-1)).toBe(0.25);
    await work(100, 1);
    expect(volunteer.state.getSnapshot()).toMatchObject({ isBraked: false });
    expect(duties.at(-1)).toBe(0.5);
    volunteer.close();
  });

  it('[L23] whom it helps is said at once while it lends, three times in a row, and then once in a while', async () => {
    const { volunteer, said } = start();
    volunteer.start();
    await turns();
    const lends = () => said.filter((line) => line.startsWith('lend ')).map((line) => /"helps":"(\w+)"/.exec(line)![1]);
    for (const helps of ['own', 'everyone', 'own'] as const) volunteer.setHelps(helps);
    expect(lends()).toEqual(['everyone', 'own', 'everyone']);
    await vi.advanceTimersByTimeAsync(2_200);
    expect(lends()).toEqual(['everyone', 'own', 'everyone', 'own']);
    await vi.advanceTimersByTimeAsync(60_000);
    volunteer.setHelps('everyone');
    volunteer.setHelps('own');
    volunteer.setHelps('everyone');
    expect(lends().slice(4)).toEqual(['everyone', 'own', 'everyone']);
    volunteer.close();
  });

  it('[L6] stopping hands back what runs and stops lending', async () => {
    const { volunteer, said } = start();
    volunteer.start();
    for (let turn = 0; turn < 12 && !said.some((line) => line.startsWith('lend')); turn++) await Promise.resolve();
    volunteer.stop();
    expect(volunteer.state.getSnapshot()).toEqual({ kind: 'off', points: 0 });
    expect(said.at(-1)).toBe('lend null');
  });
});

describe('price', () => {
  it('[C9] the workers of a price are let go when it is known, and when it cannot be', async () => {
    const { volunteer } = start();
    const pricer = createPricer(volunteer, createSampleShelf());
    const price = await pricer.price(recipe, subject, new Map());
    expect(price).toMatchObject({ points: 1089, samples: 8 });
    expect(price.seconds).toBeCloseTo(1089 / 1000, 5);
    StandIn.fails = true;
    volunteer.setWish('cpu');
    await expect(pricer.price(recipe, subject, new Map())).rejects.toThrow('the device failed');
    expect(StandIn.all.length).toBeGreaterThanOrEqual(2);
    expect(StandIn.all.every(({ isTerminated }) => isTerminated)).toBe(true);
    StandIn.fails = false;
    expect((await pricer.price(recipe, subject, new Map())).points).toBe(1089);
    pricer.close();
  });
});
