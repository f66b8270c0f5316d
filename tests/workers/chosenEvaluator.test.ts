/** Which engine computes a job: one that can, whose numbers are right, and the quicker one. Engines are broken by rewriting their jobs. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Step } from '#lib/network/program.ts';
import type { OpenBackend } from '#workers/backend.ts';
import { createChosenEvaluator, type ChosenOptions, type EngineSource } from '#workers/chosenEvaluator.ts';
import { raceTime } from '#workers/engineRace.ts';
import type { Engine, EvaluationJob } from '#workers/evaluator.ts';
import { createMemory } from '#workers/memory.ts';
import { createPace } from '#workers/pace.ts';
import { errorOf, jobOf, networkOf, operatorsOn, truthAt } from './engines.ts';

const REPORT = { backend: 'cpu', title: 'CPU', why: 'CPU', isSoftwareAdapter: false } as const;
const chw = { op: 'flatten', order: 'CHW' } as const;
const last = { op: 'linear', weight: 'w', bias: null } as const;
const POOLED = networkOf([2, 4, 4], [{ op: 'maxpool', kernel: 2, stride: 2 }, chw, last], { w: [3, 8] });
const PLAIN = networkOf([5], [last, { op: 'tanh' }], { w: [3, 5] });

let open: OpenBackend;
let operators: Engine;
beforeAll(async () => {
  ({ open, engine: operators } = await operatorsOn('cpu'));
});

/** An engine of another name that computes `change(job)` instead, and so has the numbers of another network or of other weights. */
const changed = (title: string, change: (job: EvaluationJob) => EvaluationJob, extra: Partial<Engine> = {}): Engine => ({
  ...operators,
  kind: 'tile',
  title,
  prepare: async (job) => {
    const slice = await operators.prepare(change(job));
    return { title, evaluate: (...args) => slice.evaluate(...args), outputs: (point) => slice.outputs(point), dispose: () => slice.dispose() };
  },
  ...extra,
});

const averaging = (steps: readonly Step[]): readonly Step[] => steps.map((step) => (step.op === 'maxpool' ? { ...step, op: 'avgpool' } : step));
const brokenPool = () => changed('a tile engine whose maximum is an average', (job) => ({ ...job, network: { ...job.network, program: averaging(job.network.program) } }));
const asTile = () => changed('a tile engine', (job) => job);

const sourceOf = (engine: Engine): EngineSource & { opened: number } => ({
  kind: engine.kind,
  opened: 0,
  async open() {
    this.opened++;
    return engine;
  },
});

const chosen = (sources: readonly EngineSource[], options: Partial<ChosenOptions> = {}) =>
  createChosenEvaluator({ open, report: REPORT, sources, curvature: () => Promise.reject(new Error('not asked for here')), pace: createPace(), memory: createMemory(), ...options });

const POINTS = [{ a: 0.5, b: -0.25 }];

