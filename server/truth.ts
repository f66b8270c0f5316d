/**
 * The truth in float64: losses at one point of a slice, both ends of the Hessian's spectrum where the slice asks for them, and parts of analyses. Plain computing;
 * prober.ts gives it a thread.
 *
 * Frames and interpreters are kept for the slices asked for last, since a probe is one point and a frame is many.
 */
import { boxPlace, type BoxPlace } from '#lib/analysis/boxPlace.ts';
import type { Convexity } from '#lib/analysis/convexity.ts';
import { convexityOfMeasure } from '#lib/analysis/convexityMeasure.ts';
import { eigenResidual, type EigenResidual } from '#lib/analysis/eigenResidual.ts';
import { groupOf, restricted, type GroupChoice } from '#lib/analysis/parameterGroup.ts';
import { solve } from '#lib/analysis/productMethod.ts';
import { quadraticForm, type QuadraticForm } from '#lib/analysis/quadraticForm.ts';
import { differentiableOf, parametersOf } from '#lib/analysis/requests/askedPoint.ts';
import type { BoxSharpnessRequest } from '#lib/analysis/requests/boxSharpness.ts';
import { probeOf, type ProbedRequest } from '#lib/analysis/requests/probes.ts';
import { KnownError } from '#lib/knownError.ts';
import { hessianAt } from '#lib/network/derivatives/derivatives.ts';
import { evaluateAt, forwardOf, type EvaluationSubject, type Forward, type SetTruth } from '#lib/network/forward.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { firstOf, type Subject } from '#lib/network/subject.ts';
import type { Vectors } from '#lib/slice/direction.ts';
import { evaluationModeOf } from '#lib/slice/evaluationMode.ts';
import { buffersAt, frameOf, parametersAt, type Frame } from '#lib/slice/frame.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { samplesIn, samplesOfShard } from '#lib/slice/shards.ts';

const KEPT_SLICES = 8;

type Ready = { readonly subject: Subject; readonly frame: Frame; readonly job: Omit<EvaluationSubject, 'buffers' | 'sets'>; readonly reuse: Forward };

export type PointTruth = SetTruth & { readonly curvature?: Convexity | undefined };

export type Truth = {
  /** Makes the slice's vectors. @throws KnownError where its directions span nothing, or a file of it is not at hand */
  readonly prepare: (recipe: SliceRecipe) => void;
  /** @param c the third coordinate, in a volume @param shard of the samples, where not all of them */
  readonly at: (recipe: SliceRecipe, a: number, b: number, c?: number, shard?: number) => readonly PointTruth[];
  /** How far each axis of the slice is from being an eigenvector of the Hessian at its centre, over its first set. What of it lies outside the group is left out. */
  readonly eigen: (recipe: SliceRecipe, group: GroupChoice) => readonly EigenResidual[];
  /** The place of a request's box to which the vector of a file leads; null where that is of no such network. @throws KnownError where the file is not at hand */
  readonly boxPlace: (request: BoxSharpnessRequest, worst: string) => BoxPlace | null;
  /** What one probe of a unit finds of the Hessian. */
  readonly form: (request: ProbedRequest, unit: number, probe: number) => QuadraticForm;
};

/** @param vectorOf asked once per slice, when its frame is made */
export function createTruth(subjectOf: (id: string) => Subject | undefined, vectorOf: Vectors = () => undefined): Truth {
  const kept = new Map<string, Ready>();

  function ready(recipe: SliceRecipe): Ready {
    const id = sliceIdOf(recipe);
    const found = kept.get(id) ?? make(recipe);
    kept.delete(id);
    kept.set(id, found);
    if (kept.size > KEPT_SLICES) kept.delete(kept.keys().next().value!);
    return found;
  }

  function subjectFor(id: string): Subject {
    const subject = subjectOf(id);
    if (!subject) throw new Error(`no subject ${id} to probe with`);
    return subject;
  }

  function make(recipe: SliceRecipe): Ready {
    const subject = subjectFor(recipe.subject);
    const { network } = subject.manifest;
    const frame = frameOf(recipe, subject, vectorOf);
    return { subject, frame, job: { network, loss: recipe.loss, mode: evaluationModeOf(recipe, subject) }, reuse: forwardOf(network) };
  }

  return {
    prepare: (recipe) => void ready(recipe),
    at: (recipe, a, b, c = 0, shard) => {
      const { subject, frame, job, reuse } = ready(recipe);
      const sets = samplesOfShard(recipe, shard).map((run) => ({ set: run.set, samples: samplesIn(subject.sets[run.set], run) }));
      const [theta, buffers] = [parametersAt(frame, a, b, new Float64Array(frame.origin.length), c), buffersAt(frame, a, b, c)];
      const truths = evaluateAt({ ...job, sets, buffers }, theta, reuse);
      const { measure } = recipe;
      if (!measure) return truths;
      // A device has its weights in float32: at others a unit might fall on the other side of its kink.
      const rounded = theta.map(Math.fround);
      return truths.map((truth, index) => {
        const multiply = hessianAt({ network: job.network, loss: job.loss, buffers, samples: sets[index]!.samples }, rounded);
        return { ...truth, curvature: solve(convexityOfMeasure(measure, layoutOf(job.network)), multiply) };
      });
    },
    eigen: (recipe, choice) => {
      const { subject, frame, job } = ready(recipe);
      const { set, count } = recipe.samples[0]!;
      const group = groupOf(layoutOf(job.network), choice);
      const theta = parametersAt(frame, 0, 0, new Float64Array(frame.origin.length)).map(Math.fround);
      const multiply = restricted(group, hessianAt({ network: job.network, loss: job.loss, buffers: buffersAt(frame, 0, 0), samples: firstOf(subject.sets[set], count) }, theta));
      return frame.directions.map((direction) => eigenResidual(multiply, group.pick(Float64Array.from(direction))));
    },
    boxPlace: (request, worst) => {
      const displacement = vectorOf(worst);
      if (!displacement) throw new KnownError('vectorMissing', `the vector ${worst.slice(0, 12)}… is not at hand`);
      const subject = subjectFor(request.subject);
      return boxPlace(differentiableOf(request, subject), Float64Array.from(parametersOf(request, subject)), displacement, request.epsilon);
    },
    form: (request, unit, probe) => {
      const { multiply, vector } = probeOf(request, unit, probe, subjectFor(request.subject));
      return quadraticForm(multiply, vector);
    },
  };
}
