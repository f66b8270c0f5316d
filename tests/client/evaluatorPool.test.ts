/** The pool against workers that are stand-ins: they record what they are told and answer when the test says so. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEvaluatorPool, type ComputeHost } from '#client/evaluatorPool.ts';
import { pageWorkers, workersFor } from '#client/pageWorkers.ts';
import type { SamplePart } from '#lib/network/subject.ts';
import { encodeTileResult } from '#lib/wire/tileCodec.ts';
import { tileKey, tilesOf, tilingOf } from '#lib/work/tile.ts';
import type { Backend, BackendReport, FromWorker, ToWorker } from '#lib/wire/workerMessages.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

class StandIn {
  static all: StandIn[] = [];
  readonly told: ToWorker[] = [];
  isTerminated = false;
  onmessage: (event: { data: FromWorker }) => void = () => {};
  onerror: (event: { message: string }) => void = () => {};

  constructor() {
    StandIn.all.push(this);
  }

  postMessage(message: ToWorker): void {
    this.told.push(message);
  }

  terminate(): void {
    this.isTerminated = true;
  }

  say(message: FromWorker): void {
    this.onmessage({ data: message });
  }

  kinds(): string[] {
    return this.told.map(({ kind }) => kind);
  }

  jobs(): number[] {
    return this.told.flatMap((message) => (message.kind === 'evaluate' ? [message.job] : []));
  }
}

const reportOf = (backend: Backend): BackendReport => ({ backend, title: backend, why: backend, isSoftwareAdapter: false });
const bytes = encodeTileResult({ points: 2, sets: [{ set: 'train', samples: 8, lossSum: Float64Array.of(1, 2), correct: Uint32Array.of(0, 0) }] }) as Uint8Array<ArrayBuffer>;
const subject = lineSubject();
const recipe = planeRecipe();
const key = tileKey(tilesOf(tilingOf(recipe, subject.manifest))[0]!);
const settled = () => new Promise((resolve) => setTimeout(resolve));
const { signal } = new AbortController();

test('[C9] a host says how many workers a CPU has, and networks to probe with reach every one of them', async () => {
  const told: ToWorker[][] = [];
  const ended: number[] = [];
  const hear: ((message: FromWorker) => void)[] = [];
  const host: ComputeHost = {
    mostBytes: () => 2 ** 30,
    cpuWorkers: () => 5,
    hire: (hearOne) => {
      const index = told.push([]) - 1;
      hear.push(hearOne);
      return { post: (message) => told[index]!.push(message), end: () => ended.push(index) };
    },
  };
  const networks = [subject.manifest.network];
  const pool = createEvaluatorPool(host, { wish: 'wasm', duty: 1, networks });
  hear[0]!({ kind: 'started', report: reportOf('wasm') });
  await pool.ready;
  expect(pool.size).toBe(5);
  expect(told.map(([first]) => first)).toEqual(Array.from({ length: 5 }, () => ({ kind: 'start', wish: 'wasm', networks })));
  pool.dispose();
  expect(ended).toEqual([0, 1, 2, 3, 4]);
});

describe('createEvaluatorPool', () => {
  beforeEach(() => {
    StandIn.all = [];
    vi.stubGlobal('Worker', StandIn);
    vi.stubGlobal('navigator', { hardwareConcurrency: 4 });
  });
  afterEach(() => void vi.unstubAllGlobals());

  function started(backend: Backend) {
    const pool = createEvaluatorPool(pageWorkers, { wish: 'auto', duty: 0.5 });
    StandIn.all[0]!.say({ kind: 'started', report: reportOf(backend) });
    return pool;
  }

  test('[C9] a graphics device has one worker, a CPU one per core less one', async () => {
    const gpu = started('webgpu');
    expect(await gpu.ready).toEqual(reportOf('webgpu'));
    expect(gpu.size).toBe(1);
    StandIn.all = [];
    const cpu = started('wasm');
    expect(cpu.size).toBe(3);
    expect(StandIn.all.map(({ told }) => told[0])).toEqual([{ kind: 'start', wish: 'auto' }, { kind: 'start', wish: 'wasm' }, { kind: 'start', wish: 'wasm' }]);
    expect([1, 2, 3, 9, 64].map(workersFor)).toEqual([1, 1, 2, 8, 8]);
  });

  test('[C9] tiles go to the least busy worker, and a subject goes to each worker once', async () => {
    const pool = started('wasm');
    const running = [0, 1, 2, 3].map(() => pool.evaluate(recipe, subject, key, signal));
    await settled();
    expect(StandIn.all.map((worker) => worker.jobs())).toEqual([[1, 4], [2], [3]]);
    expect(StandIn.all[0]!.kinds()).toEqual(['start', 'duty', 'subject', 'evaluate', 'evaluate']);
    for (const worker of StandIn.all) for (const job of worker.jobs()) worker.say({ kind: 'evaluated', job, bytes, ms: 5, engine: 'the tile engine', held: { tensors: 7, bytes: 100 }, dispatches: { count: 3, long: 1, longestMs: 120 } });
    expect(await Promise.all(running)).toEqual(running.map(() => ({ bytes, ms: 5, points: 2, engine: 'the tile engine' })));
    expect(pool.held()).toEqual({ tensors: 21, bytes: 300 });
  });

  test('[C9] an abort reaches the worker, and its answer ends the wait', async () => {
    const pool = started('webgpu');
    const abort = new AbortController();
    const running = pool.evaluate(recipe, subject, key, abort.signal);
    await settled();
    abort.abort();
    expect(StandIn.all[0]!.told.at(-1)).toEqual({ kind: 'cancel', job: 1 });
    StandIn.all[0]!.say({ kind: 'cancelled', job: 1 });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('[C9] a failure keeps its words', async () => {
    const pool = started('webgpu');
    const running = pool.evaluate(recipe, subject, key, signal);
    await settled();
    StandIn.all[0]!.say({ kind: 'failed', job: 1, message: 'the graphics device was lost' });
    await expect(running).rejects.toMatchObject({ name: 'EvaluationFailed', message: 'the graphics device was lost' });
  });

  test('[C9] bytes that are no tile result fail the tile, and the worker goes on', async () => {
    const pool = started('webgpu');
    const running = [pool.evaluate(recipe, subject, key, signal), pool.evaluate(recipe, subject, key, signal)];
    await settled();
    const held = { tensors: 0, bytes: 0 };
    const broken = bytes.slice();
    // More correct answers than samples: what a device gives that writes where it should not.
    new DataView(broken.buffer).setUint32(broken.byteLength - 4, 9999, true);
    StandIn.all[0]!.say({ kind: 'evaluated', job: 1, bytes: broken, ms: 5, engine: 'the tile engine', held, dispatches: { count: 3, long: 1, longestMs: 120 } });
    StandIn.all[0]!.say({ kind: 'evaluated', job: 2, bytes, ms: 5, engine: 'the tile engine', held, dispatches: { count: 3, long: 1, longestMs: 120 } });
    await expect(running[0]).rejects.toMatchObject({ name: 'EvaluationFailed', message: expect.stringContaining('9999 correct of 8 samples') });
    expect(await running[1]).toMatchObject({ points: 2 });
  });

  test('[C9] a worker that dies fails its tiles, and the others go on', async () => {
    const pool = started('wasm');
    const running = pool.evaluate(recipe, subject, key, signal);
    await settled();
    StandIn.all[0]!.onerror({ message: 'out of memory' });
    await expect(running).rejects.toMatchObject({ name: 'EvaluationFailed', message: 'out of memory' });
    expect(pool.size).toBe(2);
    expect(StandIn.all[0]!.isTerminated).toBe(true);
  });

  test('[C9] where nothing works, ready says so', async () => {
    const pool = createEvaluatorPool(pageWorkers, { wish: 'auto', duty: 1 });
    StandIn.all[0]!.say({ kind: 'unable', message: 'no backend works here' });
    await expect(pool.ready).rejects.toMatchObject({ name: 'EvaluatorUnavailable', message: 'no backend works here' });
    await expect(pool.evaluate(recipe, subject, key, signal)).rejects.toMatchObject({ name: 'EvaluatorUnavailable' });
  });

  test('[C9] a change from the graphics device to the CPU hires for every core and is told', async () => {
    const pool = started('webgpu');
    const listener = vi.fn();
    pool.subscribe(listener);
    StandIn.all[0]!.say({ kind: 'changed', report: reportOf('wasm') });
    expect(pool.report()).toEqual(reportOf('wasm'));
    expect(pool.size).toBe(3);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('[C9] the share of time reaches every worker, those to come included', () => {
    const pool = started('wasm');
    expect(StandIn.all.every(({ told }) => told.some((message) => message.kind === 'duty' && message.share === 0.5))).toBe(true);
    pool.setDuty(0.25);
    for (const { told } of StandIn.all) expect(told.at(-1)).toEqual({ kind: 'duty', share: 0.25 });
  });

  test('[L21] a worker is given the parts of samples that its tiles need, once, and lets go of those it used longest ago, never of what a tile came with', async () => {
    const pool = started('webgpu');
    const divided = { ...subject, manifest: { ...subject.manifest, dataset: { ...subject.manifest.dataset, parts: { train: [], test: [] } } } };
    // Four of them are as much as a worker keeps.
    const partAt = (first: number): SamplePart => ({ set: 'train', first, samples: { count: 1024, inputs: new Float32Array(4 * 2 ** 20 - 1024), targets: new Float32Array(1024) } });
    const parts = Array.from({ length: 6 }, (_part, at) => partAt(1024 * at));
    for (const wanted of [[0], [1], [0, 2, 3], [4], [1, 2, 3, 4, 5]]) {
      void pool.evaluate(recipe, divided, key, signal, new Map(), wanted.map((at) => parts[at]!)).catch(() => {});
      await settled();
    }
    const [worker] = StandIn.all;
    const numberOf = (name: string) => Number(name.split(' ').at(-1)) / 1024;
    const told = worker!.told.flatMap((message) => {
      if (message.kind === 'subject') return ['sets' in message.subject ? 'whole' : 'weights'];
      if (message.kind === 'samples') return [`+${numberOf(message.key)}`];
      if (message.kind === 'letGo') return message.keys.map((name) => `-${numberOf(name)}`);
      return message.kind === 'evaluate' ? ['tile'] : [];
    });
    expect(told).toEqual(['weights', '+0', 'tile', '+1', 'tile', '+2', '+3', 'tile', '+4', '-1', 'tile', '+1', '+5', '-0', 'tile']);
    pool.dispose();
  });

  test('[C9] letting go ends every worker and every wait', async () => {
    const pool = started('wasm');
    const running = pool.evaluate(recipe, subject, key, signal);
    await settled();
    pool.dispose();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(StandIn.all.every(({ isTerminated }) => isTerminated)).toBe(true);
    expect(pool.size).toBe(0);
  });
});
