import { describe, expect, it } from 'vitest';
import { checkpointsOnSlice, type Geography } from '#lib/analysis/checkpointsOnSlice.ts';
import { caveatsOf } from '#lib/session/honesty/caveats.ts';
import { honestyFacts, honestyLead, honestyText, sliceFacts } from '#lib/session/honesty/facts.ts';
import type { HonestyInput } from '#lib/session/honesty/fact.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { frameOf } from '#lib/slice/frame.ts';
import { projectorOf } from '#lib/slice/projection.ts';
import { problemsOf, sliceIdOf, type DirectionRecipe, type SliceRecipe } from '#lib/slice/recipe.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const subject = lineSubject();
const spreadOf = (mean: number, standardError: number) => ({ samples: 8, mean, deviation: standardError * Math.sqrt(8), standardError });

const bead = (title: string, outOfPlane: number) => ({ id: title, title, epoch: null, a: 0, b: 0, c: 0, outOfPlane, captured: 0.5 });
const geography: Geography = {
  facts: { norms: [3, 1], cosine: 0.02, cosines: [0.02], moved: 105_866, expectedCosine: 0.002452 },
  condition: 1.041,
  trajectory: [bead('initial', 1.5), bead('trained', 0)],
  checkpoints: [],
  path: { points: 11, dimensions: 354, axes: 2, captured: 0.41, walk: 0.901 },
  runs: [],
  pool: null,
};
const withFacts = (change: Partial<Geography['facts']>, path: Partial<Geography['path'] & object> = {}): Geography => ({ ...geography, facts: { ...geography.facts, ...change }, path: { ...geography.path!, ...path } });

const input: HonestyInput = {
  recipe: planeRecipe(),
  manifest: subject.manifest,
  madeOf: () => undefined,
  measured: { points: 81, measured: 40, verified: 10 },
  backends: ['WASM with SIMD'],
  geography,
  centreNorm: 2,
  spread: [
    [{ set: 'train', level: spreadOf(0.5, 0.04), change: spreadOf(0, 0) }],
    [{ set: 'train', level: spreadOf(0.9, 0.05), change: spreadOf(0.4, 0.003) }],
  ],
};

const said = (change: Partial<HonestyInput> = {}) => honestyText('', honestyFacts({ ...input, ...change }));

const vector = (name: string, as?: 'point'): DirectionRecipe => ({ kind: 'vector', digest: name.repeat(64).slice(0, 64), title: name, ...(as && { as }) });
const along = (directions: readonly DirectionRecipe[], change: Partial<SliceRecipe> = {}): SliceRecipe => planeRecipe({ axes: directions.map((direction) => ({ direction, min: -1, max: 1, count: 9 })), ...change });

