/** The engine of the sessions inside a real browser, on WebGPU: the page is kept open until the last case is done. */
import type { Page } from 'playwright';
import { runInBrowser } from '#scripts/browserHarness.ts';
import { gradientInPage, inCurvature, openCurvatureInPage } from '#scripts/browserCurvature.ts';
import { evaluateInPage, type BrowserAnswer } from '#scripts/browserJob.ts';
import type { EvaluationJob } from '#workers/evaluator.ts';
import { centreOf, inChunks, inSingle, type At, type Engine } from './engines.ts';

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
  const closed = (): Promise<never> =>
    running.then((): never => {
      throw new Error('the browser was closed');
    });
  return {
    isDouble: false,
    isSlow: true,
    close: async () => {
      leave();
      await running;
    },
    evaluate: (job, points) => inChunks(job, points, async (chunk) => (await ask(inSingle(job), chunk)).sets),
    outputs: async (...subject) => Float64Array.from((await ask(centreOf(...subject), [{ a: 0, b: 0 }], true)).outputs[0]!),
    curvature: async (subject, parameters) => {
      const report = await Promise.race([openCurvatureInPage(page, 'webgpu', subject, parameters), closed()]);
      if (report.backend !== 'webgpu') throw new Error(`WebGPU was asked for, and this is ${report.why}`);
      return {
        moveTo: (next) => Promise.race([inCurvature(page, 'moveTo', next), closed()]).then(() => {}),
        gradient: () => Promise.race([gradientInPage(page), closed()]),
        multiply: async (vector) => Float64Array.from(await Promise.race([inCurvature(page, 'multiply', vector), closed()])),
        close: () => inCurvature(page, 'dispose', new Float64Array(0)).then(() => {}),
      };
    },
  };

  async function ask(job: EvaluationJob, points: readonly At[], withOutputs = false): Promise<BrowserAnswer> {
    const answer = await Promise.race([evaluateInPage(page, 'webgpu', job, points, { withOutputs }), closed()]);
    if (answer.report.backend !== 'webgpu') throw new Error(`WebGPU was asked for, and this is ${answer.report.why}`);
    return answer;
  }
}
