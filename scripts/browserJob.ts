/**
 * An evaluation job on its way between Node and a page: arrays as base64, so that it travels as JSON.
 */
import type { Page } from 'playwright';
import type { LossName } from '#lib/network/loss.ts';
import type { Network } from '#lib/network/program.ts';
import type { AnySamples, EvaluationMode } from '#lib/network/forward.ts';
import type { Samples, SetName } from '#lib/network/subject.ts';
import type { BackendReport, BackendWish } from '#lib/wire/workerMessages.ts';
import type { EvaluationJob } from '#workers/evaluator.ts';

type Packed = string;

type PackedJob = {
  readonly network: Network;
  readonly loss: LossName;
  readonly origin: Packed;
  readonly directions: readonly Packed[];
  readonly buffers: Packed;
  readonly bufferDirections: readonly Packed[] | null;
  readonly sets: readonly ({ readonly set: SetName } & PackedSamples)[];
  readonly mode: PackedMode | null;
};

type PackedSamples = { readonly count: number; readonly inputs: Packed; readonly targets: Packed };

/** A mode whose samples for statistics are packed. */
type PackedMode = {
  readonly batchNorm: Exclude<EvaluationMode['batchNorm'], { policy: 'recomputed' }> | { readonly policy: 'recomputed'; readonly batch: number; readonly samples: PackedSamples };
  readonly dropout: EvaluationMode['dropout'];
};

export type BrowserRequest = {
  readonly wish: BackendWish;
  /** Whether TensorFlow.js's operators are insisted on, instead of whichever engine is chosen. */
  readonly onOperators?: boolean | undefined;
  readonly job: PackedJob;
  readonly points: readonly { readonly a: number; readonly b: number }[];
};

export type BrowserAnswer = {
  readonly report: BackendReport;
  /** What computed it, in words. */
  readonly engine: string;
  readonly sets: readonly { readonly set: SetName; readonly samples: number; readonly lossSum: readonly number[]; readonly correct: readonly number[] }[];
  /** Of the points alone. */
  readonly ms: number;
};

/** Evaluates in a page opened by `runInBrowser('scripts/browserEvaluate.ts', …)`. */
export function evaluateInPage(page: Page, wish: BackendWish, job: EvaluationJob, points: BrowserRequest['points'], onOperators = false): Promise<BrowserAnswer> {
  return page.evaluate((request) => {
    if (!window.tarnEvaluate) throw new Error('this page does not evaluate: open scripts/browserEvaluate.ts');
    return window.tarnEvaluate(request);
  }, { wish, job: packed(job), points, onOperators });
}

const packed = ({ network, loss, origin, directions, buffers, bufferDirections, sets, mode }: EvaluationJob): PackedJob => ({
  network,
  loss,
  origin: pack(origin),
  directions: directions.map(pack),
  buffers: pack(buffers),
  bufferDirections: bufferDirections?.map(pack) ?? null,
  sets: sets.map(({ set, samples }) => ({ set, ...packedSamples(samples) })),
  mode: mode ? packedMode(mode) : null,
});

export const jobFrom = ({ network, loss, origin, directions, buffers, bufferDirections, sets, mode }: PackedJob): EvaluationJob => ({
  network,
  loss,
  origin: unpack(origin),
  directions: directions.map(unpack),
  buffers: unpack(buffers),
  ...(bufferDirections ? { bufferDirections: bufferDirections.map(unpack) } : {}),
  sets: sets.map(({ set, ...samples }) => ({ set, samples: samplesFrom(samples) })),
  ...(mode ? { mode: modeFrom(mode) } : {}),
});

const packedSamples = ({ count, inputs, targets }: AnySamples): PackedSamples => ({ count, inputs: pack(Float32Array.from(inputs)), targets: pack(targets) });

const samplesFrom = ({ count, inputs, targets }: PackedSamples): Samples => ({ count, inputs: unpack(inputs), targets: unpack(targets) });

const packedMode = ({ batchNorm, dropout }: EvaluationMode): PackedMode => ({
  dropout,
  batchNorm: batchNorm.policy === 'recomputed' ? { ...batchNorm, samples: packedSamples(batchNorm.samples) } : batchNorm,
});

const modeFrom = ({ batchNorm, dropout }: PackedMode): EvaluationMode => ({
  dropout,
  batchNorm: batchNorm.policy === 'recomputed' ? { ...batchNorm, samples: samplesFrom(batchNorm.samples) } : batchNorm,
});

const pack = (values: Float32Array): Packed => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

const unpack = (text: Packed): Float32Array => new Float32Array(Uint8Array.from(atob(text), (each) => each.charCodeAt(0)).buffer);
