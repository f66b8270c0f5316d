import { describe, expect, it } from 'vitest';
import { honestyFacts, honestyText, type HonestyInput } from '#components/honesty/honestyFacts.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const subject = lineSubject();
const spreadOf = (mean: number, standardError: number) => ({ samples: 8, mean, deviation: standardError * Math.sqrt(8), standardError });

const input: HonestyInput = {
  recipe: planeRecipe(),
  manifest: subject.manifest,
  parameters: 2,
  measured: { points: 81, measured: 40, verified: 10 },
  backends: ['WASM with SIMD'],
  axes: { norms: [3, 1], cosine: 0.02, cosines: [0.02], moved: 105_866, expectedCosine: 0.002452 },
  centreNorm: 2,
  captured: 0.41,
  checkpoints: [
    { title: 'initial', outOfPlane: 1.5 },
    { title: 'trained', outOfPlane: 0 },
  ],
  spread: [
    [{ set: 'train', level: spreadOf(0.5, 0.04), change: spreadOf(0, 0), accuracy: 0 }],
    [{ set: 'train', level: spreadOf(0.9, 0.05), change: spreadOf(0.4, 0.003), accuracy: 0 }],
  ],
};

const said = (change: Partial<HonestyInput> = {}) => honestyText('', honestyFacts({ ...input, ...change }));

describe('the honesty panel', () => {
  it('[J8] says samples and their error, directions, norms, angle, path, distance, verified share, backend, modes, caveat and citation', () => {
    const text = said();
    for (const part of [
      '8 of 8 train',
      '0.5 ± 0.04 at the centre (standard error over 8 samples)',
      'to α = 0.25 the loss changes by 0.4 ± 0.003 over the same samples; with others at each point it would be ± 0.06403',
      'seed 1',
      'seed 2',
      '‖dα‖ is 3, ‖θ‖ is 2: one unit of α moves the weights by 150.0 % of their length',
      'cosine 0.0200',
      '|cosine| of about 0.0025',
      '41.0 % of the training motion',
      'initial is farthest, 1.5 (75.0 % of ‖θ‖)',
      '40 of 81 points',
      '25.0 % of what is measured',
      'WASM with SIMD',
      'Trained: ',
      'Evaluated: ',
      'average curvature',
      'arXiv 1712.09913',
    ]) expect(text).toContain(part);
  });

  it('[J8] warns of random axes that meet too nearly, and of a path that is hardly shown; of others it says what they are', () => {
    const warnings = (change: Partial<HonestyInput>) => honestyFacts({ ...input, ...change }).flatMap(({ title, isWarning }) => (isWarning ? [title] : []));
    expect(warnings({})).toEqual(['Training path']);
    expect(warnings({ captured: 0.9, axes: { ...input.axes!, cosine: -0.051 } })).toEqual(['Angle']);
    const towards = { kind: 'towards', checkpoint: 'initial', length: 'unit', orthogonal: false } as const;
    const recipe = planeRecipe({ axes: planeRecipe().axes.map((axis) => ({ ...axis, direction: towards })) });
    expect(warnings({ recipe, captured: 0.9, axes: { ...input.axes!, cosine: 0.7 } })).toEqual([]);
    expect(said({ recipe, axes: { ...input.axes!, cosine: 0.7 } })).toContain('sheared');
  });

  it('[J8] tells computed directions from random ones', () => {
    const vector = { kind: 'vector', digest: 'ab'.repeat(32), title: 'PC 1' } as const;
    const text = said({ recipe: planeRecipe({ axes: planeRecipe().axes.map((axis) => ({ ...axis, direction: vector })) }) });
    expect(text).toContain('chosen for');
    expect(text).toContain('section 7');
    expect(text).not.toContain('average curvature');
  });

  it('[J8] invents nothing: what is not known yet is not there', () => {
    const text = said({ axes: null, centreNorm: null, captured: null, checkpoints: [], spread: null, measured: null });
    expect(text).not.toMatch(/±|‖|cosine|Out of plane|Verified|NaN|undefined/);
  });
});