describe('the honesty panel', () => {
  it('[J8] [J6] where samples come shard by shard it says how many are in, and the standard error of what is shown', () => {
    const level = { set: 'train' as const, all: 2500, loss: 0.25, standardError: 0.0125 };
    const recipe = planeRecipe({ samples: [{ set: 'train', count: 2500 }] });
    const manifest = { ...subject.manifest, dataset: { ...subject.manifest.dataset, samples: { train: 10_000, test: 4 } } };
    const early = said({ recipe, manifest, levels: [{ ...level, samples: 1024 }] });
    expect(early).toContain('Samples: 1,024 of 2,500 train so far; the slice is of 2,500 of 10,000 train');
    expect(early).toContain('0.25 ± 0.0125 at the centre (standard error over 1,024 samples)');
    expect(early).not.toContain('over 8 samples');
    expect(said({ recipe, manifest, levels: [{ ...level, samples: 2500 }] })).toContain('Samples: 2,500 of 10,000 train (');
  });

  it('[J8] says samples and their error, directions, norms, angle, condition, path, distance, verified share, backend, modes, caveat and citation', () => {
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
      'Condition: 1.041',
      'above 1,000,000 nothing is placed',
      '41.0 % of the training motion',
      'Two random directions are expected to catch 0.6 % of any path',
      'A random walk of 11 points in 354 dimensions would give its own two best axes 90.1 %',
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
    expect(warnings({ geography: withFacts({ cosines: [-0.051] }, { captured: 0.9 }) })).toEqual(['Angle']);
    // Of few weights, chance makes larger ones: the standard deviation is 1/√320.
    const few = { moved: 320, expectedCosine: 0.0446 };
    expect(warnings({ geography: withFacts({ ...few, cosines: [0.0739] }, { captured: 0.9 }) })).toEqual([]);
    expect(warnings({ geography: withFacts({ ...few, cosines: [0.17] }, { captured: 0.9 }) })).toEqual(['Angle']);
    const towards = { kind: 'towards', checkpoint: 'initial', length: 'unit', orthogonal: false } as const;
    const oblique = { recipe: along([towards, towards]), geography: withFacts({ cosines: [0.7] }, { captured: 0.9 }) };
    expect(warnings(oblique)).toEqual([]);
    expect(said(oblique)).toContain('sheared');
    expect(said(oblique)).toContain('Chosen, not drawn: two random directions in 105,866 dimensions would meet with |cosine| of about 0.0025');
  });

  it('[J8] of three axes every pair has its angle; a line has neither angle nor condition', () => {
    const random = (seed: number) => ({ kind: 'random', seed, normalisation: 'filter', vectors: 'ignore' }) as const;
    const volume = said({ recipe: along([random(1), random(2), random(3)]), geography: withFacts({ norms: [1, 1, 1], cosines: [0.01, 0.02, 0.03] }, { axes: 3 }) });
    for (const part of ['α and β meet', 'α and γ meet', 'β and γ meet', 'These three axes show', 'its own three best axes']) expect(volume).toContain(part);
    const line = said({ recipe: along([random(1)]), geography: withFacts({ norms: [1], cosines: [], cosine: null }, { axes: 1 }) });
    expect(line).toContain('This axis shows');
    expect(line).toContain('One random direction is expected');
    expect(line).not.toMatch(/Angle|Condition/);
  });

  it('[J8] axes that were made orthogonal are held to it, whichever way they were made', () => {
    const random = { kind: 'random', seed: 1, normalisation: 'filter', vectors: 'ignore' } as const;
    const towards = { kind: 'towards', checkpoint: 'initial', length: 'unit', orthogonal: false } as const;
    const eigenvector = { madeOf: () => ({ what: 'eigenvector of the largest eigenvalue' }), recipe: along([vector('a'), vector('b')]) };
    const made: readonly Partial<HonestyInput>[] = [{ recipe: along([random, { ...random, seed: 2, orthogonal: true }]) }, { recipe: along([towards, { ...towards, orthogonal: true }]) }, eigenvector];
    for (const change of made) {
      expect(said({ ...change, geography: withFacts({ cosines: [1e-7] }) })).toContain('right angles, so 0 is expected');
      expect(said({ ...change, geography: withFacts({ cosines: [0.3] }) })).toContain('Careful, Angle: The axes meet at 72.54° (cosine 0.3000). (They were made to stand at right angles, so 0 is expected. They do not');
    }
    expect(said({ recipe: along([vector('a'), vector('b')]) })).not.toContain('so 0 is expected');
  });

  it('[J8] a network without a training path is said to have none; a convexity map says how sure its eigenvalues are', () => {
    const bare = { ...subject.manifest, trajectory: [] };
    expect(said({ manifest: bare, geography: { ...geography, trajectory: [], path: null } })).toContain('Training path: none was kept for this network (How much of its training this slice shows cannot be said.)');
    const map = said({ recipe: planeRecipe({ measure: { kind: 'convexity', parameters: 'all', tolerance: 0.1, steps: 12 } }), spread: null });
    expect(map).toContain('Error: to 10.0 % of the larger eigenvalue, or 12 products with the Hessian where that takes longer');
  });

  it('[J8] principal axes say what they explain of their own checkpoints, beside a walk of as many', () => {
    const made = (explained: number) => ({ by: 'principal axes', method: 'components', isCentred: true, rows: ['initial', 'trained'], origin: 'trained', component: 1, explained });
    const madeOf = (digest: string) => made(digest.startsWith('a') ? 0.7 : 0.2);
    const text = said({ recipe: along([vector('a'), vector('b')]), madeOf });
    expect(text).toContain('70.0 % + 20.0 % of the spread of 2 checkpoints, together 90.0 %');
    expect(text).toContain('A random walk of as many points would have 100.0 %');
    expect(said({ recipe: along([vector('a'), vector('b')]) })).not.toContain('of the spread');
  });

  it('[J8] invents nothing: what is not known yet is not there', () => {
    const text = said({ geography: null, centreNorm: null, spread: null, measured: null });
    expect(text).not.toMatch(/±|‖|cosine|Condition|Out of plane|Verified|NaN|undefined/);
  });

  it('[J8] a file also says which slice of which network it is', () => {
    const text = honestyText('', sliceFacts(input.recipe, subject.manifest, sliceIdOf(input.recipe)));
    for (const part of [sliceIdOf(input.recipe), subject.manifest.title, '2 parameters', 'eight points', 'mean squared error', 'made in a test']) expect(text).toContain(part);
  });
});