describe('createChosenEvaluator', () => {
  test('[C5] outputs are handed on only where the losses that were measured are theirs', async () => {
    const job = jobOf(POOLED);
    const right = await chosen([sourceOf(operators)]).prepare(job);
    const [answers] = await right.outputs(POINTS[0]!);
    expect(answers!.length).toBe(7 * 3);
    const stale = changed('a tile engine', (same) => same);
    const prepare = async (each: EvaluationJob) => {
      const slice = await stale.prepare(each);
      return { ...slice, outputs: async () => [answers!.map((value) => value + (value > 0 ? 1 : 0))] };
    };
    const wrong = await chosen([sourceOf({ ...stale, prepare })]).prepare(job);
    await expect(wrong.outputs(POINTS[0]!)).rejects.toThrow(/outputs back whose losses add up to/);
    right.dispose();
    wrong.dispose();
  });

  test('[L18] a trial finds how fast the network itself is computed, by the engine that serves it, and the report says so', async () => {
    const refusing = { ...operators, kind: 'tile', title: 'a tile engine', refuses: () => 'not this one' } as Engine;
    const timed: string[] = [];
    const timeOf: ChosenOptions['timeOf'] = async (engine, job) => (timed.push(`${engine.title} ${job.network.id} ${job.sets[0]!.samples.count}`), 0.5);
    const evaluator = chosen([sourceOf(refusing), sourceOf(operators)], { timeOf });
    expect(evaluator.report.rate).toBeUndefined();
    await evaluator.trial(PLAIN);
    expect(timed).toEqual([`${operators.title} ${PLAIN.id} 256`]);
    // Fifteen multiply-adds a sample, each half a millisecond.
    expect(evaluator.report.rate).toBe(30);
  });

  test('[C11] an engine that gets an operation of the network wrong is dropped for the next, and the report says why', async () => {
    const evaluator = chosen([sourceOf(brokenPool()), sourceOf(operators)]);
    const job = jobOf(POOLED);
    const slice = await evaluator.prepare(job);
    expect(slice.title).toBe('TensorFlow.js operators on CPU');
    const { sets } = await slice.evaluate(POINTS);
    expect(errorOf(sets[0]!.lossSum[0]!, truthAt(job, 0.5, -0.25)[0]!)).toBeLessThan(2e-6);
    expect(evaluator.report.why).toMatch(/because a tile engine whose maximum is an average gives .* in a test of maxpool where .* is right/);
    slice.dispose();
  });

  test('[C11] it is not refused for an operation that the network lacks', async () => {
    const evaluator = chosen([sourceOf(brokenPool()), sourceOf(operators)]);
    const slice = await evaluator.prepare(jobOf(PLAIN));
    expect(slice.title).toBe('a tile engine whose maximum is an average');
    expect(evaluator.report.why).toBe('CPU');
    slice.dispose();
  });

  test('[C11] a network is tried before anything of it is asked for', async () => {
    await expect(chosen([sourceOf(brokenPool())]).probe(POOLED)).rejects.toThrow('in a test of maxpool');
    await chosen([sourceOf(brokenPool())]).probe(PLAIN);
    await chosen([sourceOf(brokenPool())]).probe(null);
  });

  test('[C5] an engine whose centre is wrong is dropped, and where all are, the job is refused in words', async () => {
    // Right on every small probe, wrong on weights as many as the network has.
    const size = jobOf(PLAIN).origin.length;
    const shift = (job: EvaluationJob) => (job.network.id === PLAIN.id && job.origin.length === size ? { ...job, origin: job.origin.map((value) => value + 0.01) } : job);
    const evaluator = chosen([sourceOf(changed('a shifted engine', shift))]);
    await expect(evaluator.prepare(jobOf(PLAIN))).rejects.toMatchObject({ name: 'NoEngine', message: expect.stringMatching(/a shifted engine gives a train loss of .* at the centre, where float64 gives/) });
    const other = chosen([sourceOf(changed('a shifted engine', shift)), sourceOf(operators)]);
    const slice = await other.prepare(jobOf(PLAIN));
    expect(slice.title).toBe('TensorFlow.js operators on CPU');
    slice.dispose();
  });

  test('[C5] what is wrong with the job itself is said as it is', async () => {
    const evaluator = chosen([sourceOf(asTile()), sourceOf(operators)]);
    await expect(evaluator.prepare(jobOf(PLAIN, { classes: 9 }))).rejects.toThrow('class 3 is not one of the 3 that the network has');
  });

  /** Times as a stopwatch would give them, by kind of engine. */
  const times = (tile: number, other: number): Pick<ChosenOptions, 'timeOf' | 'raceAfterMs'> => ({ raceAfterMs: Number.MIN_VALUE, timeOf: async ({ kind }) => (kind === 'tile' ? tile : other) });

  test('[C10] the tile engine serves at once; where the operators are quicker they go on, and a revisit knows it', async () => {
    const second = sourceOf(operators);
    const memory = createMemory();
    const evaluator = chosen([sourceOf(asTile()), second], { memory, ...times(2, 1) });
    const job = jobOf(PLAIN);
    const slice = await evaluator.prepare(job);
    const first = await slice.evaluate(POINTS);
    expect([slice.title, second.opened]).toEqual(['a tile engine', 0]);
    const next = await slice.evaluate(POINTS);
    expect([slice.title, second.opened]).toEqual(['TensorFlow.js operators on CPU', 1]);
    expect(next).toEqual(first);
    slice.dispose();
    const unwanted = sourceOf(asTile());
    const again = await chosen([unwanted, sourceOf(operators)], { memory }).prepare(job);
    expect([again.title, unwanted.opened]).toEqual(['TensorFlow.js operators on CPU', 0]);
    again.dispose();
    expect(operators.held().tensors).toBe(0);
  });

  test('[C10] the tile engine stays where it is quicker', async () => {
    const evaluator = chosen([sourceOf(asTile()), sourceOf(operators)], times(1, 2));
    const slice = await evaluator.prepare(jobOf(PLAIN));
    await slice.evaluate(POINTS);
    await slice.evaluate(POINTS);
    expect(slice.title).toBe('a tile engine');
    slice.dispose();
  });

  test('[C10] the operators are not even opened before a network has been computed for a while', async () => {
    const second = sourceOf(operators);
    const slice = await chosen([sourceOf(asTile()), second], { ...times(2, 1), raceAfterMs: 1e9 }).prepare(jobOf(PLAIN));
    for (let tile = 0; tile < 5; tile++) await slice.evaluate(POINTS);
    expect([slice.title, second.opened]).toEqual(['a tile engine', 0]);
    slice.dispose();
  });

  test('[C10] timing an engine gives a time, and leaves nothing behind', async () => {
    expect(await raceTime(operators, jobOf(POOLED), createPace())).toBeGreaterThan(0);
    expect(operators.held().tensors).toBe(0);
  });

  test('[C10] a job that the tile engine refuses goes to the operators', async () => {
    const evaluator = chosen([sourceOf(changed('a tile engine', (job) => job, { refuses: () => 'it has no such layer' })), sourceOf(operators)]);
    const slice = await evaluator.prepare(jobOf(PLAIN));
    expect(slice.title).toBe('TensorFlow.js operators on CPU');
    expect(evaluator.report.why).toBe('CPU');
    slice.dispose();
  });

  test('[C12] a device that does not answer is given up with a fault', async () => {
    const guard = { open: () => {}, close: async () => {}, settle: async () => {} };
    let isHung = false;
    const hanging = asTile();
    const engine: Engine = { ...hanging, prepare: async (job) => { const slice = await hanging.prepare(job); return { ...slice, evaluate: (...args) => (isHung ? new Promise(() => {}) : slice.evaluate(...args)) }; } };
    const evaluator = chosen([sourceOf(engine)], { open: { ...open, guard }, patience: { least: 300, factor: 20 } });
    const slice = await evaluator.prepare(jobOf(PLAIN));
    await slice.evaluate(POINTS);
    isHung = true;
    await expect(slice.evaluate(POINTS)).rejects.toMatchObject({ name: 'DeviceFault', kind: 'hung', message: expect.stringContaining('did not answer') });
    slice.dispose();
  });
});
