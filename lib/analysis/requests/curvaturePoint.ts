/** Where and of what a curvature is asked for: a checkpoint, samples of one set, a loss, some of the parameters; with checks and words. */
import * as z from 'zod/mini';
import type { GroupChoice } from '#lib/analysis/parameterGroup.ts';
import { rescalablePairs } from '#lib/analysis/rescaling.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import type { Problem } from '#lib/parsed.ts';
import type { SampleChoice } from '#lib/slice/recipe.ts';
import { lossChoice, lossProblems, sampleProblems, setChoice } from './evaluation.ts';

/** Second derivatives are taken with stored statistics and dropout off, so no mode is asked for. */
export type CurvaturePoint = {
  readonly subject: string;
  /** The id of a checkpoint. */
  readonly checkpoint: string;
  readonly samples: SampleChoice;
  readonly loss: LossName;
  readonly parameters: GroupChoice;
  /** Asked of the network that computes the same with other weights, instead: what rescaling does to a number. */
  readonly rescaled?: Rescaled | undefined;
};

/** A layer, named by its weights, `factor` times as large, and the next as much smaller (lib/analysis/rescaling.ts). */
export type Rescaled = { readonly from: string; readonly factor: number };

const MOST_FACTOR = 1024;

export const curvaturePointFields = {
  subject: z.string(),
  checkpoint: z.string().check(z.maxLength(80)),
  samples: setChoice,
  loss: lossChoice,
  rescaled: z.optional(z.strictObject({ from: z.string().check(z.maxLength(200)), factor: z.number().check(z.minimum(1 / MOST_FACTOR, 'choose between 1/1024 and 1024'), z.maximum(MOST_FACTOR, 'choose between 1/1024 and 1024')) })),
  parameters: z.union([z.enum(['all', 'matrices']), z.strictObject({ tensors: z.array(z.string().check(z.maxLength(200))).check(z.minLength(1, 'choose a tensor')) })]),
} as const;

/** A whole number from `least` to `most`, in words otherwise. */
export const wholeFrom = (least: number, most: number) =>
  z.int('must be a whole number').check(z.minimum(least, `choose between ${least} and ${most}`), z.maximum(most, `choose between ${least} and ${most}`));

export function curvaturePointProblems({ checkpoint, samples, loss, parameters, rescaled }: CurvaturePoint, manifest: SubjectManifest): readonly Problem[] {
  const names = new Set(manifest.network.parameter_order.map(({ name }) => name));
  const unknown = typeof parameters === 'object' ? parameters.tensors.find((name) => !names.has(name)) : undefined;
  const hasMatrix = manifest.network.parameter_order.some(({ shape }) => shape.length >= 2);
  return [
    ...(manifest.checkpoints.some(({ id }) => id === checkpoint) ? [] : [{ path: 'checkpoint', message: `${manifest.title} has no checkpoint ${checkpoint}` }]),
    ...sampleProblems([samples], manifest),
    ...lossProblems(loss, manifest),
    ...(unknown === undefined ? [] : [{ path: 'parameters', message: `${manifest.title} has no tensor ${unknown}` }]),
    ...(rescaled ? rescalingProblems(rescaled, manifest) : []),
    ...(parameters === 'matrices' && !hasMatrix ? [{ path: 'parameters', message: `${manifest.title} has no tensor with two or more axes` }] : []),
  ];
}

function rescalingProblems({ from }: Rescaled, { title, network }: SubjectManifest): readonly Problem[] {
  const pair = rescalablePairs(network).find((each) => each.from === from);
  if (!pair) return [{ path: 'rescaled', message: `${title} has no layer ${from} that another follows` }];
  return pair.reason === null ? [] : [{ path: 'rescaled', message: `${from} and ${pair.to} cannot be rescaled: ${pair.reason}` }];
}
