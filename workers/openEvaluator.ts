/**
 * Chooses the backend: the first of the wished-for order that comes up and gives right numbers.
 *
 * Every backend that was passed over leaves its reason in the report. It does not know pages or messages.
 */
import type { Backend, BackendReport, BackendWish } from '#lib/wire/workerMessages.ts';
import { BackendUnavailable, openBackend, type OpenBackend } from './backend.ts';
import type { Evaluator } from './evaluator.ts';
import type { Pace } from './pace.ts';
import { probe } from './probe.ts';
import { createTfEvaluator } from './tfEvaluator.ts';

export type OpenOptions = {
  readonly wish: BackendWish;
  /** Where the .wasm files are: a URL path or, under Node, a folder; ends with a slash. */
  readonly wasmPath: string;
  readonly pace?: Pace;
  /** Called once if the device is lost. The evaluator is of no use from then on. */
  readonly onLost?: (reason: string) => void;
};

const ORDER: Readonly<Record<BackendWish, readonly Backend[]>> = {
  auto: ['webgpu', 'wasm', 'cpu'],
  webgpu: ['webgpu', 'wasm', 'cpu'],
  wasm: ['wasm', 'cpu'],
  cpu: ['cpu'],
};

/** @throws BackendUnavailable when no backend works here */
export async function openEvaluator({ wish, wasmPath, pace, onLost }: OpenOptions): Promise<Evaluator> {
  const reasons: string[] = [];
  for (const backend of ORDER[wish]) {
    let open: OpenBackend | null = null;
    try {
      open = await openBackend(backend, wish, wasmPath);
      const evaluator = createTfEvaluator(open, reportOf(open, wish, reasons), pace);
      await probe(evaluator);
      if (onLost) void open.lost.then(onLost);
      return evaluator;
    } catch (error) {
      open?.close();
      const words = error instanceof Error ? error.message : String(error);
      reasons.push(error instanceof BackendUnavailable ? words : `${open?.title ?? backend} does not compute correctly here: ${words}`);
    }
  }
  throw new BackendUnavailable(`no backend works here: ${reasons.join('; ')}`);
}

function reportOf({ backend, title, isSoftwareAdapter }: OpenBackend, wish: BackendWish, reasons: readonly string[]): BackendReport {
  const why = reasons.length > 0 ? `${title}, because ${reasons.join(' and ')}` : wish === 'auto' ? title : `${title}, as chosen`;
  return { backend, title, why, isSoftwareAdapter };
}
