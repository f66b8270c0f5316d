/** The browser's shell of the inspector: one question, one answer, with progress on the way. What it does is in inspectJob.ts. */
import type { FromInspector, InspectQuestion } from '#lib/wire/inspectMessages.ts';
import { inspect } from './inspectJob.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const say = (message: FromInspector) => scope.postMessage(message);

scope.onmessage = ({ data }: MessageEvent<InspectQuestion>) => {
  const start = performance.now();
  try {
    const work = inspect(data);
    let step = work.next();
    while (!step.done) {
      say({ kind: 'progress', done: step.value, of: data.spots.length });
      step = work.next();
    }
    say({ kind: 'answer', answer: step.value, ms: performance.now() - start });
  } catch (error) {
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
};
