/** The form that places a slice: what it makes of what was typed, on the built-in networks themselves. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { statisticsFor, type ModeDraft } from '#components/panels/modeDraft.ts';
import { dimensionsOf, draftFor, isGradient, isPrincipal, isVector, kindsFor, recipeOf, withCurve, withKind, type PlaceDraft } from '#components/panels/placeDraft.ts';
import { makePrincipal } from '#components/panels/principalDraft.ts';
import { gradientFile, gradientKey, gradientQuestion, withChoice, type SessionVector } from '#components/panels/vectorDraft.ts';
import { CURVE_PLACES, type CurveRequest } from '#lib/analysis/requests/curve.ts';
import { readSubject } from '#lib/formats/subjectFile.ts';
import { STANDARD_MODE } from '#lib/network/mode.ts';
import type { Network, Step } from '#lib/network/program.ts';
import type { Subject } from '#lib/network/subject.ts';
import { frameOf } from '#lib/slice/frame.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { projectorOf } from '#lib/slice/projection.ts';
import { normOf } from '#lib/slice/vectors.ts';
import { inspect } from '#workers/inspectJob.ts';

function builtin(name: string): Subject {
  const manifest: unknown = JSON.parse(readFileSync(`public/builtins/${name}.json`, 'utf8'));
  const subject = readSubject(manifest, (digest) => readFileSync(`public/builtins/${digest}.safetensors`));
  if (!subject.ok) throw new Error(JSON.stringify(subject.problems));
  return subject.value;
}

const NAMES = ['spirals-tiny', 'seed-cnn', 'line-fit'] as const;
const subjects = new Map(NAMES.map((name) => [name, builtin(name)]));
const spirals = subjects.get('spirals-tiny')!;
const draft = draftFor(spirals, [1, 2]);
const withAxis = (part: Partial<PlaceDraft['axes'][0]>): PlaceDraft => ({ ...draft, axes: [{ ...draft.axes[0], ...part }, draft.axes[1], draft.axes[2]] });
const problemsFor = (changed: PlaceDraft) => recipeOf(changed, spirals.manifest).problems;

/** The gradient at the draft's centre, computed as the form has it computed, in a file of this test. */
function withGradient(drawn: PlaceDraft, subject: Subject, files: Map<string, Float32Array>): PlaceDraft {
  const { recipe } = recipeOf(drawn, subject.manifest);
  const run = inspect(gradientQuestion({ ...recipe, samples: [{ set: 'train', count: 4 }] }, subject));
  let step = run.next();
  while (!step.done) step = run.next();
  if (step.value.ask !== 'gradients') throw new Error('no gradient');
  const file = gradientFile(step.value.gradients[0]!.gradient, recipe, subject);
  if (!file.ok) throw new Error(JSON.stringify(file.problems));
  files.set('c'.repeat(64), file.value.values);
  return { ...drawn, vector: { ...drawn.vector, gradient: { key: gradientKey(recipe), vector: { digest: 'c'.repeat(64), title: file.value.title } } } };
}

