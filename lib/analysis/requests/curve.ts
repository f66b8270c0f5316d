/**
 * A curve of low loss between two checkpoints: its bend, trained, and the loss along it beside the straight line's.
 *
 * One unit: steps follow from each other. The bend is kept as a file, from which a slice along the curve is made.
 */
import * as z from 'zod/mini';
import { digestSchema } from '#lib/digest.ts';
import { costOfSample } from '#lib/network/cost.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import type { Problem } from '#lib/parsed.ts';
import { CURVES, type CurveKind } from '#lib/slice/curve.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { checkpointId, checkpointProblems, lossChoice, lossProblems, sampleProblems, seedChoice } from './evaluation.ts';
import { jsonNumber, type JsonNumber } from './jsonNumber.ts';
import { GRADIENT_PASSES, type AnalysisKind } from './kind.ts';

export type CurveRequest = {
  readonly kind: 'curve';
  readonly format: 1;
  readonly subject: string;
  /** Checkpoints. */
  readonly from: string;
  readonly to: string;
  readonly shape: CurveKind;
  readonly loss: LossName;
  /** Train samples that steps are drawn from, and that the loss along the curve is measured on. */
  readonly samples: number;
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
};

export type TrainedCurve = {
  /** The bend, as a vector file of kind `point`. */
  readonly bend: string;
  /** Losses met during training, means over equal stretches, at most 200. */
  readonly losses: readonly JsonNumber[];
  /** At t = 0 to 1 in equal steps: on the curve, and on the straight line. Batch-norm statistics recomputed at each. */
  readonly along: readonly JsonNumber[];
  readonly straight: readonly JsonNumber[];
};

/** Places where the loss along the curve is measured. */
export const CURVE_PLACES = 21;

const MAX_STEPS = 20_000;

export const curve: AnalysisKind<CurveRequest, TrainedCurve> = {
  title: 'A curve between two networks',
  request: z.strictObject({
    kind: z.literal('curve'),
    format: z.literal(1),
    subject: z.string(),
    from: checkpointId,
    to: checkpointId,
    shape: z.enum(CURVES),
    loss: lossChoice,
    samples: z.int('must be a whole number'),
    seed: seedChoice,
    steps: z.int('must be a whole number').check(z.minimum(1, `choose between 1 and ${MAX_STEPS} steps`), z.maximum(MAX_STEPS, `choose between 1 and ${MAX_STEPS} steps`)),
    batch: z.int('must be a whole number').check(z.minimum(1, 'choose between 1 and 4096'), z.maximum(4096, 'choose between 1 and 4096')),
    learningRate: z.number('must be a number').check(z.gt(0, 'must be more than 0'), z.maximum(100, 'must be at most 100')),
    momentum: z.number('must be a number').check(z.minimum(0, 'choose between 0 and 0.999'), z.maximum(0.999, 'choose between 0 and 0.999')),
    weightDecay: z.number('must be a number').check(z.minimum(0, 'choose between 0 and 1'), z.maximum(1, 'choose between 0 and 1')),
  }),
  unit: z.strictObject({ bend: digestSchema, losses: z.array(jsonNumber).check(z.maxLength(200)), along: places(), straight: places() }),
  problemsOf: (request, manifest) => {
    const problems: Problem[] = [
      ...checkpointProblems(request.from, manifest, 'from'),
      ...checkpointProblems(request.to, manifest, 'to'),
      ...lossProblems(request.loss, manifest),
      ...sampleProblems([{ set: 'train', count: request.samples }], manifest).map(({ message }) => ({ path: 'samples', message })),
    ];
    if (request.from === request.to) problems.push({ path: 'to', message: 'must differ from where the curve begins' });
    return problems;
  },
  units: () => 1,
  passes: ({ steps, batch, samples }, manifest) => {
    const statistics = movesStatistics(manifest) ? 1 : 0;
    return steps * Math.min(batch, samples) * (GRADIENT_PASSES + statistics) + 2 * CURVE_PLACES * samples * (1 + statistics);
  },
  runsOn: (request, manifest) => (runsOnDevice(request, manifest) ? 'device' : 'processor'),
  inputsOf: () => [],
  keepsFiles: true,
  filesOf: ({ bend }) => [bend],
};

function places(): z.ZodMiniType<readonly JsonNumber[]> {
  return z.array(jsonNumber).check(z.minLength(CURVE_PLACES), z.maxLength(CURVE_PLACES));
}

/** Multiply-adds forward of one step below which a device takes longer to begin than the processor to end. */
const DEVICE_COST = 2e6;

export const runsOnDevice = ({ batch, samples }: Pick<CurveRequest, 'batch' | 'samples'>, { network }: SubjectManifest): boolean => costOfSample(network) * Math.min(batch, samples) >= DEVICE_COST;

/** Whether the network has batch norm, whose statistics at a new place have to be measured there. */
export const movesStatistics = (manifest: SubjectManifest): boolean => manifest.network.buffers.length > 0;

/** Samples over which batch-norm statistics along a curve are measured at once. */
export const STATISTICS_BATCH = 64;

/** A slice along a trained curve: 61 places as in Garipov et al. 2018, on the samples that it was trained on. */
export function sliceAlongCurve(request: CurveRequest, bend: string, manifest: SubjectManifest): SliceRecipe {
  const axis = { min: 0, max: 1, count: 61 };
  const { subject, samples, loss, from, to, shape } = request;
  const titleOf = (id: string): string => manifest.checkpoints.find((each) => each.id === id)?.title ?? id;
  return {
    format: 1,
    subject,
    samples: [{ set: 'train', count: samples }],
    loss,
    mode: { batchNorm: movesStatistics(manifest) ? { policy: 'recomputed', samples, batch: Math.min(STATISTICS_BATCH, samples) } : 'frozen', dropout: 'off' },
    centre: from,
    axes: [
      { ...axis, direction: { kind: 'towards', checkpoint: to, length: 'difference', orthogonal: false } },
      { ...axis, direction: { kind: 'vector', as: 'point', digest: bend, title: `trained bend to ${titleOf(to)}`.slice(0, 120) } },
    ],
    curve: { kind: shape, range: axis },
  };
}
