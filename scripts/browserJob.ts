/**
 * An evaluation job on its way between Node and a page: arrays as base64, so that it travels as JSON.
 *
 * They go ahead of the job in pieces, because one message holds no network of 50 million parameters.
 */
import type { Page } from 'playwright';
import type { LossName } from '#lib/network/loss.ts';
import type { Network } from '#lib/network/program.ts';
import type { AnySamples, EvaluationMode } from '#lib/network/forward.ts';
import type { Samples, SetName } from '#lib/network/subject.ts';
import type { BackendReport, BackendWish } from '#lib/wire/workerMessages.ts';
import type { EvaluationJob } from '#workers/evaluator.ts';

/** `zeros` zeros, then the floats of `pieces` texts from number `first` of those sent ahead. */
type Packed = { readonly length: number; readonly zeros: number; readonly first: number; readonly pieces: number };

/** Floats of one piece, 24 MiB. */
const PIECE = 6 * 2 ** 20;

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
  /** Whether the network's outputs at the first point are wanted too. */
  readonly withOutputs?: boolean | undefined;
};

export type BrowserAnswer = {
  readonly report: BackendReport;
  /** What computed it, in words. */
  readonly engine: string;
  readonly sets: readonly { readonly set: SetName; readonly samples: number; readonly lossSum: readonly number[]; readonly correct: readonly number[] }[];
  /** Per set [samples × outputs] at the first point; none where they were not asked for. */
  readonly outputs: readonly (readonly number[])[];
  /** Of the points alone. */
  readonly ms: number;
};

/** Evaluates in a page opened by `runInBrowser('scripts/browserEvaluate.ts', …)`. */
export async function evaluateInPage(page: Page, wish: BackendWish, job: EvaluationJob, points: BrowserRequest['points'], options: Pick<BrowserRequest, 'onOperators' | 'withOutputs'> = {}): Promise<BrowserAnswer> {
  const texts: string[] = [];
  const small = packed(job, (values) => pack(values, texts));
  await page.evaluate(() => {
    window.tarnTexts = [];
  });
  for (const text of texts) await page.evaluate((piece) => void window.tarnTexts?.push(piece), text);
  return page.evaluate((request) => {
    if (!window.tarnEvaluate) throw new Error('this page does not evaluate: open scripts/browserEvaluate.ts');
    return window.tarnEvaluate(request);
  }, { wish, job: small, points, ...options });
}

type Pack = (values: Float32Array) => Packed;

const packed = ({ network, loss, origin, directions, buffers, bufferDirections, sets, mode }: EvaluationJob, pack: Pack): PackedJob => ({
  network,
  loss,
  origin: pack(origin),
  directions: directions.map(pack),
  buffers: pack(buffers),
  bufferDirections: bufferDirections?.map(pack) ?? null,
  sets: sets.map(({ set, samples }) => ({ set, ...packedSamples(samples, pack) })),
  mode: mode ? packedMode(mode, pack) : null,
});

/** In the page, after the texts of the job have come. */
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

const packedSamples = ({ count, inputs, targets }: AnySamples, pack: Pack): PackedSamples => ({ count, inputs: pack(Float32Array.from(inputs)), targets: pack(targets) });

const samplesFrom = ({ count, inputs, targets }: PackedSamples): Samples => ({ count, inputs: unpack(inputs), targets: unpack(targets) });

const packedMode = ({ batchNorm, dropout }: EvaluationMode, pack: Pack): PackedMode => ({
  dropout,
  batchNorm: batchNorm.policy === 'recomputed' ? { ...batchNorm, samples: packedSamples(batchNorm.samples, pack) } : batchNorm,
});

const modeFrom = ({ batchNorm, dropout }: PackedMode): EvaluationMode => ({
  dropout,
  batchNorm: batchNorm.policy === 'recomputed' ? { ...batchNorm, samples: samplesFrom(batchNorm.samples) } : batchNorm,
});

function pack(values: Float32Array, texts: string[]): Packed {
  const first = texts.length;
  const found = values.findIndex((value) => value !== 0 || Object.is(value, -0));
  const zeros = found < 0 ? values.length : found;
  for (let start = zeros; start < values.length; start += PIECE) {
    const some = values.subarray(start, start + PIECE);
    texts.push(Buffer.from(some.buffer, some.byteOffset, some.byteLength).toString('base64'));
  }
  return { length: values.length, zeros, first, pieces: texts.length - first };
}

function unpack({ length, zeros, first, pieces }: Packed): Float32Array {
  const values = new Float32Array(length);
  const bytes = new Uint8Array(values.buffer);
  let at = 4 * zeros;
  for (let piece = first; piece < first + pieces; piece++) {
    const text = atob(window.tarnTexts![piece]!);
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
  }
  return values;
}

declare global {
  interface Window {
    tarnTexts?: string[];
  }
}
