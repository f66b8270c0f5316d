/** UMAP, the auto-encoder, clouds on which a plane fails, and what a random walk explains. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { decode, encode, trainAutoEncoder, type AutoEncoder, type AutoEncoderOptions } from '#lib/analysis/autoEncoder.ts';
import { chainGradient, chainSize, runChain } from '#lib/analysis/denseChain.ts';
import { readDigits } from '#lib/analysis/digits.ts';
import { fittingError } from '#lib/analysis/fittingError.ts';
import { principalComponents } from '#lib/analysis/pca.ts';
import { walkShare, walkShares } from '#lib/analysis/randomWalk.ts';
import { pointFrom, rebuiltFrom, reconstructionError } from '#lib/analysis/reconstruction.ts';
import { helix, scroll } from '#lib/analysis/toys.ts';
import { continuity, trustworthiness } from '#lib/analysis/trustworthiness.ts';
import { umap, type UmapOptions, type UmapResult } from '#lib/analysis/umap.ts';
import { createRandom } from '#lib/random.ts';

const DIGITS = readDigits(readFileSync(path.join(import.meta.dirname, '../../public/examples/digits.txt'), 'utf8'));

function umapOf(rows: readonly Float64Array[], options: UmapOptions): UmapResult {
  const run = umap(rows, options);
  let step = run.next();
  while (!step.done) step = run.next();
  return step.value;
}

function trained(scores: readonly ArrayLike<number>[], options: AutoEncoderOptions): AutoEncoder {
  const run = trainAutoEncoder(scores, options);
  let step = run.next();
  while (!step.done) step = run.next();
  return step.value;
}

describe('UMAP', () => {
  test('[R6] handwritten digits: neighbours are kept far better than by two principal components', () => {
    // All of them, with scikit-learn: 0.830427; many distances are equal, which moves the sixth digit.
    const whole = principalComponents(DIGITS.rows, 2, true);
    expect(whole.explained[0]).toBeCloseTo(0.148906, 6);
    expect(whole.explained[1]).toBeCloseTo(0.136188, 6);
    expect(trustworthiness(DIGITS.rows, whole.scores, 5)).toBeCloseTo(0.830427, 5);
    const some = DIGITS.rows.slice(0, 300);
    const { picture } = umapOf(some, { seed: 1, epochs: 200 });
    expect(trustworthiness(some, picture, 5)).toBeGreaterThan(0.96);
    expect(trustworthiness(some, principalComponents(some, 2, true).scores, 5)).toBeLessThan(0.89);
  });

  test('[R6] the same seed gives the same picture, another seed another, and it can be stopped after any epoch', () => {
    const { rows } = helix(createRandom(2), 60);
    const options = { seed: 5, neighbours: 6, epochs: 40 };
    const made = umapOf(rows, options);
    expect(umapOf(rows, options).picture).toEqual(made.picture);
    expect(umapOf(rows, { ...options, seed: 6 }).picture).not.toEqual(made.picture);
    const run = umap(rows, options);
    const seen = [run.next(), run.next(true)];
    expect(seen.map(({ value }) => (value as { done: number }).done)).toEqual([1, 2]);
    expect(run.next(false)).toMatchObject({ done: true, value: { epochs: 2 } });
    expect(() => umap(rows.slice(0, 6), options).next()).toThrow('6 neighbours of 6 points');
  });

  test('[R6] points placed later come near their neighbours, always to the same place', () => {
    const { rows } = scroll(createRandom(4), 160);
    const made = umapOf(rows.slice(0, 150), { seed: 1, neighbours: 10, epochs: 100 });
    const late = rows.slice(150);
    const placed = made.place(late);
    expect(made.place(late)).toEqual(placed);
    const distance = (one: ArrayLike<number>, other: ArrayLike<number>): number => Math.hypot(...Array.from(one, (value, axis) => value - other[axis]!));
    const spread = distance(made.picture[0]!, made.picture.reduce((far, point) => (distance(made.picture[0]!, point) > distance(made.picture[0]!, far) ? point : far)));
    const near = late.map((row, index) => {
      const twin = rows.slice(0, 150).map((other, at) => ({ at, away: distance(row, other) })).sort((one, other) => one.away - other.away)[0]!;
      return distance(made.picture[twin.at]!, placed[index]!) / spread;
    });
    expect(near.filter((share) => share < 0.15).length).toBeGreaterThanOrEqual(6);
    expect(() => made.place([Float64Array.of(1)])).toThrow('a vector of 1 numbers');
  });
});

describe('clouds that no plane holds', () => {
  test('[R7] on the scroll and the spring, two components lose neighbours that UMAP keeps', () => {
    for (const [toy, neighbours] of [[scroll(createRandom(1), 240), 8], [helix(createRandom(1), 200), 12]] as const) {
      const flat = principalComponents(toy.rows, 2, true);
      const { picture } = umapOf(toy.rows, { seed: 3, neighbours, epochs: 200 });
      expect(trustworthiness(toy.rows, picture, 6)).toBeGreaterThan(trustworthiness(toy.rows, flat.scores, 6) + 0.02);
    }
    expect(Math.min(...scroll(createRandom(1), 50).rows.map((row) => Math.hypot(row[0]!, row[2]!)))).toBeGreaterThan(1.5 * Math.PI - 1e-9);
  });
});

describe('auto-encoders', () => {
  const { rows } = helix(createRandom(7), 60);
  const made = principalComponents(rows, 3, true);
  const rebuilt = (encoder: AutoEncoder) => made.scores.map((row) => pointFrom(made, decode(encoder, encode(encoder, row))));

  test('[R8] the spring goes through two numbers with less than half of what two components lose', () => {
    const encoder = trained(made.scores, { seed: 1, hidden: [16], epochs: 600, rate: 0.02 });
    const lost = reconstructionError(rows, rebuilt(encoder)).relative;
    const linear = reconstructionError(rows, rebuiltFrom(made, 2)).relative;
    expect(linear).toBeGreaterThan(0.2);
    expect(lost).toBeLessThan(linear / 2);
    for (const row of made.scores) for (const value of encode(encoder, row)) expect(Math.abs(value)).toBeLessThan(1);
    expect(continuity(rows, made.scores.map((row) => encode(encoder, row)), 5)).toBeGreaterThan(0.9);
  });

  test('[R8] its error is measured, falls, and is that of the weights it answers with; the seed decides', () => {
    const run = trainAutoEncoder(made.scores, { seed: 3, hidden: [8], epochs: 50 });
    const errors: number[] = [];
    let step = run.next();
    for (; !step.done; step = run.next()) errors.push(step.value.relativeError);
    expect(errors).toHaveLength(50);
    for (const [index, error] of errors.entries()) if (index > 0) expect(error).toBeLessThanOrEqual(errors[index - 1]!);
    expect(reconstructionError(rows, rebuilt(step.value)).relative).toBeCloseTo(errors.at(-1)!, 10);
    // It begins near two components, not from nothing.
    expect(errors[0]).toBeLessThan(1.3 * reconstructionError(rows, rebuiltFrom(made, 2)).relative);
    expect(trained(made.scores, { seed: 3, hidden: [8], epochs: 50 }).weights).toEqual(step.value.weights);
    expect(trained(made.scores, { seed: 4, hidden: [8], epochs: 50 }).weights).not.toEqual(step.value.weights);
  });

  test('[R8] the gradient of its layers is the limit of differences, for weights and inputs', () => {
    const chain = { widths: [3, 4, 2], bent: [true, false] };
    const random = createRandom(6);
    const draw = (size: number) => Float64Array.from({ length: size }, () => random.normal());
    const [weights, inputs, along] = [draw(chainSize(chain)), draw(15), draw(10)];
    const value = (): number => runChain(chain, weights, inputs).at(-1)!.reduce((sum, each, at) => sum + each * along[at]!, 0);
    const gradient = new Float64Array(weights.length);
    const inward = chainGradient(chain, weights, runChain(chain, weights, inputs), along, gradient);
    for (const [vector, found] of [[weights, gradient], [inputs, inward]] as const) {
      for (let at = 0; at < vector.length; at++) {
        const here = vector[at]!;
        vector[at] = here + 1e-5;
        const above = value();
        vector[at] = here - 1e-5;
        const difference = (above - value()) / 2e-5;
        vector[at] = here;
        expect(found[at]).toBeCloseTo(difference, 7);
      }
    }
  });

  test('[R8] stopped, it answers with what it has; what it cannot take is refused', () => {
    const run = trainAutoEncoder(made.scores, { seed: 3 });
    run.next();
    expect(run.next(false).done).toBe(true);
    expect(() => trainAutoEncoder([[1, 2], [1, 2]], { seed: 1 }).next()).toThrow('2 points');
    expect(() => encode(trained(made.scores, { seed: 1, epochs: 1 }), [1, 2])).toThrow('2 numbers, the auto-encoder takes 3');
  });
});

describe('what a random walk explains', () => {
  const random = createRandom(11);
  const [points, dimensions] = [30, 4000];
  const walk: Float64Array[] = [new Float64Array(dimensions)];
  while (walk.length < points) walk.push(walk.at(-1)!.map((value) => value + random.normal()));
  const seenFrom = (at: number) => {
    const origin = walk[at]!;
    return principalComponents(walk.filter((_, index) => index !== at).map((row) => row.map((value, index) => value - origin[index]!)), 3, false).explained;
  };

  test('[R9] the shares of a simulated walk are those of the formula: from its mean, from either end, and from a point within', () => {
    const centred = principalComponents(walk, 3, true).explained;
    for (const [index, share] of walkShares(points, 3, 'mean').entries()) expect(Math.abs(centred[index]! - share)).toBeLessThan(0.01);
    for (const at of [0, 9, 29]) {
      const simulated = seenFrom(at);
      for (const [index, share] of walkShares(points, 3, at).entries()) expect(Math.abs(simulated[index]! - share)).toBeLessThan(0.01);
    }
    expect(walkShares(points, 2, 0)).toEqual(walkShares(points, 2, points - 1));
  });

  test('[R9] golden values: few points by hand, and a long walk, 60.79 %, 15.20 % and 6.75 %', () => {
    // min(i, j) of two steps is [[1, 1], [1, 2]], with the eigenvalues (3 ± √5)/2; from the middle of three points both are 1.
    expect(walkShares(3, 2, 2)[0]).toBeCloseTo((3 + Math.sqrt(5)) / 6, 12);
    expect(walkShares(3, 2, 1)).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.5, 12)]);
    // 21 points, as the path of the built-in spiral has: (1/(4·sin²(π/82)) + 1/(4·sin²(3π/82))) / 210, which is 90.20 %.
    expect(walkShare(21, 354, 2, 20)).toBeCloseTo((0.25 / Math.sin(Math.PI / 82) ** 2 + 0.25 / Math.sin((3 * Math.PI) / 82) ** 2) / 210, 12);
    expect(walkShare(21, 354, 2, 20)).toBeCloseTo(0.9020, 4);
    for (const [index, share] of walkShares(1e5, 3, 'mean').entries()) expect(share).toBeCloseTo(6 / (Math.PI * (index + 1)) ** 2, 8);
    expect(walkShares(1e5, 3, 'mean').map((share) => Math.round(1e4 * share))).toEqual([6079, 1520, 675]);
  });

  test('[R9] all shares sum to 1, and where there are no more dimensions than axes nothing is missed', () => {
    for (const origin of ['mean', 39, 12] as const) expect(walkShares(40, 39, origin).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(walkShare(40, 2, 2, 39)).toBe(1);
    expect(() => walkShares(1, 1, 'mean')).toThrow('no walk');
    expect(() => walkShares(5, 1, 5)).toThrow('no point 5');
  });
});

describe('fitting error', () => {
  test('[R10] two checkpoints, one of them shown at twice its loss', () => {
    expect(fittingError([1, 2], [2, 2])).toBeCloseTo(0.240227, 6);
    expect(fittingError([3, 0.1], [3, 0.1])).toBe(0);
    expect(() => fittingError([1, 0], [1, 1])).toThrow('above zero');
    expect(() => fittingError([1], [1, 1])).toThrow('1 losses of checkpoints and 2');
  });
});
