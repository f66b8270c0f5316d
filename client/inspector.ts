/**
 * Looks closer at a few points of a slice on this device, in float64, in a worker of its own for each question.
 *
 * What it finds stays with whoever asked. Cancelling ends the worker at once. It decides nothing about when to ask.
 */
import { firstOf, type Samples } from '#lib/network/subject.ts';
import type { FromInspector, InspectAnswer, InspectQuestion } from '#lib/wire/inspectMessages.ts';
import { workerFailure } from './workerFailure.ts';

export type Inspection = { readonly answer: InspectAnswer; readonly ms: number };

/** @throws Error with the worker's reason, or `AbortError` when `signal` says so */
export function inspect(question: InspectQuestion, signal: AbortSignal, onProgress?: (done: number, of: number) => void): Promise<Inspection> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(new URL('../workers/inspect.worker.ts', import.meta.url), { type: 'module' });
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', onAbort);
      worker.terminate();
      settle();
    };
    const onAbort = () => end(() => reject(signal.reason as Error));
    signal.addEventListener('abort', onAbort);
    worker.onmessage = ({ data }: MessageEvent<FromInspector>) => {
      if (data.kind === 'progress') onProgress?.(data.done, data.of);
      else if (data.kind === 'failed') end(() => reject(new Error(data.message)));
      else end(() => resolve(data));
    };
    worker.onerror = (event) => end(() => reject(new Error(workerFailure(event, 'the worker that looks closer'))));
    worker.postMessage(alone(question));
  });
}

/** A view into a file would take the whole file with it to the worker. */
const own = <T extends Float32Array>(view: T): T => (view.byteLength === view.buffer.byteLength ? view : (view.slice() as T));

function alone({ frame, mode, sets, ...rest }: InspectQuestion): InspectQuestion {
  const samplesOf = ({ count, inputs, targets }: Samples): Samples => ({ count, inputs: own(inputs), targets: own(targets) });
  const { batchNorm } = mode;
  return {
    ...rest,
    mode: { ...mode, batchNorm: batchNorm.policy === 'recomputed' ? { ...batchNorm, samples: { ...batchNorm.samples, inputs: batchNorm.samples.inputs.slice() } } : batchNorm },
    frame: { ...frame, origin: own(frame.origin), directions: frame.directions.map(own), buffers: own(frame.buffers) },
    sets: sets.map(({ set, samples }) => ({ set, samples: samplesOf(samples) })),
  };
}

/** Samples that a price is measured on. */
const PROBED = 16;

/** Seconds that a question will take here, from the same question at one spot on a few samples: an estimate, measured. */
export async function inspectionPrice(question: InspectQuestion, signal: AbortSignal): Promise<number> {
  const wanted = question.sets.reduce((sum, { samples }) => sum + samples.count, 0);
  const sets = question.sets.slice(0, 1).map(({ set, samples }) => ({ set, samples: firstOf(samples, Math.min(PROBED, samples.count)) }));
  const { ms } = await inspect({ ...question, sets, spots: question.spots.slice(0, 1) }, signal);
  const probed = sets[0]?.samples.count ?? 1;
  return ((ms / 1000) * wanted * question.spots.length) / probed;
}
