/**
 * The gradient in full space at points of a slice: whether a low point of the slice is flat there as well.
 *
 * One unit per point, measured on the recipe's first set. Its part along the slice is said apart, since at a low point of the
 * slice that part is small whatever the loss does beside it.
 */
import * as z from 'zod/mini';
import { filesOf, problemsOf, rangesOf, recipeSchema, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { Problem } from '#lib/parsed.ts';
import { jsonNumber, type JsonNumber } from './jsonNumber.ts';
import { GRADIENT_PASSES, type AnalysisKind } from './kind.ts';

export type GradientRequest = {
  readonly kind: 'gradient';
  readonly format: 1;
  readonly subject: string;
  readonly recipe: SliceRecipe;
  /** Coordinates on the slice: as many as it has ranges. */
  readonly points: readonly (readonly number[])[];
};

export type GradientAtPoint = {
  readonly loss: JsonNumber;
  /** Euclidean length of the whole gradient. */
  readonly norm: JsonNumber;
  /** Of its orthogonal projection on the span of the slice's directions; of a curve, on the plane that it lies in. */
  readonly inSlice: JsonNumber;
};

const MAX_POINTS = 32;
const coordinate = z.number('must be a number').check(z.minimum(-1e6), z.maximum(1e6));

export const gradient: AnalysisKind<GradientRequest, GradientAtPoint> = {
  title: 'Gradient in full space',
  request: z.strictObject({
    kind: z.literal('gradient'),
    format: z.literal(1),
    subject: z.string(),
    recipe: recipeSchema,
    points: z.array(z.array(coordinate).check(z.minLength(1), z.maxLength(3))).check(z.minLength(1, 'name a point'), z.maxLength(MAX_POINTS, `at most ${MAX_POINTS} points at once`)),
  }),
  unit: z.strictObject({ loss: jsonNumber, norm: jsonNumber, inSlice: jsonNumber }),
  problemsOf: ({ subject, recipe, points }, manifest) => {
    const problems: Problem[] = problemsOf(recipe, manifest).map(({ path, message }) => ({ path: `recipe.${path}`, message }));
    if (recipe.subject !== subject) problems.push({ path: 'recipe.subject', message: 'the slice is of another network' });
    for (const [index, point] of points.entries()) {
      const wanted = rangesOf(recipe).length;
      if (point.length !== wanted) problems.push({ path: `points.${index}`, message: `a point of this slice has ${wanted} coordinates` });
    }
    const { batchNorm, dropout } = recipe.mode;
    if (dropout !== 'off') problems.push({ path: 'recipe.mode.dropout', message: 'a gradient is taken without dropout: choose off' });
    if (typeof batchNorm === 'object') problems.push({ path: 'recipe.mode.batchNorm', message: 'a gradient is taken at stored statistics: choose frozen, or statistics that move with the weights' });
    return problems;
  },
  units: ({ points }) => points.length,
  passes: ({ recipe }) => GRADIENT_PASSES * recipe.samples[0]!.count,
  runsOn: () => 'processor',
  inputsOf: ({ recipe }) => filesOf(recipe),
  keepsFiles: false,
  filesOf: () => [],
};
