/** The question of a round of mining: every point of every direction where it should be, and the line of a find through the same points. */
import { expect, test } from 'vitest';
import { basisOf, CURVE_SAMPLES, minedFile, minedLine, roundQuestion } from '#components/analyse/mining.ts';
import { mineCurve } from '#lib/analysis/curveMining.ts';
import { layeredSubject, randomRecipe } from '#lib/conformance/specimens.ts';
import { frameOf, parametersAt } from '#lib/slice/frame.ts';
import { problemsOf } from '#lib/slice/recipe.ts';
import { normOf } from '#lib/slice/vectors.ts';

test('[O17] a round asks for the points of its directions, and the placed line of one runs through the same points', () => {
  const subject = layeredSubject();
  const recipe = randomRecipe(subject, { seeds: [1, 2], count: 3 });
  const basis = basisOf(recipe, subject, 7);
  for (const vector of basis.vectors) expect(normOf(vector)).toBeCloseTo(normOf(basis.vectors[0]!), 3);
  const mining = mineCurve({ wanted: 'w-basin', span: basis.vectors.length, rounds: 2, angles: 3, samples: CURVE_SAMPLES, seed: 7 });
  for (let step = mining.next(); !step.done; step = mining.next(step.value.directions.map((_, which) => Array.from({ length: CURVE_SAMPLES }, (__, at) => (at - 25 + which) ** 2)))) {
    const { frame, spots } = roundQuestion(step.value, basis, recipe, subject);
    expect(spots.length).toBe(3 * CURVE_SAMPLES);
    for (const [which, direction] of step.value.directions.entries()) {
      const file = minedFile({ direction, losses: [], class: 'v-basin', distance: 1 }, basis, recipe, 3);
      const line = minedLine({ digest: 'a'.repeat(64), title: file.title }, recipe);
      expect(problemsOf(line, subject.manifest)).toEqual([]);
      const along = frameOf(line, subject, () => file.values);
      for (const at of [0, 13, 25, 50]) {
        const { a, b } = spots[which * CURVE_SAMPLES + at]!;
        const asked = parametersAt(frame, a, b, new Float64Array(frame.origin.length));
        const shown = parametersAt(along, at / 25 - 1, 0, new Float64Array(frame.origin.length));
        for (const [index, value] of asked.entries()) expect(Math.abs(value - shown[index]!)).toBeLessThan(1e-5);
      }
    }
  }
});
