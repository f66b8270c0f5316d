/** The reference command: what its command line is read into, what stands at the end, and the products of a slow engine. */
import { describe, expect, it } from 'vitest';
import { relativeToMax } from '#scripts/reference/hessianChecks.ts';
import { HELP, pointsOn, readOptions } from '#scripts/reference/options.ts';
import { sampledProducts } from '#scripts/reference/sampledProducts.ts';
import { summaryOf } from '#scripts/reference/summary.ts';

const read = (...args: string[]) => {
  const outcome = readOptions(args);
  return outcome.ok ? outcome.value : outcome.problems.map(({ message }) => message).join(' ');
};

describe('reference command line', () => {
  it('[reference] without a backend the reference and both engines of sessions are held to the cases', () => {
    expect(read('DIR')).toEqual({ directory: 'DIR', backends: ['float64', 'wasm', 'webgpu'], cases: null, points: undefined, isJson: false });
  });

  it('[reference] backends and cases may be several', () => {
    expect(read('DIR', '--backend', 'webgpu,wasm', '--case', 'a', '--case=b', '--json')).toMatchObject({ backends: ['webgpu', 'wasm'], cases: ['a', 'b'], isJson: true });
    expect(read('DIR', '--backend', 'cpu', '--backend', 'cpu')).toMatchObject({ backends: ['cpu'] });
  });

  it('[reference] fewer points on WebGPU unless they are said', () => {
    expect([pointsOn('webgpu', { points: undefined }), pointsOn('wasm', { points: undefined }), pointsOn('webgpu', { points: 81 })]).toEqual([5, undefined, 81]);
  });

  it('[reference] what cannot be read is said with what there is, and every option is in the help', () => {
    expect(read()).toContain('which directory?');
    expect(read('DIR', '--backend', 'tpu')).toBe('there is no backend tpu: float64, cpu, wasm, webgpu');
    expect(read('DIR', '--speed', '9')).toBe("Unknown option '--speed': there are --backend, --case, --points, --json and --help");
    expect(read('DIR', 'OTHER')).toContain('OTHER is too much');
    for (const points of ['0', '1.5', 'all']) expect(read('DIR', '--points', points)).toContain(`a whole number above 0, not ${points}`);
    expect(read('--help')).toBe('help');
    for (const option of ['--backend', '--case', '--points', '--json', '--help']) expect(HELP).toContain(option);
  });
});

describe('the line at the end', () => {
  const row = { case: 'a', kind: 'hessian', status: 'pass', error: 1e-6, tolerance: 1e-4, points: 3 } as const;

  it('[reference] counts what passed, failed and is unsupported, and names the case nearest to its tolerance', () => {
    const rows = [row, { ...row, case: 'b', error: 1e-7, tolerance: 1e-6 }, { ...row, case: 'c', kind: 'sculpture', status: 'unsupported', error: null, tolerance: null, points: 0 } as const];
    expect(summaryOf('wasm', rows)).toBe('wasm: 2 passed, 0 failed, 1 unsupported (sculpture); nearest to its tolerance: b, off by 1.00e-7 of 1.00e-6');
  });

  it('[reference] an error where none is allowed comes first, and what the host computes is said', () => {
    const rows = [row, { ...row, case: 'd', kind: 'svd', error: 0, tolerance: 0 }, { ...row, case: 'e', status: 'fail', error: 1, tolerance: 0 } as const];
    expect(summaryOf('webgpu', rows)).toBe('webgpu: 2 passed, 1 failed, 0 unsupported; nearest to its tolerance: e, off by 1.00e+0 of 0.00e+0; 1 of those that passed are computed on the host, whatever the backend');
  });
});

describe('products of a slow engine', () => {
  const doubled = (vector: Float64Array) => vector.map((value) => 2 * value);

  it('[reference] one in ten is its own, and compared with the matrix', async () => {
    let own = 0;
    const { multiply, seen } = sampledProducts((vector) => (own++, doubled(vector)), doubled, relativeToMax);
    for (let product = 0; product < 25; product++) expect(await multiply(Float64Array.of(product, 1))).toEqual(Float64Array.of(2 * product, 2));
    expect(own).toBe(3);
    expect(seen()).toEqual({ error: 0, compared: 3 });
  });

  it('[reference] an engine that is not linear is seen', async () => {
    const { multiply, seen } = sampledProducts((vector) => vector.map((value) => 2 * value + 1e-3), doubled, relativeToMax);
    await multiply(Float64Array.of(1, 0));
    expect(seen().error).toBeCloseTo(5e-4, 12);
  });
});