describe('placeDraft', () => {
  it.each(NAMES.flatMap((name) => kindsFor(subjects.get(name)!.manifest).map((kind) => [name, kind] as const)))('[place] the first draft of %s as %s can be placed and spans what it says', (name, kind) => {
    const subject = subjects.get(name)!;
    const files = new Map<string, Float32Array>();
    let drawn = withKind(draftFor(subject, [1, 2, 3]), kind, subject);
    if (isPrincipal(kind)) {
      expect(recipeOf(drawn, subject.manifest).problems.map(({ path }) => path)).toEqual(['principal']);
      const made = makePrincipal(drawn.principal, subject, [], dimensionsOf(kind));
      if (!made.ok) throw new Error(JSON.stringify(made.problems));
      const names = made.value.axes.map((file, index) => {
        const digest = String(index).repeat(64);
        files.set(digest, file.values);
        return { digest, title: file.title };
      });
      drawn = { ...drawn, principal: { ...drawn.principal, made: names } };
    }
    if (isGradient(kind)) {
      expect(recipeOf(drawn, subject.manifest).problems.map(({ path }) => path)).toEqual(['gradient']);
      drawn = withGradient(drawn, subject, files);
    } else if (isVector(kind)) {
      expect(recipeOf(drawn, subject.manifest).problems.map(({ path }) => path)).toEqual(['axes.0.direction']);
      const [only] = subject.checkpoints;
      files.set('a'.repeat(64), only!.map((_, index) => (index === 0 ? 1 : 0)));
      drawn = { ...drawn, vector: { ...drawn.vector, axes: [{ digest: 'a'.repeat(64), title: 'the first weight', kind: 'direction' }, 'random', 'random'] } };
    } else if (kind === 'curve') {
      expect(recipeOf(drawn, subject.manifest).problems.map(({ path }) => path)).toEqual(['curve']);
      const [from, to] = [subject.manifest.checkpoints.at(-1)!.id, subject.manifest.checkpoints[0]!.id];
      files.set('b'.repeat(64), subject.checkpoints[0]!.map((value) => 0.5 * value + 1));
      const request: CurveRequest = { kind: 'curve', format: 1, subject: subject.id, from, to, shape: 'bezier', loss: subject.manifest.loss, samples: 16, seed: 1, steps: 10, batch: 8, learningRate: 0.1, momentum: 0, weightDecay: 0 };
      drawn = withCurve(drawn, { request, bend: 'b'.repeat(64) }, subject);
    }
    const { recipe, problems } = recipeOf(drawn, subject.manifest);
    expect(problems).toEqual([]);
    if (kind === 'curve') {
      expect(recipe).toMatchObject({ curve: { kind: 'bezier', range: { min: 0, max: 1, count: 61 } }, samples: [{ set: 'train', count: 16 }], centre: subject.manifest.checkpoints.at(-1)!.id });
      expect(CURVE_PLACES).toBeLessThan(61);
      expect(frameOf(recipe, subject, (digest) => files.get(digest)).directions).toHaveLength(2);
      return;
    }
    expect(frameOf(recipe, subject, (digest) => files.get(digest)).directions).toHaveLength(dimensionsOf(kind));
  });

  it('[place] what cannot be read is a problem beside its own field', () => {
    expect(problemsFor(withAxis({ seed: 'x' }))).toEqual([{ path: 'axes.0.direction.seed', message: 'must be a number' }]);
    expect(problemsFor(withAxis({ count: '10' })).map(({ path }) => path)).toEqual(['axes.0.count']);
    expect(problemsFor(withAxis({ count: '9.5' })).map(({ path }) => path)).toEqual(['axes.0.count']);
    expect(problemsFor(withAxis({ max: '-3' })).map(({ path }) => path)).toEqual(['axes.0.max']);
    expect(problemsFor(withAxis({ seed: '2' })).map(({ path }) => path)).toEqual(['axes.1.direction']);
    expect(problemsFor({ ...draft, counts: { ...draft.counts, train: '257' } }).map(({ path }) => path)).toEqual(['samples.0.count']);
  });

  it('[place] a minus sign as we print it and a decimal comma are understood', () => {
    const { recipe, problems } = recipeOf(withAxis({ min: '−0,5' }), spirals.manifest);
    expect(problems).toEqual([]);
    expect(recipe.axes[0]?.min).toBe(-0.5);
  });

  it('[place] the gradient is a unit vector of what the form says, and another form wants another', () => {
    const files = new Map<string, Float32Array>();
    const line = withGradient(withKind(draft, 'gradientLine', spirals), spirals, files);
    expect(normOf(files.get('c'.repeat(64))!)).toBeCloseTo(1, 6);
    expect(recipeOf(line, spirals.manifest).recipe.axes[0]!.direction).toEqual({ kind: 'vector', digest: 'c'.repeat(64), title: expect.stringContaining('gradient at') });
    expect(recipeOf({ ...line, centre: 'initial' }, spirals.manifest).problems.map(({ path }) => path)).toEqual(['gradient']);
    expect(recipeOf({ ...line, counts: { ...line.counts, train: '99' } }, spirals.manifest).problems.map(({ path }) => path)).toEqual(['gradient']);
    const zero = gradientFile(new Float64Array(files.get('c'.repeat(64))!.length), recipeOf(line, spirals.manifest).recipe, spirals);
    expect(zero).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('is zero') }] });
    // Beside a random axis it is made as long as the weights, and points where it did.
    const plane = withGradient(withKind(draft, 'gradientPlane', spirals), spirals, files);
    const { recipe } = recipeOf(plane, spirals.manifest);
    expect(recipe.axes.map(({ direction }) => direction.kind)).toEqual(['vector', 'random']);
    const [along] = frameOf(recipe, spirals, (digest) => files.get(digest)).directions;
    const centre = spirals.checkpoints[spirals.manifest.checkpoints.findIndex(({ id }) => id === recipe.centre)]!;
    expect(normOf(along!) / normOf(centre)).toBeCloseTo(1, 6);
    const unit = files.get('c'.repeat(64))!;
    for (let index = 0; index < 20; index++) expect(along![index]! / normOf(along!)).toBeCloseTo(unit[index]!, 6);
  });

  it('[place] a point is led to whatever the scaling; two axes along one vector are refused', () => {
    const vector: SessionVector = { digest: 'd'.repeat(64), title: 'some', kind: 'point' };
    const plane = withKind(draft, 'vectorPlane', spirals);
    const chosen = (axes: PlaceDraft['vector']['axes']): PlaceDraft => ({ ...plane, vector: { ...plane.vector, axes, scaling: 'filter' } });
    expect(recipeOf(chosen([vector, 'random', null]), spirals.manifest).recipe.axes[0]!.direction).toEqual({ kind: 'vector', as: 'point', digest: vector.digest, title: 'some' });
    expect(recipeOf(chosen([{ ...vector, kind: 'direction' }, 'random', null]), spirals.manifest).recipe.axes[0]!.direction).toMatchObject({ scaled: { normalisation: 'filter', vectors: 'layer' } });
    expect(recipeOf(chosen([vector, vector, null]), spirals.manifest).problems.map(({ path }) => path)).toEqual(['axes.1.direction']);
    expect(recipeOf(chosen([vector, null, null]), spirals.manifest).problems.map(({ path }) => path)).toEqual(['axes.1.direction']);
  });

  it('[place] a volume lies along three vectors, and three that lie in one plane are refused', () => {
    const size = spirals.checkpoints[0]!.length;
    const files = new Map(['a', 'b', 'c', 'd'].map((letter, at) => [letter.repeat(64), Float32Array.from({ length: size }, (_, index) => (at < 3 ? Number(index === at) : Number(index < 2)))]));
    const named = (letter: string): SessionVector => ({ digest: letter.repeat(64), title: letter, kind: 'direction' });
    const volume = withKind(draft, 'vectorVolume', spirals);
    const along = (...axes: PlaceDraft['vector']['axes']) => recipeOf({ ...volume, vector: { ...volume.vector, axes } }, spirals.manifest);
    const frame = (recipe: SliceRecipe) => frameOf(recipe, spirals, (digest) => files.get(digest));
    const { recipe, problems } = along(named('a'), named('b'), named('c'));
    expect(problems).toEqual([]);
    expect(recipe.axes.map(({ count }) => count)).toEqual([17, 17, 17]);
    expect(frame(recipe).directions.map((direction) => Array.from(direction.subarray(0, 3)))).toEqual([[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
    expect(() => frame(along(named('a'), named('b'), named('d')).recipe)).toThrow('all three axes');
    expect(along(named('a'), 'random', null).problems.map(({ path }) => path)).toEqual(['axes.2.direction']);
    expect(along(named('a'), named('b'), named('b')).problems.map(({ path }) => path)).toEqual(['axes.2.direction']);
    expect([0, 1, 2].map((index) => withChoice([null, 'random', null], index, named('a')))).toEqual([[named('a'), 'random', null], [null, named('a'), null], [null, 'random', named('a')]]);
  });

  it('[place] a line shows train and test together, a plane one set', () => {
    expect(recipeOf(withKind(draft, 'lineTowards', spirals), spirals.manifest).recipe.samples.map(({ set }) => set)).toEqual(['train', 'test']);
    expect(recipeOf(withKind(draft, 'randomPlane', spirals), spirals.manifest).recipe.samples.map(({ set }) => set)).toEqual(['train']);
  });

  it('[place] batch norm and dropout are left as usual where the network has neither, whatever was typed', () => {
    const { recipe, problems } = recipeOf({ ...draft, mode: { ...draft.mode, statistics: 'batch', batch: 'x', dropout: 'on' } }, spirals.manifest);
    expect(problems).toEqual([]);
    expect(recipe.mode).toEqual(STANDARD_MODE);
  });

  it('[place] the mode of a network with batch norm and dropout is read, each problem beside its field', () => {
    const glyphs = subjects.get('seed-cnn')!;
    const norm: Step = { op: 'batchnorm', weight: 'w', bias: 'b', running_mean: 'm', running_var: 'v', eps: 1e-5 };
    const { network } = glyphs.manifest;
    const vectors = (...names: string[]) => names.map((name) => ({ name, shape: [1] }));
    const normed: Network = { ...network, parameter_order: [...network.parameter_order, ...vectors('w', 'b')], buffers: vectors('m', 'v'), program: [norm, ...network.program] };
    const manifest = { ...glyphs.manifest, network: normed };
    const first = draftFor(glyphs, [1, 2]);
    const modeFor = (mode: Partial<ModeDraft>) => recipeOf({ ...first, mode: { ...first.mode, ...mode } }, manifest);
    expect(modeFor({ statistics: 'batch', batch: '64', dropout: 'on', dropoutSeed: '9' }).recipe.mode).toEqual({ batchNorm: { policy: 'batch', batch: 64 }, dropout: { seed: 9 } });
    expect(modeFor({ statistics: 'recomputed', samples: '200', batch: '50' }).recipe.mode.batchNorm).toEqual({ policy: 'recomputed', samples: 200, batch: 50 });
    const pathsFor = (mode: Partial<ModeDraft>) => modeFor(mode).problems.map(({ path }) => path).filter((path) => path.startsWith('mode'));
    expect(pathsFor({ statistics: 'batch', batch: '1' })).toEqual(['mode.batchNorm.batch']);
    expect(pathsFor({ statistics: 'batch', batch: '5000' })).toEqual(['mode.batchNorm.batch']);
    expect(pathsFor({ statistics: 'recomputed', samples: 'many' })).toContain('mode.batchNorm.samples');
    expect(pathsFor({ statistics: 'recomputed', samples: '100000' })).toEqual(['mode.batchNorm.samples']);
    expect(pathsFor({ dropout: 'on', dropoutSeed: '-1' })).toEqual(['mode.dropout.seed']);
    expect(pathsFor({ statistics: 'interpolated' })).toEqual(['mode.batchNorm']);
  });

  it('[place] statistics that move with the weights are let go where no axis leads to a checkpoint', () => {
    const glyphs = subjects.get('seed-cnn')!;
    const towards = withKind(draftFor(glyphs, [1, 2]), 'lineTowards', glyphs);
    const moving: PlaceDraft = { ...towards, mode: { ...towards.mode, statistics: 'interpolated' } };
    expect(withKind(moving, 'planeThrough', glyphs).mode.statistics).toBe('interpolated');
    expect(withKind(moving, 'randomPlane', glyphs).mode.statistics).toBe('frozen');
    expect(statisticsFor(false)).not.toContain('interpolated');
  });

  it.each(NAMES)('[place] a plane through three checkpoints of %s holds all three', (name) => {
    const subject = subjects.get(name)!;
    const through = withKind(draftFor(subject, [1, 2]), 'planeThrough', subject);
    const { recipe } = recipeOf(through, subject.manifest);
    const { project } = projectorOf(frameOf(recipe, subject));
    const ids = [through.centre, through.axes[0].target, through.axes[1].target];
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) {
      const { coordinates } = project(subject.checkpoints[subject.manifest.checkpoints.findIndex((each) => each.id === id)]!);
      for (const [axis, value] of coordinates.entries()) {
        expect(value).toBeGreaterThan(recipe.axes[axis]!.min);
        expect(value).toBeLessThan(recipe.axes[axis]!.max);
      }
    }
  });
});
