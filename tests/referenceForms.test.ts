/** Forms that a reference case may take besides those in the repository: other file names, other words, other shapes. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors, type Tensor } from '#lib/formats/safetensors.ts';
import { float64Engine } from '#scripts/reference/float64Engine.ts';
import { formulaWordsOf } from '#scripts/reference/formula.ts';
import { runCase } from '#scripts/reference/runCase.ts';

const DIRECTORY = path.resolve(import.meta.dirname, 'reference');

describe('forms of a reference case', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'tarn-forms-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  const description = (name: string): Record<string, unknown> => JSON.parse(readFileSync(path.join(DIRECTORY, `${name}.json`), 'utf8')) as Record<string, unknown>;
  const write = (name: string, described: Record<string, unknown>): void => writeFileSync(path.join(directory, `${name}.json`), JSON.stringify(described));
  const arrays = (name: string, tensors: Readonly<Record<string, Tensor>>): void => writeFileSync(path.join(directory, name), writeSafetensors(new Map(Object.entries(tensors))));
  const copied = (name: string): void => cpSync(path.join(DIRECTORY, `${name}.safetensors`), path.join(directory, `${name}.safetensors`));

  test('[reference] a case finds the weights of another by its id, whatever its file is called', async () => {
    for (const name of ['seedcnn-weights', 'seedcnn-interp', 'data-glyph']) copied(name);
    write('one', description('seedcnn-weights'));
    write('two', { ...description('seedcnn-interp'), evaluation: { batch: 50 }, remark: [1] });
    const { row, problem } = await runCase(directory, 'two', float64Engine, 1);
    expect({ problem, status: row.status }).toEqual({ problem: null, status: 'pass' });
  }, 60_000);

  test('[reference] a name of samples without <set> is not taken for both sets', async () => {
    copied('mlp-spiral-trajectory');
    const spiral = description('mlp-spiral-trajectory');
    write('three', { ...spiral, data: { ...(spiral.data as object), x: 'train.x', y: 'train.y' } });
    const { row, problem } = await runCase(directory, 'three', float64Engine, 5);
    expect({ problem, status: row.status }).toEqual({ problem: null, status: 'pass' });
  }, 60_000);

  test('[reference] an array that no check looks at is named', async () => {
    const file = readSafetensors(readFileSync(path.join(DIRECTORY, 'mlp-mse-layernorm.safetensors')));
    if (!file.ok) throw new Error('mlp-mse-layernorm');
    arrays('more.safetensors', { ...Object.fromEntries(file.value), 'exact.colour': { shape: [1], values: Float64Array.of(1) } });
    write('four', { ...description('mlp-mse-layernorm'), tensors_file: 'more.safetensors' });
    const { row, unread } = await runCase(directory, 'four', float64Engine, 5);
    expect(row.status).toBe('pass');
    expect(unread).toEqual(['exact.colour']);
  });

  test('[reference] a matrix of rank 1 has the product of two lengths as its only singular value', async () => {
    const [u, v] = [
      [1, 2, 3, 4, 5, 6],
      [2, 1, 2, 4],
    ];
    const value = Math.sqrt(91 * 25);
    arrays('flat.safetensors', { matrix: { shape: [6, 4], values: Uint8Array.from(u!.flatMap((a) => v!.map((b) => a * b))) }, singular_values: { shape: [4], values: Float64Array.of(value, 0, 0, 0) } });
    write('five', { id: 'flat', kind: 'svd', tensors_file: 'flat.safetensors', rank_k: { 1: { frobenius: 0, relative: 0, spectral: 0, mse: 0, energy: 1 }, 3: { frobenius: 0, relative: 0, spectral: 0, mse: 0, energy: 1 } } });
    const { row, problem, checks } = await runCase(directory, 'five', float64Engine, undefined);
    expect({ problem, status: row.status }).toEqual({ problem: null, status: 'pass' });
    expect(checks.find(({ what }) => what === 'singular values')).toMatchObject({ tolerance: 1e-10, points: 4 });
  });

  test('[reference] more rows than dimensions have as many singular values as dimensions', async () => {
    // A cross around the origin: variance 18 along one axis and 2 along the other.
    const rows = Float32Array.of(3, 0, -3, 0, 0, 1, 0, -1, 0, 0);
    const stated = (singular: readonly number[]): void => {
      arrays('cross.safetensors', { trajectory: { shape: [5, 2], values: rows }, 'pca.singular_values': { shape: [singular.length], values: Float64Array.from(singular) } });
    };
    write('six', { id: 'cross', kind: 'reduction', tensors_file: 'cross.safetensors', pca_reconstruction: { 1: { mse: 0.2, frobenius: Math.sqrt(2), relative_to_centred: Math.sqrt(0.1), explained_variance_ratio_sum: 0.9 }, 2: { mse: 1e-32, frobenius: 1e-16, relative_to_centred: 1e-16, explained_variance_ratio_sum: 1 } } });
    stated([Math.sqrt(18), Math.sqrt(2)]);
    const { row, problem } = await runCase(directory, 'six', float64Engine, undefined);
    expect({ problem, status: row.status }).toEqual({ problem: null, status: 'pass' });
  });

  test('[reference] the salt and the names of raw directions are read from the description', () => {
    expect(formulaWordsOf({ raw: 'by formula, salt 17' })).toEqual({ prefixes: ['rawx', 'rawy'], salt: 17 });
    expect(formulaWordsOf({ raw: 'by formula', formula: { salt: 4, raw_direction: "raw = float32(2*u - 1) with name = '<one|two>/<tensor name>'" } })).toEqual({ prefixes: ['one', 'two'], salt: 4 });
    expect(formulaWordsOf(undefined)).toEqual({ prefixes: ['rawx', 'rawy'], salt: 0 });
  });
});
