/** Answers one question about a few points of a slice, in float64, spot by spot. It knows no messages. */
import { differenceSpread, spreadOf } from '#lib/analysis/sampleSpread.ts';
import { lanczos } from '#lib/analysis/lanczos.ts';
import { solve } from '#lib/analysis/productMethod.ts';
import { gradientAt, hessianAt } from '#lib/network/derivatives/derivatives.ts';
import { forwardOf, lossesAt, type SetLosses } from '#lib/network/forward.ts';
import { buffersAt, parametersAt } from '#lib/slice/frame.ts';
import type { InspectAnswer, InspectQuestion, SpotValue } from '#lib/wire/inspectMessages.ts';

/** Yields how many spots are done; returns the answer. @throws where the network, its mode or its samples do not fit the question */
export function* inspect(question: InspectQuestion): Generator<number, InspectAnswer> {
  switch (question.ask) {
    case 'values':
      return yield* values(question);
    case 'gradients':
      return yield* gradients(question);
    case 'largest':
      return yield* largest(question);
  }
}

function* values({ network, loss, mode, frame, sets, spots }: InspectQuestion): Generator<number, InspectAnswer> {
  const forward = forwardOf(network);
  const parameters = new Float64Array(frame.origin.length);
  const found: (readonly SpotValue[])[] = [];
  let first: readonly SetLosses[] | null = null;
  for (const { a, b } of spots) {
    const losses = lossesAt({ network, loss, mode, buffers: buffersAt(frame, a, b), sets }, parametersAt(frame, a, b, parameters), forward);
    first ??= losses;
    found.push(valuesOf(losses, first));
    yield found.length;
  }
  return { ask: 'values', values: found };
}

const valuesOf = (here: readonly SetLosses[], first: readonly SetLosses[]): readonly SpotValue[] =>
  here.map(({ set, losses, correct }, index) => ({
    set,
    level: spreadOf(losses),
    change: differenceSpread(first[index]!.losses, losses),
    accuracy: correct / losses.length,
  }));

function* gradients({ network, loss, mode, frame, sets, spots }: InspectQuestion): Generator<number, InspectAnswer> {
  const first = differentiated(mode, sets);
  const parameters = new Float64Array(frame.origin.length);
  const found: { loss: number; gradient: Float64Array<ArrayBuffer> }[] = [];
  for (const { a, b } of spots) {
    const made = gradientAt({ network, loss, buffers: buffersAt(frame, a, b), samples: first.samples }, parametersAt(frame, a, b, parameters));
    found.push({ loss: made.loss, gradient: Float64Array.from(made.gradient) });
    yield found.length;
  }
  return { ask: 'gradients', gradients: found };
}

/** Sure enough to be compared: a hundredth of the value, or as many products as a look may cost. */
const LARGEST = { steps: 30, tolerance: 1e-2, start: { seed: 1 } } as const;

function* largest({ network, loss, mode, frame, sets, spots }: InspectQuestion): Generator<number, InspectAnswer> {
  const first = differentiated(mode, sets);
  const parameters = new Float64Array(frame.origin.length);
  const found: { max: number; maxError: number }[] = [];
  for (const { a, b } of spots) {
    const multiply = hessianAt({ network, loss, buffers: buffersAt(frame, a, b), samples: first.samples }, parametersAt(frame, a, b, parameters));
    const { max, maxError } = solve(lanczos({ size: parameters.length, ...LARGEST }), multiply);
    found.push({ max, maxError });
    yield found.length;
  }
  return { ask: 'largest', eigenvalues: found };
}

/** The set that derivatives are taken over. @throws where they would not be those of the picture */
function differentiated(mode: InspectQuestion['mode'], [first]: InspectQuestion['sets']): InspectQuestion['sets'][number] {
  if (!first) throw new Error('no set of samples, so no derivatives');
  if (mode.batchNorm.policy !== 'stored' || mode.dropout) throw new Error('derivatives are exact only with stored batch-norm statistics and dropout off');
  return first;
}
