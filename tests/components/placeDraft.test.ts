/** The form that places a slice: what it makes of what was typed, on the built-in networks themselves. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { statisticsFor, type ModeDraft } from '#components/panels/modeDraft.ts';
import { dimensionsOf, draftFor, isPrincipal, kindsFor, recipeOf, withKind, type PlaceDraft } from '#components/panels/placeDraft.ts';
import { makePrincipal } from '#components/panels/principalDraft.ts';
import { readSubject } from '#lib/formats/subjectFile.ts';
import { STANDARD_MODE } from '#lib/network/mode.ts';
import type { Network, Step } from '#lib/network/program.ts';
import type { Subject } from '#lib/network/subject.ts';
import { frameOf } from '#lib/slice/frame.ts';
import { projectorOf } from '#lib/slice/projection.ts';

function builtin(name: string): Subject {
  const manifest: unknown = JSON.parse(readFileSync(`public/builtins/${name}.json`, 'utf8'));
  const { digest } = (manifest as { file: { digest: string } }).file;
  const subject = readSubject(manifest, readFileSync(`public/builtins/${digest}.safetensors`));
  if (!subject.ok) throw new Error(JSON.stringify(subject.problems));
  return subject.value;
}

const NAMES = ['spirals-tiny', 'seed-cnn', 'line-fit'] as const;
const subjects = new Map(NAMES.map((name) => [name, builtin(name)]));
const spirals = subjects.get('spirals-tiny')!;
const draft = draftFor(spirals, [1, 2]);
const withAxis = (part: Partial<PlaceDraft['axes'][0]>): PlaceDraft => ({ ...draft, axes: [{ ...draft.axes[0], ...part }, draft.axes[1], draft.axes[2]] });
const problemsFor = (changed: PlaceDraft) => recipeOf(changed, spirals.manifest).problems;

describe('placeDraft', () => {
  it.each(NAMES.flatMap((name) => kindsFor(subjects.get(name)!.manifest).map((kind) => [name, kind] as const)))('[place] the first draft of %s as %s can be placed and spans what it says', (name, kind) => {
    const subject = subjects.get(name)!;
    const files = new Map<string, Float32Array>();
    let drawn = withKind(draftFor(subject, [1, 2, 3]), kind, subject);
    if (isPrincipal(kind)) {
      expect(recipeOf(drawn, subject.manifest).problems.map(({ path }) => path)).toEqual(['principal']);
      const made = makePrincipal(drawn.principal, subject, dimensionsOf(kind));
      if (!made.ok) throw new Error(JSON.stringify(made.problems));
      const names = made.value.map((file, index) => {
        const digest = String(index).repeat(64);
        files.set(digest, file.values);
        return { digest, title: file.title };
      });
      drawn = { ...drawn, principal: { ...drawn.principal, made: names } };
    }
    const { recipe, problems } = recipeOf(drawn, subject.manifest);
    expect(problems).toEqual([]);
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