describe('caveats', () => {
  const random = { kind: 'random', seed: 1, normalisation: 'filter', vectors: 'ignore' } as const;
  const other = { ...random, seed: 2 };
  const third = { ...random, seed: 3 };
  const towards = { kind: 'towards', checkpoint: 'initial', length: 'difference', orthogonal: false } as const;
  const principal = (rows: readonly string[], method = 'components') => ({ by: 'principal axes', method, isCentred: false, rows, origin: 'trained', component: 1, explained: 0.5 });
  const range = { min: -1, max: 1, count: 9 };
  const kinds: Readonly<Record<string, { readonly recipe: SliceRecipe; readonly made?: unknown; readonly text: RegExp; readonly source: RegExp; readonly never?: RegExp }>> = {
    'random line': { recipe: along([random]), text: /average curvature/, source: /1712\.09913/ },
    'random plane, not normalised': { recipe: along([{ ...random, normalisation: 'none' }, other]), text: /rescaled layers/, source: /1703\.04933/ },
    interpolation: { recipe: along([towards]), text: /neither convexity nor width/, source: /1412\.6544/, never: /average curvature/ },
    'three checkpoints': { recipe: along([towards, { ...towards, orthogonal: true }]), text: /three networks/, source: /1802\.10026/ },
    'principal axes of a path': { recipe: along([vector('a'), vector('b')]), made: principal(['initial', 'trained']), text: /where this training went/, source: /section 7.*1806\.08805/ },
    'principal axes of several runs': { recipe: along([vector('a'), vector('b')]), made: principal(['initial', 'another']), text: /chosen checkpoints show how these differ/, source: /section 7/ },
    'trajectory-informed plane': { recipe: along([vector('a'), vector('b')]), made: principal(['initial', 'trained'], 'informed'), text: /fitting error/, source: /Ding.*PMLR 222/ },
    'eigenvectors of the Hessian': { recipe: along([vector('a'), vector('b')]), made: { what: 'eigenvector of the largest eigenvalue' }, text: /steeper and falling/, source: /2208\.13219/ },
    gradient: { recipe: along([vector('a')]), made: { what: 'gradient' }, text: /steepest direction/, source: /2208\.13219/ },
    'a vector whose file is not here': { recipe: along([vector('a'), vector('b')]), text: /was computed/, source: /1912\.07145/ },
    'cross-section': { recipe: along([vector('a', 'point')], { origin: { digest: 'c'.repeat(64), title: 'A' } }), made: { by: 'cross-section' }, text: /chosen on a plane/, source: /1412\.6544/ },
    curve: { recipe: along([towards, vector('a', 'point')], { curve: { kind: 'bezier', range: { min: 0, max: 1, count: 9 } } }), text: /trained to have a low loss/, source: /1802\.10026/, never: /neither convexity nor width|chosen on a plane/ },
    volume: { recipe: along([random, other, third]), text: /any other direction/, source: /no paper/ },
    'oblique plane': { recipe: along([random, other, third], { cut: { at: [0, 0, 0], u: [1, 0, 0], v: [0, 1, 0], ranges: [range, range] } }), text: /moved through its volume/, source: /no paper/ },
    'convexity map': { recipe: along([random, other], { measure: { kind: 'convexity', parameters: 'all', tolerance: 0.1, steps: 12 } }), text: /does not prove convexity/, source: /figure 7/ },
  };

  // Nothing is said of layers that a network does not have.
  const batchNorm = { ...subject.manifest, network: { ...subject.manifest.network, buffers: [{ name: 'bn.mean', shape: [1] }] } } as unknown as SubjectManifest;

  it('[J13] frozen statistics are spoken of where the network has some', () => {
    expect(caveatsOf(along([towards]), subject.manifest, () => undefined).map(({ text }) => text).join(' ')).not.toContain('Batch-norm');
    expect(caveatsOf(along([towards]), batchNorm, () => undefined).map(({ text }) => text).join(' ')).toContain('Batch-norm');
  });

  it.each(Object.entries(kinds))('[J13] %s has its caveat and its source', (_, { recipe, made, text, source, never }) => {
    const caveats = caveatsOf(recipe, subject.manifest, () => made);
    expect(caveats.length).toBeGreaterThan(0);
    expect(caveats.some((each) => text.test(each.text) && source.test(each.source))).toBe(true);
    for (const each of caveats) {
      expect(each.text.length * each.source.length).toBeGreaterThan(0);
      if (never) expect(each.text).not.toMatch(never);
    }
    // The same words stand in what is copied and saved.
    const facts = honestyFacts({ ...input, recipe, madeOf: () => made, geography: null, spread: null });
    for (const each of caveats) expect(facts).toContainEqual({ title: 'Method', text: each.text, note: each.source });
  });

  it('[J8] of a curve it says how many checkpoints lie on it, and not that all do, for what lies beside it has no place there', () => {
    const recipe = along([{ kind: 'towards', checkpoint: 'initial', length: 'difference', orthogonal: false }, vector('a', 'point')], { curve: { kind: 'bezier', range: { min: 0, max: 1, count: 9 } } });
    const manifest = { ...subject.manifest, checkpoints: ['initial', 'half', 'trained'].map((id) => ({ id, title: id })) } as unknown as SubjectManifest;
    const text = said({ recipe, manifest, geography: { ...geography, trajectory: [bead('trained', 0)], checkpoints: [] } });
    expect(text).toContain('1 of 3 checkpoints lie on this curve.');
    expect(text).not.toContain('All checkpoints');
    expect(text).toContain('to t = 0.13 the loss changes');
  });

  it('[J13] what stands above says line, volume or curve', () => {
    expect(honestyLead(along([random, other]), 10)).toContain('one flat cut through 10 dimensions');
    expect(honestyLead(along([random, other, third]), 10)).toContain('three of 10 dimensions');
    expect(honestyLead(kinds.curve!.recipe, 10)).toContain('one curve');
  });
});

