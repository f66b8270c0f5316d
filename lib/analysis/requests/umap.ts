/** UMAP of checkpoints: a picture that keeps neighbours together, and how well it does. There is no way back from it, so no surface. */
import * as z from 'zod/mini';
import { costOfSample } from '#lib/network/cost.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { checkpointChoice, choiceProblems, rowsOf, type CheckpointChoice } from './checkpointChoice.ts';
import { seedChoice } from './evaluation.ts';
import type { AnalysisKind } from './kind.ts';

export type UmapRequest = {
  readonly kind: 'umap';
  readonly format: 1;
  readonly subject: string;
  readonly of: CheckpointChoice;
  readonly seed: number;
  /** Fewer than there are checkpoints. */
  readonly neighbours: number;
  readonly minDistance: number;
};

/** Of one picture: the share of neighbours that are neighbours in truth, and of those in truth that are kept. */
export type Faithfulness = { readonly trustworthiness: number; readonly continuity: number };

export type UmapPicture = {
  readonly picture: readonly (readonly number[])[];
  readonly epochs: number;
  /** Neighbours that faithfulness looks at. */
  readonly k: number;
  readonly umap: Faithfulness;
  /** Of two principal components, to compare with. */
  readonly components: Faithfulness;
};

const faithfulness: z.ZodMiniType<Faithfulness> = z.strictObject({ trustworthiness: z.number(), continuity: z.number() });

export const umapKind: AnalysisKind<UmapRequest, UmapPicture> = {
  title: 'UMAP of checkpoints',
  request: z.strictObject({
    kind: z.literal('umap'),
    format: z.literal(1),
    subject: z.string(),
    of: checkpointChoice,
    seed: seedChoice,
    neighbours: z.int('must be a whole number').check(z.minimum(2, 'choose 2 or more'), z.maximum(200, 'choose at most 200')),
    minDistance: z.number('must be a number').check(z.minimum(0, 'choose between 0 and 1'), z.maximum(1, 'choose between 0 and 1')),
  }),
  unit: z.strictObject({
    picture: z.array(z.array(z.number()).check(z.minLength(2), z.maxLength(2))).check(z.maxLength(2000)),
    epochs: z.int(),
    k: z.int(),
    umap: faithfulness,
    components: faithfulness,
  }),
  problemsOf: ({ of, neighbours }, manifest) => {
    const few = choiceProblems(of, manifest, 5);
    if (few.length > 0) return few;
    const count = rowsOf(of, manifest).length;
    return neighbours < count ? [] : [{ path: 'neighbours', message: `choose fewer neighbours than the ${count} checkpoints there are` }];
  },
  units: () => 1,
  passes: ({ of }, { network, checkpoints, trajectory }) => {
    const count = of === 'all' ? checkpoints.length : trajectory.length;
    return (2 * count ** 2 * layoutOf(network).size + 500 * count * 100) / Math.max(1, costOfSample(network));
  },
  runsOn: () => 'processor',
  inputsOf: () => [],
  keepsFiles: false,
  filesOf: () => [],
};
