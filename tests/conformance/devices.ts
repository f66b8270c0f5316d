/** Devices for the checks: the body of the compute worker on each backend that Node has, and faulty ones to show that checks can fail. */
import type { Device } from '#lib/conformance/device.ts';
import { tileKey } from '#lib/work/tile.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import type { FromWorker } from '#lib/wire/workerMessages.ts';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { createEvaluateJobs } from '#workers/evaluateJobs.ts';

/** The compute worker, without a thread of its own: it is given the very arrays of the test, so a change of theirs would be seen. */
export async function workerOn(backend: 'wasm' | 'cpu'): Promise<Device> {
  const heard = new Map<number | 'start', (message: FromWorker) => void>();
  const jobs = createEvaluateJobs({
    say: (message) => heard.get('job' in message ? message.job : 'start')?.(message),
    ...NODE_FILES,
  });
  const answer = (to: number | 'start') => new Promise<FromWorker>((resolve) => heard.set(to, resolve));
  const started = answer('start');
  jobs.hear({ kind: 'start', wish: backend });
  const report = await started;
  if (report.kind !== 'started' || report.report.backend !== backend) throw new Error(`no ${backend} here: ${JSON.stringify(report)}`);
  let count = 0;
  return {
    async evaluate(recipe, subject, tile) {
      const job = ++count;
      const done = answer(job);
      jobs.hear({ kind: 'subject', subject });
      jobs.hear({ kind: 'evaluate', job, recipe, tile: tileKey(tile) });
      const message = await done;
      if (message.kind !== 'evaluated') throw new Error(JSON.stringify(message));
      const result = decodeTileResult(message.bytes);
      if (!result.ok) throw new Error(JSON.stringify(result.problems));
      return result.value;
    },
  };
}
