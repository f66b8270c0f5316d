/** Products with a Hessian on a device of a page, asked for from Node: vectors travel as JSON, one network at a time. */
import type { Page } from 'playwright';
import type { Differentiable } from '#lib/network/derivatives/derivatives.ts';
import type { BackendReport, BackendWish } from '#lib/wire/workerMessages.ts';

/** A subject whose arrays are JSON. */
export type CurvatureRequest = {
  readonly wish: Exclude<BackendWish, 'auto'>;
  readonly subject: Pick<Differentiable, 'network' | 'loss'> & { readonly buffers: readonly number[]; readonly samples: { readonly count: number; readonly inputs: readonly number[]; readonly targets: readonly number[] } };
  readonly parameters: readonly number[];
};

export type PageCurvature = {
  readonly open: (request: CurvatureRequest) => Promise<BackendReport>;
  readonly gradient: () => Promise<{ readonly loss: number; readonly gradient: readonly number[] }>;
  /** Answers with H·v, or with nothing. */
  readonly run: (what: 'moveTo' | 'multiply' | 'dispose', vector: readonly number[]) => Promise<readonly number[]>;
};

/** In a page opened by `runInBrowser('scripts/browserEvaluate.ts', …)`. */
export async function openCurvatureInPage(page: Page, wish: CurvatureRequest['wish'], { network, loss, buffers, samples }: Differentiable, parameters: Float64Array): Promise<BackendReport> {
  const { count, inputs, targets } = samples;
  const subject = { network, loss, buffers: Array.from(buffers), samples: { count, inputs: [...inputs], targets: [...targets] } };
  return page.evaluate((request) => window.tarnCurvature!.open(request), { wish, subject, parameters: [...parameters] });
}

export async function gradientInPage(page: Page): Promise<{ loss: number; gradient: Float64Array }> {
  const { loss, gradient } = await page.evaluate(() => window.tarnCurvature!.gradient());
  return { loss, gradient: Float64Array.from(gradient) };
}

export const inCurvature = (page: Page, what: 'moveTo' | 'multiply' | 'dispose', vector: Float64Array): Promise<readonly number[]> =>
  page.evaluate((given) => window.tarnCurvature!.run(given.what, given.vector), { what, vector: [...vector] });

declare global {
  interface Window {
    tarnCurvature?: PageCurvature;
  }
}
