/** Two networks that compute the same, asked the same: the questions of the rescaling card, and what their answers mean. */
import { rescaled, type RescalablePair } from '#lib/analysis/rescaling.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { checkpointIndex, firstOf, type Subject } from '#lib/network/subject.ts';
import { noiseOf, normalise } from '#lib/slice/direction.ts';
import { evaluationModeOf } from '#lib/slice/evaluationMode.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { normOf } from '#lib/slice/vectors.ts';
import type { InspectQuestion } from '#lib/wire/inspectMessages.ts';
import type { XY } from './MiniChart.tsx';

/** What one of the two says. Losses are along a line from −1 to 1 through it. */
export type Twin = {
  readonly loss: number;
  readonly raw: readonly XY[];
  readonly normalised: readonly XY[];
  readonly largest: { readonly max: number; readonly maxError: number };
};

export const TWIN_SAMPLES = 128;
const SPOTS = Array.from({ length: 21 }, (_, at) => ({ a: (at - 10) / 10, b: 0 }));
const SEED = 1;

/** For one network: losses along a raw direction, the same for both, along a filter-normalised one, and the largest eigenvalue. */
export type TwinQuestions = { readonly raw: InspectQuestion; readonly normalised: InspectQuestion; readonly largest: InspectQuestion };

/** The network of the slice's centre, and its twin. */
export function twinQuestions(recipe: SliceRecipe, subject: Subject, pair: RescalablePair, factor: number): readonly [TwinQuestions, TwinQuestions] {
  const { network } = subject.manifest;
  const row = checkpointIndex(subject.manifest, recipe.centre);
  const origin = subject.checkpoints[row]!;
  const layout = layoutOf(network);
  const noise = noiseOf(layout, SEED, 0);
  // As long as a filter-normalised one, so that both lines show the same range of the first network.
  const along = normalise(noise, origin, layout, 'filter', 'ignore');
  const masked = normalise(noise, origin, layout, 'none', 'ignore');
  const raw = Float32Array.from(masked, (value) => (value * normOf(along)) / normOf(masked));
  const { set, count } = recipe.samples[0]!;
  const sets = [{ set, samples: firstOf(subject.sets[set], Math.min(TWIN_SAMPLES, count)) }];
  const questionsOf = (parameters: Float32Array): TwinQuestions => {
    const ask = (what: InspectQuestion['ask'], direction: Float32Array, spots: InspectQuestion['spots']): InspectQuestion => ({
      ask: what,
      network,
      loss: recipe.loss,
      mode: evaluationModeOf(recipe, subject),
      frame: { origin: parameters, directions: [direction], buffers: subject.buffers[row]! },
      sets,
      spots,
    });
    const normalised = Float32Array.from(normalise(noise, parameters, layout, 'filter', 'ignore'));
    return { raw: ask('values', raw, SPOTS), normalised: ask('values', normalised, SPOTS), largest: ask('largest', raw, [{ a: 0, b: 0 }]) };
  };
  return [questionsOf(origin), questionsOf(Float32Array.from(rescaled(network, origin, pair, factor)))];
}
