/** The browser's shell of the embedding worker: computes in short turns, so that a new k is heard between them. What it does is in embedJob.ts. */
import type { FromEmbedder, ToEmbedder } from '#lib/wire/embedMessages.ts';
import { embedJob, type EmbedJob } from './embedJob.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const say = (message: FromEmbedder) => scope.postMessage(message);
const fail = (error: unknown) => say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });

const TURN_MS = 40;
let job: EmbedJob | null = null;
/** Also for methods that have not finished when it is asked for. */
let k: number | null = null;

function turn(messages: Generator<FromEmbedder | null>): void {
  const until = performance.now() + TURN_MS;
  try {
    while (performance.now() < until) {
      const step = messages.next();
      if (step.done) return;
      if (step.value) say(step.value);
      if (step.value?.kind === 'quality' && k !== null && k !== step.value.quality.k) for (const message of job!.quality(k)) say(message);
    }
    setTimeout(() => turn(messages), 0);
  } catch (error) {
    fail(error);
  }
}

scope.onmessage = ({ data }: MessageEvent<ToEmbedder>) => {
  try {
    if (data.kind === 'start') {
      job = embedJob(data.request);
      turn(job.messages());
      return;
    }
    k = data.k;
    for (const message of job?.quality(k) ?? []) say(message);
  } catch (error) {
    fail(error);
  }
};
