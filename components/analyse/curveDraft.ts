/** What stands in the form of a curve between two networks, as text while it is typed, and the request it stands for. */
import type { RequestOf } from '#lib/analysis/requests/requests.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import type { CurveKind } from '#lib/slice/curve.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';

export type CurveDraft = { readonly from: string; readonly to: string; readonly shape: CurveKind } & Readonly<Record<CurveNumber, string>>;

export const CURVE_NUMBERS = ['steps', 'batch', 'samples', 'learningRate', 'momentum', 'weightDecay', 'seed'] as const;
export type CurveNumber = (typeof CURVE_NUMBERS)[number];

export const CURVE_TITLES: Readonly<Record<CurveNumber, string>> = {
  steps: 'Steps',
  batch: 'Batch',
  samples: 'Train samples',
  learningRate: 'Learning rate',
  momentum: 'Momentum',
  weightDecay: 'Weight decay',
  seed: 'Seed',
};

/** From the slice's centre to another network where there is one, else to where training began. */
export function curveDraftFor({ centre }: SliceRecipe, manifest: SubjectManifest): CurveDraft {
  const others = manifest.checkpoints.filter(({ id }) => id !== centre);
  const other = (others.find(({ id }) => !manifest.trajectory.includes(id)) ?? others[0])?.id ?? centre;
  const samples = Math.min(256, manifest.dataset.samples.train);
  return { from: centre, to: other, shape: 'bezier', steps: '300', batch: String(Math.min(32, samples)), samples: String(samples), learningRate: '0.05', momentum: '0.9', weightDecay: '0', seed: '1' };
}

/** As typed: what is wrong with it is said by the kind's own checks. */
export function curveRequestOf(draft: CurveDraft, subject: string, loss: LossName): RequestOf<'curve'> {
  const number = (name: CurveNumber) => (draft[name].trim() === '' ? NaN : Number(draft[name]));
  const { from, to, shape } = draft;
  return {
    kind: 'curve',
    format: 1,
    subject,
    from,
    to,
    shape,
    loss,
    samples: number('samples'),
    seed: number('seed'),
    steps: number('steps'),
    batch: number('batch'),
    learningRate: number('learningRate'),
    momentum: number('momentum'),
    weightDecay: number('weightDecay'),
  };
}

/** The form as whoever asked for this had it. */
export function curveDraftOf({ from, to, shape, ...numbers }: RequestOf<'curve'>): CurveDraft {
  return { from, to, shape, ...(Object.fromEntries(CURVE_NUMBERS.map((name) => [name, String(numbers[name])])) as Record<CurveNumber, string>) };
}
