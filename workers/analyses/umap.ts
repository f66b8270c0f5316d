/**
 * UMAP of checkpoints, an epoch at a time, with its faithfulness beside that of two principal components.
 *
 * Kept while it runs: the picture and the package's place in its dice and in its turns; who goes on looks for neighbours again.
 */
import { rowsOf } from '#lib/analysis/requests/checkpointChoice.ts';
import type { Faithfulness } from '#lib/analysis/requests/umap.ts';
import { principalComponents } from '#lib/analysis/pca.ts';
import { continuity, trustworthiness } from '#lib/analysis/trustworthiness.ts';
import { umap } from '#lib/analysis/umap.ts';
import { begun, readKept, writeKept } from './keptState.ts';
import type { UnitRun } from './unitRun.ts';

/** Neighbours that faithfulness looks at, where there are enough points. */
const MOST_NEIGHBOURS = 5;

export const umapRun: UnitRun<'umap'> = {
  engine: 'the processor',
  *run(given) {
    const { request: { of, seed, neighbours, minDistance }, subject } = given;
    const from = given.kept && readKept(given.kept, given);
    const rows = rowsOf(of, subject.manifest).map((row) => subject.checkpoints[row]!);
    const { scores } = principalComponents(rows, rows.length, true);
    yield { share: 0 };
    // Scores are as far from each other as the vectors, and far shorter.
    const method = umap(scores.map((row) => Float64Array.from(row)), { seed, neighbours, minDistance, from });
    let step = begun(method, given.kept !== null);
    for (; !step.done; step = method.next(true)) {
      const { done, of: all, state } = step.value;
      yield { share: (0.99 * done) / all, state: () => writeKept(given, state()) };
    }
    const { picture, epochs } = step.value;
    const k = Math.max(1, Math.min(MOST_NEIGHBOURS, Math.ceil(rows.length / 2) - 1));
    const faithfulness = (shown: readonly (readonly number[])[]): Faithfulness => ({ trustworthiness: trustworthiness(scores, shown, k), continuity: continuity(scores, shown, k) });
    return { unit: { picture, epochs, k, umap: faithfulness(picture), components: faithfulness(scores.map((row) => row.slice(0, 2))) } };
  },
};
