/** Several runs of one form on one slice: what the door lets in, axes of all of them against a library's SVD, the walks beside them, and what the panel says. */
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { checkpointsOnSlice } from '#lib/analysis/checkpointsOnSlice.ts';
import { pooledWalkShare, pooledWalkShares } from '#lib/analysis/pooledWalk.ts';
import { principalComponents } from '#lib/analysis/pca.ts';
import { walkShares } from '#lib/analysis/randomWalk.ts';
import { loseAlike } from '#lib/network/alike.ts';
import { formDifference } from '#lib/network/form.ts';
import { createRandom } from '#lib/random.ts';
import { honestyFacts, honestyText } from '#lib/session/honesty/facts.ts';
import { frameOf } from '#lib/slice/frame.ts';
import { projectorOf } from '#lib/slice/projection.ts';
import { readRecipe, sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { pathIdsOf, pointsOf } from '#lib/slice/runs.ts';
import { draftFor, recipeOf, withKind } from '#components/panels/placeDraft.ts';
import { makePrincipal } from '#components/panels/principalDraft.ts';
import { builtin } from '#tests/support/builtins.ts';

const own = builtin('spirals-tiny');
const runs = [builtin('spirals-seed-8'), builtin('spirals-seed-9')];
const all = [own, ...runs];
const points = all.flatMap((run) => pointsOf(run, pathIdsOf(run.manifest)));
const networks = new Map([...all, builtin('sine-10k'), builtin('seed-cnn')].map((each) => [each.id, each]));
const manifestOf = (id: string) => networks.get(id)?.manifest;

/** As the form makes it: through the mean of all of them. */
function pooledSlice() {
  const draft = withKind(draftFor(own, [1, 2, 3]), 'principalPlane', own);
  const principal = { ...draft.principal, runs: runs.map(({ id }) => id), origin: null, isCentred: true };
  const made = makePrincipal(principal, own, runs, 2);
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  const { axes, mean, walk } = made.value;
  const files = new Map([['a'.repeat(64), axes[0]!], ['b'.repeat(64), axes[1]!], ['c'.repeat(64), mean!]]);
  const named = [...files].map(([digest, { title }]) => ({ digest, title }));
  const { recipe, problems } = recipeOf({ ...draft, principal: { ...principal, made: named.slice(0, 2), mean: named[2]! } }, own.manifest);
  expect(problems).toEqual([]);
  return { recipe, walk, axes, mean: mean!, made: (digest: string) => files.get(digest)?.made, vectors: (digest: string) => files.get(digest)?.values };
}

/** By a library's singular values of the stacked matrix, in float64, which this project's own way by the Gram matrix does not use. */
function bySvd() {
  const mean = points[0]!.reduce<number[]>((sums, _, index) => [...sums, points.reduce((sum, point) => sum + point[index]!, 0) / points.length], []);
  const svd = new SingularValueDecomposition(new Matrix(points.map((point) => Array.from(point, (value, index) => value - mean[index]!))), { autoTranspose: true });
  const total = svd.diagonal.reduce((sum, value) => sum + value ** 2, 0);
  return { shares: svd.diagonal.map((value) => value ** 2 / total), axes: [0, 1].map((column) => svd.rightSingularVectors.getColumn(column)), mean };
}

describe('runs of one form on a slice', () => {
  const { recipe, walk, axes, mean, made, vectors } = pooledSlice();
  const frame = frameOf(recipe, own, vectors);
  const projector = projectorOf(frame);
  const geography = checkpointsOnSlice(recipe, own, { frame, axes: frame, projector }, runs);
  const known = bySvd();

  it('[S11] axes and shares of pooled runs are those of the singular values of the stacked matrix', () => {
    expect(points.length).toBe(21 + 12 + 12);
    for (const [rank, axis] of axes.entries()) {
      const sign = Math.sign(known.axes[rank]![axis.values.indexOf(Math.max(...axis.values))]!);
      for (const [index, value] of axis.values.entries()) expect(value).toBeCloseTo(sign * known.axes[rank]![index]!, 5);
      expect((made('ab'[rank]!.repeat(64)) as { explained: number }).explained).toBeCloseTo(known.shares[rank]!, 7);
      expect(axis.title).toBe(`PC${rank + 1} of 3 runs (${(100 * known.shares[rank]!).toFixed(1)} %)`);
    }
    for (const [index, value] of mean.values.entries()) expect(value).toBeCloseTo(known.mean[index]!, 5);
  });

  it('[R13] every checkpoint of every run has its place and distance; together they are captured as far as the axes explain', () => {
    expect(geography.runs.map(({ title, trajectory, checkpoints }) => [title, trajectory.length, checkpoints.length])).toEqual([['Two spirals, seed 8', 12, 0], ['Two spirals, seed 9', 12, 0]]);
    expect(geography.pool!.captured).toBeCloseTo(known.shares[0]! + known.shares[1]!, 5);
    const beads = [geography, ...geography.runs].flatMap(({ trajectory }) => trajectory);
    for (const [row, point] of points.entries()) {
      const off = Array.from(point, (value, index) => value - known.mean[index]!);
      const [a, b] = axes.map(({ values }) => off.reduce((sum, value, index) => sum + value * values[index]!, 0));
      const outside = Math.sqrt(off.reduce((sum, value) => sum + value ** 2, 0) - a! ** 2 - b! ** 2);
      expect([beads[row]!.a, beads[row]!.b, beads[row]!.outOfPlane]).toEqual([expect.closeTo(a!, 4), expect.closeTo(b!, 4), expect.closeTo(outside, 4)]);
    }
  });

  it('[R15] walks from the same starts with steps as long show what simulated ones do', () => {
    const random = createRandom(3);
    const size = 12_000;
    // The starts stand in the first few numbers; where steps lead is chance.
    const starts = [[0, 0, 0], [9, 0, 0], [4, 7, 0]];
    const steps = [[1, 1, 0.5, 2], [0.2, 0.2, 0.2], [2, 1, 1, 1, 3, 1]];
    const paths = starts.map((start, run) => {
      const path = [Float64Array.from({ length: size }, (_, index) => start[index] ?? 0)];
      for (const step of steps[run]!) path.push(path.at(-1)!.map((value) => value + (random.normal() * step) / Math.sqrt(size)));
      return path;
    });
    const walked = paths.flat();
    const { explained } = principalComponents(walked, 3, true);
    for (const [rank, share] of pooledWalkShares(paths, 3, 'mean').entries()) expect(Math.abs(share - explained[rank]!)).toBeLessThan(0.01);
    const origin = 6;
    const seen = principalComponents(walked.map((point) => point.map((value, index) => value - walked[origin]![index]!)), 3, false);
    for (const [rank, share] of pooledWalkShares(paths, 3, origin).entries()) expect(Math.abs(share - seen.explained[rank]!)).toBeLessThan(0.01);
    expect(pooledWalkShare(paths, 2, 2, 'mean')).toBe(1);
    expect(() => pooledWalkShares([[Float64Array.of(1)]], 1, 'mean')).toThrow('1 points are no walk');
    expect(() => pooledWalkShares(paths, 1, 99)).toThrow('have no point 99');
  });

  it('[R15] for one run with steps of one length it is the share of one walk', () => {
    const path = Array.from({ length: 8 }, (_, step) => Float64Array.from({ length: 8 }, (_each, index) => (index < step ? 2 : 0)));
    for (const origin of ['mean', 0, 7, 3] as const) for (const [rank, share] of pooledWalkShares([path], 3, origin).entries()) expect(share).toBeCloseTo(walkShares(8, 3, origin)[rank]!, 9);
  });

  it('[S23] what has tensors of other names or shapes is refused with the first difference, and so is what is unknown or named twice', () => {
    const messageOf = (ids: readonly string[]) => {
      const outcome = readRecipe({ ...recipe, runs: ids }, manifestOf);
      return outcome.ok ? null : outcome.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    };
    expect(messageOf(runs.map(({ id }) => id))).toBeNull();
    expect(messageOf([builtin('sine-10k').id])).toBeNull();
    expect(messageOf([builtin('seed-cnn').id])).toMatch(/^runs\.0: .+ has parameters of another form than Two spirals, so it has no place on this slice: tensor 1 is fc1\.weight \[16 × 2\] in the first and [\w.]+ \[[\d× ]+\] in the second$/);
    expect(messageOf(['f'.repeat(64)])).toBe('runs.0: no network here has the id ffffffffffff…');
    expect(messageOf([runs[0]!.id, runs[0]!.id])).toBe('runs.1: a network may be named once');
    expect(messageOf([own.id])).toBe('runs.0: a network may be named once');
    expect(messageOf([])).toContain('name a network');
    const { network } = own.manifest;
    expect(formDifference(network, { ...network, parameter_order: network.parameter_order.slice(0, 5) })).toBe('tensor 6, fc3.bias [2], is in the first alone');
  });

  it('[S1] naming runs is part of the recipe: the slice is another, and without them it is as it was', () => {
    const { runs: _runs, ...without } = recipe;
    expect(sliceIdOf(recipe)).not.toBe(sliceIdOf(without));
    expect(sliceIdOf({ ...without, runs: undefined })).toBe(sliceIdOf(without));
  });

  it('[J8] the panel says whose loss it is, from which runs the directions come, and what walks would show', () => {
    const text = said(recipe);
    expect(text).toContain('Two spirals, on Two spirals: the surface is of this network alone');
    expect(text).toContain('Two spirals (21 checkpoints), Two spirals, seed 8 (12 checkpoints), Two spirals, seed 9 (12 checkpoints)');
    expect(text).toContain('Through the mean of all of them.');
    expect(walk).toBeCloseTo(geography.pool!.walk!, 5);
    expect(text).toContain(`3 random walks from the same starts, with steps as long, would give their own two best axes ${(100 * walk!).toFixed(1)} %`);
    expect(text).toContain('of the spread of 45 checkpoints');
    expect(text).toContain('Entezari');
    expect(text).not.toContain('training motion');
  });

  it('[S23] only what has the same program and samples has losses that compare', () => {
    expect(runs.map((run) => loseAlike(own, run))).toEqual([true, true]);
    expect(loseAlike(own, builtin('sine-10k'))).toBe(false);
  });

  function said(of: SliceRecipe): string {
    return honestyText('', honestyFacts({ recipe: of, manifest: own.manifest, runs: runs.map(({ manifest }) => manifest), madeOf: made, measured: null, backends: [], geography, centreNorm: 1, spread: null }));
  }
});
