/** The engine of the sessions inside a real browser, on WebGPU: the page is kept open until the last case is done. */
import type { Page } from 'playwright';
import { runInBrowser } from '#scripts/browserHarness.ts';
import { evaluateInPage } from '#scripts/browserJob.ts';
import { inChunks, inSingle, type Engine } from './engines.ts';

export async function browserEngine(): Promise<Engine> {
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  let running: Promise<void> = left;
  const page = await new Promise<Page>((resolve, reject) => {
    running = runInBrowser('scripts/browserEvaluate.ts', async (opened) => {
      resolve(opened);
      await left;
    });
    running.catch(reject);
  });
  return {
    isDouble: false,
    close: async () => {
      leave();
      await running;
    },
    evaluate: (job, points) =>
      inChunks(job, points, async (chunk) => {
        const broken = running.then((): never => {
          throw new Error('the browser was closed');
        });
        const { report, sets } = await Promise.race([evaluateInPage(page, 'webgpu', inSingle(job), chunk), broken]);
        if (report.backend !== 'webgpu') throw new Error(`WebGPU was asked for, and this is ${report.why}`);
        return sets;
      }),
  };
}
