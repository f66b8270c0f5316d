/** What the server asks float64 of a spectrum: both ends, and whether the shared vectors are eigenvectors; true ones pass, others are struck. */
import { describe, expect, it } from 'vitest';
import { lanczos } from '#lib/analysis/lanczos.ts';
import { solve } from '#lib/analysis/productMethod.ts';
import type { RequestOf, UnitOf } from '#lib/analysis/requests/requests.ts';
import { layeredSubject } from '#lib/conformance/specimens.ts';
import { hessianAt } from '#lib/network/derivatives/derivatives.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { groupOf, restricted, type GroupChoice } from '#lib/analysis/parameterGroup.ts';
import type { UnitCheck } from '#lib/work/unitCheck.ts';
import { checksOf } from '#lib/work/unitChecks.ts';
import { createInlineProber } from '#server/prober.ts';
import { disagreementOf } from '#server/unitJudge.ts';
import { normOf } from '#lib/slice/vectors.ts';

const subject = layeredSubject();
const { network, loss } = subject.manifest;
const LARGEST = 'a'.repeat(64);
const LEAST = 'b'.repeat(64);

const requestOf = (parameters: GroupChoice, steps = 110): RequestOf<'spectrum'> => ({
  kind: 'spectrum', format: 1, subject: subject.id, checkpoint: 'centre', samples: { set: 'train', count: 200 }, loss, parameters, ends: 1, steps, seed: 1,
});

/** A spectrum in float64, its vectors rounded as files are. */
function spectrumOf(parameters: GroupChoice): { readonly unit: UnitOf<'spectrum'>; readonly vectors: Map<string, Float32Array> } {
  const group = groupOf(layoutOf(network), parameters);
  const multiply = restricted(group, hessianAt({ network, loss, buffers: subject.buffers[0]!, samples: subject.sets.train }, Float64Array.from(subject.checkpoints[0]!)));
  const ritz = solve(lanczos({ size: group.size, steps: group.size, start: { seed: 1 }, tolerance: 1e-9 }), multiply);
  const last = ritz.values.length - 1;
  const vectors = new Map([[LARGEST, last], [LEAST, 0]].map(([digest, index]) => [digest as string, Float32Array.from(group.spread(ritz.vector(index as number)))]));
  const unit: UnitOf<'spectrum'> = {
    loss: 1, gradientNorm: 1, size: group.size, products: ritz.values.length,
    largest: [{ value: ritz.max, error: ritz.maxError }], least: [{ value: ritz.min, error: ritz.minError }],
    vectors: { largest: LARGEST, least: LEAST, gradient: null },
  };
  return { unit, vectors };
}

async function verdicts(checks: readonly UnitCheck[], vectors: ReadonlyMap<string, Float32Array>): Promise<readonly (string | null)[]> {
  const prober = createInlineProber(new Map([[subject.id, subject]]), async (digest) => vectors.get(digest));
  return Promise.all(checks.map((check) => disagreementOf(check, prober)));
}

const checked = (request: RequestOf<'spectrum'>, unit: UnitOf<'spectrum'>) => checksOf(request, 0, unit, subject.manifest, 0.5);

describe('eigenvectors that are shared', () => {
  it('[U20] true ones pass beside both ends of the spectrum; of named tensors the vectors are what is checked', async () => {
    const all = spectrumOf('all');
    const checks = checked(requestOf('all'), all.unit);
    expect(checks.map(({ of }) => of)).toEqual(['point', 'eigenvectors']);
    expect(await verdicts(checks, all.vectors)).toEqual([null, null]);
    const named = { tensors: ['fc1.weight', 'fc1.bias'] };
    const some = spectrumOf(named);
    const ofSome = checked(requestOf(named), some.unit);
    expect(ofSome.map(({ of }) => of)).toEqual(['eigenvectors']);
    expect(await verdicts(ofSome, some.vectors)).toEqual([null]);
  });

  it('[U20] a vector that the Hessian turns, one of another eigenvalue and one of nothing are told apart from them', async () => {
    const { unit, vectors } = spectrumOf('all');
    const check = checked(requestOf('all'), unit).slice(1);
    const tilted = Float32Array.from(vectors.get(LARGEST)!, (value, index) => value + 0.05 * vectors.get(LEAST)![index]!);
    expect(await verdicts(check, new Map(vectors).set(LARGEST, tilted))).toEqual([expect.stringMatching(/turns|along which/)]);
    const [high, low] = [vectors.get(LARGEST)!, vectors.get(LEAST)!];
    expect(await verdicts(check, new Map([[LARGEST, low], [LEAST, high]]))).toEqual([expect.stringContaining('along which float64 finds')]);
    // A vector of any length is a direction; the file's rounding alone is far below what is allowed.
    expect(normOf(Float64Array.from(high))).toBeCloseTo(1, 6);
    expect(await verdicts(check, new Map(vectors).set(LARGEST, high.map((value) => 3 * value)))).toEqual([null]);
    await expect(verdicts(check, new Map(vectors).set(LARGEST, new Float32Array(high.length)))).rejects.toThrow();
  });

  it('[U20] where both ends would cost too much, the vectors are still checked, and nothing where those do', () => {
    const { unit } = spectrumOf('all');
    const many = (count: number) => checked({ ...requestOf('all', 400), samples: { set: 'train', count } }, unit).map(({ of }) => of);
    expect(many(100_000)).toEqual(['eigenvectors']);
    expect(many(100_000_000)).toEqual([]);
  });
});
