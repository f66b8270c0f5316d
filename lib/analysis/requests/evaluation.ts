/** What an analysis is measured on: samples, loss and mode, with the same fields, checks and words as a slice's recipe. */
import * as z from 'zod/mini';
import type { Problem } from '#lib/parsed.ts';
import { isClassification, LOSS_NAMES, LOSS_TITLES, lossesFor, type LossName } from '#lib/network/loss.ts';
import type { SetName, SubjectManifest } from '#lib/network/subject.ts';
import type { SampleChoice } from '#lib/slice/recipe.ts';

export const setChoice: z.ZodMiniType<SampleChoice> = z.strictObject({ set: z.enum(['train', 'test']), count: z.int('must be a whole number') });

export const lossChoice: z.ZodMiniType<LossName> = z.enum(LOSS_NAMES);

export const checkpointId = z.string().check(z.maxLength(80));

/** Seeds are unsigned 32-bit numbers. */
export const seedChoice = z.int('must be a whole number').check(z.minimum(0, 'must be 0 or more'), z.maximum(0xffffffff, 'must be below 4,294,967,296'));

export function sampleProblems(samples: readonly SampleChoice[], { dataset }: SubjectManifest, path = 'samples'): readonly Problem[] {
  const problems = samples.flatMap(({ set, count }, index): readonly Problem[] => {
    const available = dataset.samples[set];
    return count >= 1 && count <= available ? [] : [{ path: `${path}.${index}.count`, message: `choose between 1 and ${available} ${set} samples` }];
  });
  const sets = new Set<SetName>(samples.map(({ set }) => set));
  return sets.size === samples.length ? problems : [...problems, { path, message: 'each set may be chosen once' }];
}

export function lossProblems(loss: LossName, { dataset }: SubjectManifest): readonly Problem[] {
  const hasClasses = dataset.classes !== null;
  if (isClassification(loss) === hasClasses) return [];
  const fitting = lossesFor(hasClasses).map((each) => LOSS_TITLES[each]).join(', ');
  return [{ path: 'loss', message: `this dataset has ${hasClasses ? 'classes, not values' : 'values, not classes'}: choose one of ${fitting}` }];
}

export const checkpointProblems = (id: string, manifest: SubjectManifest, path: string): readonly Problem[] =>
  manifest.checkpoints.some((each) => each.id === id) ? [] : [{ path, message: `${manifest.title} has no checkpoint ${id}` }];