describe('checkpoints on a slice', () => {
  const plane = along([
    { kind: 'random', seed: 1, normalisation: 'none', vectors: 'layer' },
    { kind: 'random', seed: 2, normalisation: 'none', vectors: 'layer' },
  ]);
  const of = (recipe: SliceRecipe) => {
    expect(problemsOf(recipe, subject.manifest)).toEqual([]);
    const frame = frameOf(recipe, subject);
    return { projector: projectorOf(frame), found: checkpointsOnSlice(recipe, subject, { frame, axes: frame, projector: projectorOf(frame) }) };
  };

  it('[R13] a plane of two parameters misses nothing; its condition is that of its projector', () => {
    const { found, projector } = of(plane);
    expect(found.condition).toBe(projector.condition);
    for (const each of found.trajectory) {
      expect(each.outOfPlane).toBe(0);
      expect(each.captured).toBeCloseTo(1, 9);
    }
    expect(found.path).toMatchObject({ points: 2, dimensions: 2, axes: 2, walk: 1 });
    expect(found.path!.captured).toBeCloseTo(1, 9);
  });

  it('[R13] a line shows of a checkpoint what stands in its direction, and the path’s share is that of its squared distances', () => {
    const { found } = of(along([plane.axes[0]!.direction]));
    const [initial] = found.trajectory;
    const [d] = frameOf(along([plane.axes[0]!.direction]), subject).directions;
    const delta = [-2, 0.5];
    const a = (d![0]! * delta[0]! + d![1]! * delta[1]!) / (d![0]! ** 2 + d![1]! ** 2);
    expect(initial!.a).toBeCloseTo(a, 6);
    expect(initial!.outOfPlane).toBeCloseTo(Math.hypot(delta[0]! - a * d![0]!, delta[1]! - a * d![1]!), 6);
    expect(initial!.captured).toBeCloseTo((a ** 2 * (d![0]! ** 2 + d![1]! ** 2)) / 4.25, 6);
    expect(found.path!.captured).toBeCloseTo(initial!.captured, 9);
  });
});
