/** ε-sharpness at a checkpoint: ascents from chance places of a box, one to a unit, so that several devices share them. */
import * as z from 'zod/mini';
import { digestSchema } from '#lib/digest.ts';
import { curvaturePointFields, curvaturePointProblems, wholeFrom, type CurvaturePoint } from './curvaturePoint.ts';
import { fromJsonNumber, jsonNumber, type JsonNumber } from './jsonNumber.ts';
import { GRADIENT_PASSES, type AnalysisKind } from './kind.ts';

/** The box is one of all parameters. */
export type BoxSharpnessRequest = Omit<CurvaturePoint, 'parameters'> & {
  readonly kind: 'boxSharpness';
  readonly format: 1;
  /** Half the width of the box, relative to |θᵢ| + 1. */
  readonly epsilon: number;
  /** Ascents, and the steps of each. */
  readonly starts: number;
  readonly steps: number;
  readonly seed: number;
};

/** The loss at the checkpoint, the highest that one ascent met, and the file of the way there from the checkpoint. */
export type BoxAscent = { readonly loss: JsonNumber; readonly highest: JsonNumber; readonly worst: string };

const { parameters: _whole, ...fields } = curvaturePointFields;

export const boxSharpnessKind: AnalysisKind<BoxSharpnessRequest, BoxAscent> = {
  title: 'ε-sharpness',
  request: z.strictObject({
    kind: z.literal('boxSharpness'),
    format: z.literal(1),
    ...fields,
    epsilon: z.number('must be a number').check(z.gt(0, 'must be more than 0'), z.maximum(1, 'must be at most 1')),
    starts: wholeFrom(1, 50),
    steps: wholeFrom(1, 100),
    seed: wholeFrom(0, 0xffff),
  }),
  unit: z.strictObject({ loss: jsonNumber, highest: jsonNumber, worst: digestSchema }),
  problemsOf: (request, manifest) => curvaturePointProblems({ ...request, parameters: 'all' }, manifest),
  units: ({ starts }) => starts,
  passes: ({ samples, steps }) => samples.count * GRADIENT_PASSES * (steps + 2),
  runsOn: () => 'processor',
  inputsOf: () => [],
  keepsFiles: true,
  filesOf: ({ worst }) => [worst],
};

/** What all ascents that are done found together: the highest of them. Null where there is none. */
export function highestOf(ascents: readonly BoxAscent[]): { readonly loss: number; readonly highest: number; readonly worst: string } | null {
  const [first, ...others] = ascents;
  if (!first) return null;
  const best = others.reduce((one, other) => (fromJsonNumber(other.highest) > fromJsonNumber(one.highest) ? other : one), first);
  return { loss: fromJsonNumber(first.loss), highest: fromJsonNumber(best.highest), worst: best.worst };
}
