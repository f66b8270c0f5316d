/**
 * The evaluator that TensorFlow.js carries: every layer, on WebGPU, WASM or CPU.
 *
 * A slice is believed only after its centre has been compared with the float64 reference; how many points go into one
 * dispatch is measured, not assumed. It does not know tiles, messages or pages.
 */
import * as tf from '@tensorflow/tfjs-core';
import { costOfSample } from '#lib/network/cost.ts';
import { evaluateAt } from '#lib/network/forward.ts';
import type { BackendReport } from '#lib/wire/workerMessages.ts';
import { activate, type OpenBackend } from './backend.ts';
import type { EvaluationJob, Evaluator, PreparedSlice } from './evaluator.ts';
import { withoutImpossible } from './movedStatistics.ts';
import { createPace, type Pace } from './pace.ts';
import { compileProgram, type TfProgram } from './tfProgram.ts';
import { TfSlice } from './tfSlice.ts';
import { createTheta } from './tfTheta.ts';

/** The device's numbers differ from the float64 reference. */
export class WrongNumbers extends Error {
  override readonly name = 'WrongNumbers';
}

/** Relative to max(|loss|, 0.01), as the reference cases measure it; the worst float32 path seen is at 2e-6. */
const CENTRE_TOLERANCE = 5e-5;
const CENTRE_SAMPLES = 64;
/** Multiply-adds that the reference may spend on a self-check: about half a second. */
const CENTRE_COST = 3e8;

const BATCHES = [1, 16, 64] as const;
/** A dispatch that takes this long gains nothing from being larger. */
const LONG_DISPATCH_MS = 60;

export function createTfEvaluator(open: OpenBackend, report: BackendReport, pace: Pace = createPace()): Evaluator {
  const batches = new Map<string, number>();

  async function prepare(job: EvaluationJob): Promise<PreparedSlice> {
    await activate(open.backend, `the ${open.backend} backend went away`);
    const program = compileProgram(job.network);
    await checkCentre(job, program);
    const key = `${JSON.stringify(job.network)} ${job.loss} ${job.sets.map(({ samples }) => samples.count).join('+')}`;
    const batch = batches.get(key) ?? (await quickestBatch(job, program));
    batches.set(key, batch);
    const slice = sliceOf(job, program, batch);
    await slice.keepCanary();
    return {
      async evaluate(points, signal) {
        pace.begin();
        return withoutImpossible(job, points, await slice.evaluate(points, signal));
      },
      dispose: () => slice.dispose(),
    };
  }

  const sliceOf = (job: EvaluationJob, program: TfProgram, batch: number): TfSlice =>
    new TfSlice(open, program, createTheta(program.tensors, job), job, pace, batch);

  /** Rule C5: the centre that the slice gives equals the loss of the centre's weights, evaluated directly. */
  async function checkCentre(job: EvaluationJob, program: TfProgram): Promise<void> {
    const most = Math.max(1, Math.min(CENTRE_SAMPLES, Math.floor(CENTRE_COST / costOfSample(job.network))));
    const few = { ...job, sets: job.sets.map(({ set, samples }) => ({ set, samples: firstOf(samples, most) })) };
    const truth = evaluateAt(few, Float64Array.from(job.origin));
    const slice = sliceOf(few, program, 1);
    try {
      const { sets } = await slice.evaluate([{ a: 0, b: 0 }]);
      for (const [index, { set, samples, lossSum }] of sets.entries()) {
        const found = lossSum[0]! / samples;
        const expected = truth[index]!.lossSum / samples;
        // A centre without a finite loss has nothing to be compared with.
        if (!Number.isFinite(expected)) continue;
        const error = Math.abs(found - expected) / Math.max(Math.abs(expected), 0.01);
        if (!(error <= CENTRE_TOLERANCE)) {
          throw new WrongNumbers(`${report.backend} gives a ${set} loss of ${found} at the centre, where float64 gives ${expected}`);
        }
      }
    } finally {
      slice.dispose();
    }
  }

  async function quickestBatch(job: EvaluationJob, program: TfProgram): Promise<number> {
    const samples = Math.max(...job.sets.map((set) => set.samples.count));
    let best = { batch: 1, msPerPoint: Infinity };
    for (const batch of BATCHES) {
      if (batch > 1 && (!program.isDense || batch * samples * program.widest > open.activationFloats)) break;
      if (batch === 1 && !program.isDense) return 1;
      const slice = sliceOf(job, program, batch);
      try {
        const points = Array.from({ length: batch }, (_, index) => ({ a: (index + 1) / 1000, b: 0 }));
        // The first run compiles shaders and packs weights.
        await slice.evaluate(points);
        const start = performance.now();
        for (let round = 0; round < 3; round++) await slice.evaluate(points);
        const ms = (performance.now() - start) / 3;
        // A larger batch wastes more on a tile that does not fill it, so it has to be clearly quicker.
        if (ms / batch < 0.9 * best.msPerPoint) best = { batch, msPerPoint: ms / batch };
        if (ms > LONG_DISPATCH_MS) break;
      } finally {
        slice.dispose();
      }
    }
    return best.batch;
  }

  return {
    report,
    prepare,
    tensors: () => tf.memory().numTensors,
    async dispose() {
      open.close();
    },
  };
}

const firstOf = (samples: EvaluationJob['sets'][number]['samples'], count: number) => {
  const width = samples.inputs.length / samples.count;
  const kept = Math.min(count, samples.count);
  return { count: kept, inputs: samples.inputs.subarray(0, kept * width), targets: samples.targets.subarray(0, kept) };
};
