/** Analyses that were stopped and gone on with end where they would have ended, bit for bit; and what was kept of another is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lanczos } from '#lib/analysis/lanczos.ts';
import type { MethodState } from '#lib/analysis/productMethod.ts';
import type { KindName, RequestOf } from '#lib/analysis/requests/requests.ts';
import { layeredSubject, randomRecipe } from '#lib/conformance/specimens.ts';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { MOST_KEPT, readKept } from '#workers/analyses/keptState.ts';
import { RUNS } from '#workers/analyses/runs.ts';
import type { Step, UnitOutcome } from '#workers/analyses/unitRun.ts';
import type { Evaluator } from '#workers/evaluator.ts';
import { openEvaluator } from '#workers/openEvaluator.ts';

const subject = layeredSubject();
const point = { format: 1, subject: subject.id, checkpoint: 'centre', samples: { set: 'train', count: 200 }, loss: subject.manifest.loss, parameters: 'all' } as const;
const { parameters: _all, ...anywhere } = point;

let evaluator: Evaluator;
beforeAll(async () => {
  evaluator = await openEvaluator({ wish: 'wasm', ...NODE_FILES });
});
afterAll(() => evaluator.dispose());

/** Runs to the end, or stops after so many steps and answers with what was kept. */
async function drive<Name extends KindName>(request: RequestOf<Name>, kept: Uint8Array | null, most = Infinity, unit = 0): Promise<{ outcome: UnitOutcome<Name> | null; state: Uint8Array | null; steps: number }> {
  const run = RUNS[request.kind as Name].run({ request, unit, subject, kept, vectors: () => undefined, device: () => Promise.resolve(evaluator) });
  let steps = 0;
  let step = await run.next();
  for (; !step.done; step = await run.next()) {
    if (++steps <= most) continue;
    const state = (step.value as Step).state?.() ?? null;
    await run.return(undefined as never);
    return { outcome: null, state, steps };
  }
  return { outcome: step.value, state: null, steps };
}

const REQUESTS: readonly RequestOf<'spectrum' | 'trace' | 'density' | 'gradient' | 'boxSharpness'>[] = [
  { kind: 'spectrum', ...point, ends: 2, steps: 60, seed: 1 },
  { kind: 'trace', ...point, probes: 10, seed: 3 },
  { kind: 'density', ...point, starts: 1, steps: 20, seed: 4 },
  { kind: 'gradient', format: 1, subject: subject.id, recipe: randomRecipe(subject, { seeds: [1, 2], count: 3 }), points: [[0.2, -0.1]] },
  { kind: 'boxSharpness', ...anywhere, samples: { set: 'train', count: 50 }, epsilon: 1e-2, starts: 1, steps: 5, seed: 6 },
];

describe('what is kept of analyses', () => {
  test.each(REQUESTS.map((request) => [request.kind, request] as const))('[U16] a %s that was stopped twice ends with the same bits, without doing anything twice', async (_, request) => {
    const whole = await drive(request, null);
    const first = await drive(request, null, 2);
    expect(first.state).not.toBeNull();
    const second = await drive(request, first.state, 1);
    const rest = await drive(request, second.state);
    expect(rest.outcome).toEqual(whole.outcome);
    // A step was shown before its product was taken, so the one that was stopped at comes again.
    expect(rest.steps).toBeLessThan(whole.steps);
  });

  test('[U16] nothing is kept before there is something, and what was kept of another unit or request is refused in words', async () => {
    const [spectrum, trace] = REQUESTS as [RequestOf<'spectrum'>, RequestOf<'trace'>];
    expect((await drive(spectrum, null, 0)).state).toBeNull();
    const { state } = await drive(trace, null, 3);
    await expect(drive({ ...trace, seed: 4 }, state)).rejects.toThrow('cannot be read');
    await expect(drive(trace, state, Infinity, 1)).rejects.toThrow('cannot be read');
    await expect(drive(spectrum, Uint8Array.of(1, 2, 3))).rejects.toThrow('cannot be read');
    expect(readKept(state!, { request: trace, unit: 0 }).get('samples')).toHaveLength(3);
  });

  test('[E3] of a matrix too large to keep every step of, the first steps are kept, and the rest is taken again', () => {
    const size = 50;
    const multiply = (vector: Float64Array) => vector.map((value, index) => value * (index + 1));
    const start = { seed: 7 };
    const run = (from: MethodState | null, most: number) => {
      const method = lanczos({ size, steps: 12, start, from });
      let state: MethodState | null = null;
      let products = 0;
      let step = method.next();
      for (; !step.done; step = method.next(multiply(step.value.vector))) {
        products++;
        state = step.value.state!(most);
      }
      return { ritz: step.value, state, products };
    };
    const whole = run(null, MOST_KEPT);
    const { state } = run(null, 6 * size);
    expect(state!.get('diagonal')).toHaveLength(5);
    const again = run(state, MOST_KEPT);
    expect(again.products).toBe(7);
    expect(again.ritz.values).toEqual(whole.ritz.values);
    expect(again.ritz.vector(11)).toEqual(whole.ritz.vector(11));
    expect(() => lanczos({ size: 49, steps: 12, start, from: state }).next()).toThrow('not what was kept');
  });
});
