/** UMAP of checkpoints, an epoch at a time, with its faithfulness beside that of two principal components. */
import { rowsOf } from '#lib/analysis/requests/checkpointChoice.ts';
import type { Faithfulness } from '#lib/analysis/requests/umap.ts';
import { principalComponents } from '#lib/analysis/pca.ts';
import { continuity, trustworthiness } from '#lib/analysis/trustworthiness.ts';
import { umap } from '#lib/analysis/umap.ts';
import type { UnitRun } from './unitRun.ts';

/** Neighbours that faithfulness looks at, where there are enough points. */
const MOST_NEIGHBOURS = 5;

export const umapRun: UnitRun<'umap'> = {
  engine: 'the processor',
  *run({ request: { of, seed, neighbours, minDistance }, subject }) {
    const rows = rowsOf(of, subject.manifest).map((row) => subject.checkpoints[row]!);
    const { scores } = principalComponents(rows, rows.length, true);
    yield { share: 0 };
    const method = umap(rows, { seed, neighbours, minDistance });
    let step = method.next();
    for (; !step.done; step = method.next(true)) yield { share: (0.99 * step.value.done) / step.value.of };
    const { picture, epochs } = step.value;
    const k = Math.max(1, Math.min(MOST_NEIGHBOURS, Math.ceil(rows.length / 2) - 1));
    const faithfulness = (shown: readonly (readonly number[])[]): Faithfulness => ({ trustworthiness: trustworthiness(scores, shown, k), continuity: continuity(scores, shown, k) });
    return { unit: { picture, epochs, k, umap: faithfulness(picture), components: faithfulness(scores.map((row) => row.slice(0, 2))) } };
  },
};
