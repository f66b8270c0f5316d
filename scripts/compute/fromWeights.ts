/** What a surface says of itself that takes the weights: axes, checkpoints, and the standard error at the centre, in float64. */
import { checkpointsOnSlice } from '#lib/analysis/checkpointsOnSlice.ts';
import { attempt } from '#lib/knownError.ts';
import { firstOf } from '#lib/network/subject.ts';
import { besideCentre } from '#lib/session/honesty/facts.ts';
import { placeOnCurve } from '#lib/slice/curve.ts';
import { evaluationModeOf } from '#lib/slice/evaluationMode.ts';
import { axesFrameOf, frameOf } from '#lib/slice/frame.ts';
import { projectorOf } from '#lib/slice/projection.ts';
import { normOf } from '#lib/slice/vectors.ts';
import type { InspectQuestion } from '#lib/wire/inspectMessages.ts';
import type { FromWeights } from '#lib/wire/surfaceHonesty.ts';
import { inspect } from '#workers/inspectJob.ts';
import type { Material } from './sources.ts';

/** Two points more of a surface of hundreds, so it is not asked whether they are wanted. */
export function fromWeights({ manifest: { recipe }, subject, runs, vectors, made }: Material): FromWeights {
  const frame = frameOf(recipe, subject, (digest) => vectors.get(digest));
  const axes = recipe.cut ? axesFrameOf(recipe, subject, (digest) => vectors.get(digest)) : frame;
  const { a, b } = besideCentre(recipe);
  const beside = recipe.curve ? placeOnCurve(recipe.curve.kind, a) : ([a, b] as const);
  const question: InspectQuestion = {
    ask: 'values',
    network: subject.manifest.network,
    loss: recipe.loss,
    mode: evaluationModeOf(recipe, subject),
    frame,
    sets: recipe.samples.map(({ set, count }) => ({ set, samples: firstOf(subject.sets[set], count) })),
    spots: [{ a: 0, b: 0 }, { a: beside[0], b: beside[1] }],
  };
  // Axes that nothing can be placed on can still be computed along.
  const geography = attempt(() => checkpointsOnSlice(recipe, subject, { frame, axes, projector: projectorOf(frame) }, runs));
  return {
    geography: geography.ok ? geography.value : null,
    centreNorm: normOf(frame.origin),
    // Only a mean of losses has a standard error over samples.
    spread: recipe.measure ? null : valuesOf(question),
    madeOf: (digest) => made.get(digest),
  };
}

function valuesOf(question: InspectQuestion): FromWeights['spread'] {
  const run = inspect(question);
  for (;;) {
    const step = run.next();
    if (step.done) return step.value.ask === 'values' ? step.value.values : null;
  }
}
