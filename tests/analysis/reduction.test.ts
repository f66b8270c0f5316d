/** Trustworthiness, reconstruction error, the singular value decomposition on foot, and what is lost at rank k. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { directSvd, svdComparison } from '#lib/analysis/directSvd.ts';
import { principalComponents } from '#lib/analysis/pca.ts';
import { rankErrors } from '#lib/analysis/rankErrors.ts';
import { rebuiltFrom, reconstructionError } from '#lib/analysis/reconstruction.ts';
import { rankApproximation, svdWalk } from '#lib/analysis/svdWalk.ts';
import { continuity, trustworthiness } from '#lib/analysis/trustworthiness.ts';
import { createRandom } from '#lib/random.ts';

const IRIS = (JSON.parse(readFileSync(path.join(import.meta.dirname, 'iris.json'), 'utf8')) as { rows: readonly (readonly number[])[] }).rows.map((row) => Float64Array.from(row));

describe('trustworthiness', () => {
  const EIGHT = [0, 5].flatMap((y) => [0, 1, 2, 3].map((x) => [x, y]));

  test('[R1] eight points: both coordinates keep all neighbours, x alone does not', () => {
    expect(trustworthiness(EIGHT, EIGHT, 2)).toBe(1);
    // Every point's twin is its fourth neighbour in truth: 2 too many, eight times. Its other neighbour is one of two or four that are
    // equally far; the first is in the row y = 0, so the points of the row y = 5 are charged 3 each, for a fifth neighbour: 16 + 12.
    const found = trustworthiness(EIGHT, EIGHT.map(([x]) => [x!]), 2);
    expect(found).toBeCloseTo(1 - 28 / 72, 12);
    // scikit-learn, with another choice among equals, says 0.472222; the best and the worst choice give these bounds of it.
    expect(found).toBeLessThan(1 - 16 / 72);
    expect(found).toBeGreaterThan(1 - 44 / 72);
  });

  test('[R1] iris on two principal components is as scikit-learn says, but for points equally far', () => {
    const { scores, explained } = principalComponents(IRIS, 2, true);
    expect(explained[0]).toBeCloseTo(0.924619, 6);
    expect(explained[1]).toBeCloseTo(0.053066, 6);
    // Measured to 0.1 cm, many distances are equal, and rounding decides which counts as nearer: that moves the fourth digit.
    for (const [k, expected] of [[5, 0.978742], [10, 0.982934], [12, 0.984867]] as const) expect(Math.abs(trustworthiness(IRIS, scores, k) - expected)).toBeLessThan(1.2e-4);
  });

  test('[R1] continuity is the same with the roles exchanged: torn neighbours lower it, false ones do not', () => {
    const line = Array.from({ length: 20 }, (_, index) => [index]);
    // A ring on a line: neighbours in truth are torn apart at one place, and no false ones appear.
    const ring = line.map(([index]) => [Math.cos((2 * Math.PI * index!) / 20), Math.sin((2 * Math.PI * index!) / 20)]);
    expect(continuity(ring, line, 2)).toBeLessThan(trustworthiness(ring, line, 2));
    expect(continuity(ring, line, 2)).toBe(trustworthiness(line, ring, 2));
  });

  test('[R1] what cannot be asked is refused', () => {
    expect(() => trustworthiness(EIGHT, EIGHT, 4)).toThrow('below half');
    expect(() => trustworthiness(EIGHT, EIGHT, 1.5)).toThrow('whole number');
    expect(() => trustworthiness(EIGHT, EIGHT.slice(1), 2)).toThrow('7 points in the picture for 8');
  });
});

describe('reconstruction error', () => {
  test('[R2] of k principal components is √(1 − explained), 0 with all of them, and 1 for the mean alone', () => {
    const made = principalComponents(IRIS, 4, true);
    for (let k = 0; k <= 4; k++) {
      const { relative, frobenius, meanSquare } = reconstructionError(IRIS, rebuiltFrom(made, k));
      const explained = made.explained.slice(0, k).reduce((sum, share) => sum + share, 0);
      expect(relative ** 2).toBeCloseTo(1 - explained, 12);
      expect(meanSquare).toBeCloseTo(frobenius ** 2 / 600, 14);
    }
    expect(reconstructionError(IRIS, rebuiltFrom(made, 4)).relative).toBeLessThan(1e-13);
    expect(reconstructionError(IRIS, rebuiltFrom(made, 0)).relative).toBeCloseTo(1, 14);
    expect(() => reconstructionError(IRIS, IRIS.slice(1))).toThrow('another shape');
  });

  test('[R2] singular values far below the largest keep their digits', () => {
    const random = createRandom(3);
    const axis = () => Float64Array.from({ length: 400 }, () => random.normal());
    const [one, two] = [axis(), axis()];
    // Two directions, one about 1e-6 of the other: √ of the Gram matrix's own eigenvalue would be right to three or four digits only.
    const rows = [1, -1, 2, 0.5].map((factor, row) => one.map((value, index) => factor * value + 1e-6 * [1, 1, -1, 0][row]! * two[index]!));
    const direct = svdWalk(rows).direct;
    const { singularValues } = principalComponents(rows, 2, false);
    expect(Math.abs(singularValues[1]! / direct[1]! - 1)).toBeLessThan(1e-6);
    expect(direct[1]! / direct[0]!).toBeLessThan(1e-6);
  });
});

describe('singular values by way of AᵀA', () => {
  const SMALL = [[3, 0], [4, 5]];

  test('[R3] every step of a small example', () => {
    const walk = svdWalk(SMALL);
    expect(walk.gram.to2DArray()).toEqual([[25, 20], [20, 25]]);
    // det(AᵀA − λ·I) = λ² − 50·λ + 225
    expect(walk.characteristic).toEqual([225, -50, 1]);
    expect(walk.eigenvalues[0]).toBeCloseTo(45, 12);
    expect(walk.eigenvalues[1]).toBeCloseTo(5, 12);
    expect(walk.singularValues[0]).toBeCloseTo(6.70820393, 8);
    expect(walk.singularValues[1]).toBeCloseTo(2.23606798, 8);
    expect(walk.residual).toBeLessThan(1e-15);
    expect(walk.difference).toBeLessThan(1e-14);
    expect(walk.doubtfulFrom).toBeNull();
    expect(Matrix.sub(walk.matrix, rankApproximation(walk, 1)).norm('frobenius')).toBeCloseTo(2.236068, 6);
  });

  test.each([
    [7, 4],
    [4, 7],
    [5, 5],
    [1, 6],
  ])('[R3] of a %i × %i matrix: U and V have unit columns at right angles, and the product is the matrix', (rows, columns) => {
    const random = createRandom(rows * 10 + columns);
    const walk = svdWalk(Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal())));
    for (const side of [walk.u, walk.v]) {
      const gram = side.transpose().mmul(side);
      expect(Matrix.sub(gram, Matrix.eye(gram.rows)).norm('frobenius')).toBeLessThan(1e-12);
    }
    expect(walk.residual).toBeLessThan(1e-13);
    expect(walk.direct.length).toBe(Math.min(rows, columns));
    expect(walk.difference).toBeLessThan(1e-13);
    // Every singular value makes the characteristic polynomial vanish.
    if (walk.characteristic && rows >= columns) {
      for (const value of walk.eigenvalues) {
        const terms = walk.characteristic.map((coefficient, power) => coefficient * value ** power);
        expect(Math.abs(terms.reduce((sum, term) => sum + term, 0)) / Math.max(...terms.map(Math.abs))).toBeLessThan(1e-10);
      }
    }
  });

  test('[R3] where a singular value is zero, u is not divided by it, but made to fit', () => {
    const walk = svdWalk([[1, 2, 3], [2, 4, 6], [1, 0, 1], [3, 4, 7]]);
    expect(walk.divided).toBe(2);
    expect(walk.doubtfulFrom).toBe(2);
    const gram = walk.u.transpose().mmul(walk.u);
    expect(Matrix.sub(gram, Matrix.eye(3)).norm('frobenius')).toBeLessThan(1e-12);
    expect(walk.residual).toBeLessThan(1e-14);
    expect(svdWalk([[0, 0], [0, 0]])).toMatchObject({ residual: 0, difference: 0, divided: 0, doubtfulFrom: 0 });
  });

  test('[R3] a value that AᵀA loses is found directly, and the way through AᵀA says that it is doubtful', () => {
    const walk = svdWalk([[1, 1], [1e-9, 0], [0, 1e-9]]);
    expect(walk.direct[1]! / 1e-9).toBeCloseTo(1, 4);
    expect(Math.abs(walk.singularValues[1]! / 1e-9 - 1)).toBeGreaterThan(0.01);
    expect(walk.doubtfulFrom).toBe(1);
  });
});

describe('a library beside it', () => {
  test.each([[6, 4], [4, 6]])('[R11] of a %i × %i matrix: once signs and order are those of the walk, nothing differs', (rows, columns) => {
    const random = createRandom(31);
    const walk = svdWalk(Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal())));
    const found = directSvd(walk.matrix);
    // Some sign of the library is not that of the walk, whose largest entries are positive.
    const turned = { ...found, u: found.u.clone().mul(-1), v: found.v.clone().mul(-1) };
    for (const other of [found, turned]) {
      const { values, u, v } = svdComparison(walk, other);
      expect(Math.max(values, u, v)).toBeLessThan(1e-12);
    }
    expect(svdComparison(walk, { ...found, v: found.v.clone().mul(0.5) }).v).toBeGreaterThan(0.1);
  });
});

describe('approximation of rank k', () => {
  test('[R4] the errors by formula are those of the matrix that is left', () => {
    const random = createRandom(12);
    const [rows, columns] = [9, 6];
    const walk = svdWalk(Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal())));
    const errors = rankErrors(walk.singularValues, rows, columns);
    const norm = walk.matrix.norm('frobenius');
    for (const { rank, frobenius, relative, spectral, meanSquare, energy, stored } of errors) {
      const left = Matrix.sub(walk.matrix, rankApproximation(walk, rank));
      expect(left.norm('frobenius')).toBeCloseTo(frobenius, 12);
      expect(frobenius / norm).toBeCloseTo(relative, 12);
      expect(svdWalk(left.to2DArray()).direct[0]).toBeCloseTo(spectral, 12);
      expect(meanSquare).toBeCloseTo(frobenius ** 2 / 54, 12);
      expect(energy).toBeCloseTo(1 - relative ** 2, 12);
      expect(stored).toBe(rank * 16);
    }
    expect(rankApproximation(walk, 0).norm('frobenius')).toBe(0);
    expect(rankErrors([0, 0], 2, 2)[0]).toMatchObject({ relative: 0, energy: 1 });
  });
});
