/** The reference cases in the repository, in float64 and through the session's own engine, and the reference command's own honesty. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '#lib/formats/safetensors.ts';
import { casesIn, kindOf } from '#scripts/reference/caseFile.ts';
import { rowOf } from '#scripts/reference/checks.ts';
import { tensorflowEngine, type Engine } from '#scripts/reference/engines.ts';
import { float64Engine } from '#scripts/reference/float64Engine.ts';
import { runCase } from '#scripts/reference/runCase.ts';

const DIRECTORY = path.resolve(import.meta.dirname, 'reference');
// The zoo takes minutes in full; referenceForward.test.ts runs parts of it.
const CASES = casesIn(DIRECTORY).filter((name) => kindOf(DIRECTORY, name) !== 'forward');

describe('reference cases', () => {
  test('[reference] there are cases of every supported kind', () => {
    expect(CASES).toEqual(
      expect.arrayContaining(['mlp-mse-layernorm', 'mlp-spiral-trajectory', 'norm-variants', 'seedcnn-filter-plane', 'seedcnn-interp', 'seedcnn-notebook', 'seedcnn-weights']),
    );
  });

  test.each(CASES)('[reference] %s agrees in float64', async (name) => {
    const { row, checks, problem } = await runCase(DIRECTORY, name, float64Engine, name.startsWith('mlp') ? 60 : name.startsWith('densenet') ? 1 : 3);
    expect({ problem, failing: checks.filter(({ error, tolerance }) => !(error <= tolerance)) }).toEqual({ problem: null, failing: [] });
    expect(row).toMatchObject({ case: name, status: 'pass' });
    expect(row.points).toBeGreaterThan(0);
  }, 240_000);

  describe('through the session’s own engine', () => {
    let wasm: Engine;
    beforeAll(async () => {
      wasm = await tensorflowEngine('wasm');
    });
    afterAll(() => wasm.close());

    test.each(CASES.filter((name) => /^(seedcnn|mlp|norm|vgg|hessian-mlp|convexity|reduce|svd)/.test(name)))('[reference] %s agrees on WASM', async (name) => {
      const { row, problem } = await runCase(DIRECTORY, name, wasm, 5);
      expect(problem).toBeNull();
      expect(row.status).toBe('pass');
    }, 240_000);
  });
});

describe('the reference command', () => {
  const copy = mkdtempSync(path.join(tmpdir(), 'tarn-reference-'));
  afterAll(() => rmSync(copy, { recursive: true }));

  const copied = (from: string, to: string, change: (description: Record<string, unknown>) => void, factor = 1): void => {
    const description = JSON.parse(readFileSync(path.join(DIRECTORY, `${from}.json`), 'utf8')) as Record<string, unknown>;
    description.id = to;
    description.tensors_file = `${to}.safetensors`;
    change(description);
    const file = readSafetensors(readFileSync(path.join(DIRECTORY, `${from}.safetensors`)));
    if (!file.ok) throw new Error(from);
    const tensors = [...file.value].map(([name, tensor]) => [name, name.endsWith('.loss.f64') ? { ...tensor, values: Float64Array.from(tensor.values, (value) => value * factor) } : tensor] as const);
    writeFileSync(path.join(copy, `${to}.json`), JSON.stringify(description));
    writeFileSync(path.join(copy, `${to}.safetensors`), writeSafetensors(new Map(tensors)));
  };

  test('[reference] a loss off by a millionth fails, with the error shown', async () => {
    copied('mlp-mse-layernorm', 'wrong', () => {}, 1 + 1e-6);
    const { row } = await runCase(copy, 'wrong', float64Engine, 9);
    expect(row.status).toBe('fail');
    expect(row.error).toBeGreaterThan(9e-7);
    expect(row.error).toBeLessThan(1.1e-6);
  });

  test('[reference] a kind that is not known is unsupported, never passed', async () => {
    copied('mlp-mse-layernorm', 'strange', (description) => (description.kind = 'sculpture'));
    expect((await runCase(copy, 'strange', float64Engine, 9)).row).toMatchObject({ status: 'unsupported', points: 0 });
  });

  test('[reference] a case that cannot be evaluated fails in words', async () => {
    copied('mlp-mse-layernorm', 'lost', (description) => (description.point = 'nowhere'));
    const { row, problem } = await runCase(copy, 'lost', float64Engine, 9);
    expect(row.status).toBe('fail');
    expect(problem).toContain('no weights nowhere');
  });

  test('[reference] the name of a case decides nothing', async () => {
    copied('mlp-mse-layernorm', 'any-name', () => {});
    expect((await runCase(copy, 'any-name', float64Engine, undefined)).row).toMatchObject({ status: 'pass', points: 162 });
  });

  test('[reference] a row is a pass only if every check is within its tolerance, and there is one', () => {
    const fine = { what: 'loss', error: 1e-10, tolerance: 1e-9, points: 3 };
    expect(rowOf('a', 'line1d', [fine])).toEqual({ case: 'a', kind: 'line1d', status: 'pass', error: 1e-10, tolerance: 1e-9, points: 3 });
    expect(rowOf('a', 'line1d', [fine, { what: 'accuracy', error: 1, tolerance: 0, points: 0 }])).toMatchObject({ status: 'fail', error: 1, tolerance: 0 });
    expect(rowOf('a', 'line1d', [{ ...fine, error: Number.NaN }]).status).toBe('fail');
    expect(rowOf('a', 'line1d', []).status).toBe('fail');
  });

  test('[reference] index and verification files are no cases', () => {
    cpSync(path.join(DIRECTORY, 'verification.json'), path.join(copy, 'verification.json'));
    expect(casesIn(copy)).not.toContain('verification');
  });
});
