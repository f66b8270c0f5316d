/**
 * An evaluation job on its way between Node and a page: arrays as base64, so that it travels as JSON.
 */
import type { Page } from 'playwright';
import type { LossName } from '#lib/network/loss.ts';
import type { Network } from '#lib/network/program.ts';
import type { SetName } from '#lib/network/subject.ts';
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
  readonly sets: readonly { readonly set: SetName; readonly count: number; readonly inputs: Packed; readonly targets: Packed }[];
};

export type BrowserRequest = {
  readonly wish: BackendWish;
  readonly job: PackedJob;
  readonly points: readonly { readonly a: number; readonly b: number }[];
};

export type BrowserAnswer = {
  readonly report: BackendReport;
  readonly sets: readonly { readonly set: SetName; readonly samples: number; readonly lossSum: readonly number[]; readonly correct: readonly number[] }[];
  /** Of the points alone. */
  readonly ms: number;
};

/** Evaluates in a page opened by `runInBrowser('scripts/browserEvaluate.ts', …)`. */
export function evaluateInPage(page: Page, wish: BackendWish, job: EvaluationJob, points: BrowserRequest['points']): Promise<BrowserAnswer> {
  return page.evaluate((request) => {
    if (!window.tarnEvaluate) throw new Error('this page does not evaluate: open scripts/browserEvaluate.ts');
    return window.tarnEvaluate(request);
  }, { wish, job: packed(job), points });
}

const packed = ({ network, loss, origin, directions, buffers, bufferDirections, sets }: EvaluationJob): PackedJob => ({
  network,
  loss,
  origin: pack(origin),
  directions: directions.map(pack),
  buffers: pack(buffers),
  bufferDirections: bufferDirections?.map(pack) ?? null,
  sets: sets.map(({ set, samples }) => ({ set, count: samples.count, inputs: pack(samples.inputs), targets: pack(samples.targets) })),
});

export const jobFrom = ({ network, loss, origin, directions, buffers, bufferDirections, sets }: PackedJob): EvaluationJob => ({
  network,
  loss,
  origin: unpack(origin),
  directions: directions.map(unpack),
  buffers: unpack(buffers),
  ...(bufferDirections ? { bufferDirections: bufferDirections.map(unpack) } : {}),
  sets: sets.map(({ set, count, inputs, targets }) => ({ set, samples: { count, inputs: unpack(inputs), targets: unpack(targets) } })),
});

const pack = (values: Float32Array): Packed => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

const unpack = (text: Packed): Float32Array => new Float32Array(Uint8Array.from(atob(text), (each) => each.charCodeAt(0)).buffer);
