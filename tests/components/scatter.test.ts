/** Curvature against test error: which networks are dots, what a dot says, and what has to be asked for. */
import { describe, expect, it } from 'vitest';
import { dotOf, networksOf } from '#components/analyse/scatterDots.ts';
import { readRequest, type AnalysisRequest } from '#lib/analysis/requests/requests.ts';
import type { SliceRecord } from '#lib/session/document.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { SEED_CNN } from '#tests/network/networks.ts';
import { subjectOf } from '#tests/slice/subjects.ts';
import { planeRecipe } from '#tests/support/subjects.ts';

const samples = (count: number) => ({ count, inputs: new Float32Array(count), targets: new Float32Array(count) });
const weights = new Float32Array(105_866);
const { id, manifest } = subjectOf(SEED_CNN, [weights, weights], { train: samples(300), test: samples(200) });

const slice = (change: Partial<SliceRecord['recipe']>, isPutAway = false) => ({ recipe: planeRecipe({ subject: id, centre: 'w0', ...change }), isPutAway }) as SliceRecord;
const slicesOf = (...all: readonly SliceRecord[]) => new Map(all.map((each, index) => [String(index), each]));
const view = (request: AnalysisRequest, results: readonly unknown[], total = results.length) =>
  ({ record: { request }, total, units: results.map((result, unit) => ({ unit, result })) }) as unknown as Parameters<typeof dotOf>[2][number];

describe('curvature against test error', () => {
  it('[J15] every network that a slice stands around is one dot, whatever slices it has; without classes or test samples it is none', () => {
    const nets = networksOf(slicesOf(slice({}), slice({}), slice({ centre: 'w1' }), slice({ centre: 'w1' }, true)), () => manifest);
    expect(nets.map(({ checkpoint }) => checkpoint)).toEqual(['w0', 'w1']);
    const without = (change: Partial<SubjectManifest>) => networksOf(slicesOf(slice({})), () => ({ ...manifest, ...change }));
    expect(without({ loss: 'squaredError' })).toEqual([]);
    expect(without({ dataset: { ...manifest.dataset, samples: { train: 300, test: 0 } } })).toEqual([]);
    expect(networksOf(slicesOf(slice({})), () => undefined)).toEqual([]);
  });

  it('[J15] says λmax and the test error once both are computed, and until then what is missing, as requests that can be placed', () => {
    const [, net] = networksOf(slicesOf(slice({}), slice({ centre: 'w1' })), () => manifest);
    const bare = dotOf(net!, 'largest', []);
    expect(bare).toMatchObject({ curvature: null, testError: null });
    expect(bare.missing.map(({ kind }) => kind)).toEqual(['spectrum', 'checkpointLosses']);
    for (const request of [...bare.missing, ...dotOf(net!, 'filters', []).missing]) expect(readRequest(request, () => manifest).ok).toBe(true);
    const [spectrum, losses] = bare.missing;
    const unit = (correct: number) => ({ sets: [{ loss: 1, correct }] });
    const answers = [view(spectrum!, [{ largest: [{ value: 7.5, error: 0.1 }] }]), view(losses!, [unit(100), unit(150)])];
    // Of the second checkpoint: 150 of 200 right.
    expect(dotOf(net!, 'largest', answers)).toMatchObject({ curvature: { value: 7.5, error: 0.1 }, testError: 0.25, missing: [] });
    expect(dotOf(net!, 'filters', answers)).toMatchObject({ curvature: null, testError: 0.25 });
    const [probes] = dotOf(net!, 'filters', answers).missing;
    expect(dotOf(net!, 'filters', [...answers, view(probes!, [{ samples: [1, 2] }, { samples: [3, 4] }])]).curvature).toEqual({ value: 2.5, error: expect.closeTo(Math.sqrt(5 / 3 / 4), 12) });
  });

  it('[J15] neither half of an answer nor that of another network, of some parameters or of a rescaled one is taken for it', () => {
    const [net] = networksOf(slicesOf(slice({})), () => manifest);
    const [spectrum] = dotOf(net!, 'largest', []).missing as [Extract<AnalysisRequest, { kind: 'spectrum' }>];
    const result = { largest: [{ value: 1, error: 0 }] };
    for (const change of [{ checkpoint: 'w1' }, { parameters: 'matrices' as const }, { rescaled: { from: 'conv1.weight', factor: 2 } }, { subject: 'f'.repeat(64) }]) {
      expect(dotOf(net!, 'largest', [view({ ...spectrum, ...change }, [result])]).curvature).toBeNull();
    }
    expect(dotOf(net!, 'largest', [view(spectrum, [result], 2)]).curvature).toBeNull();
    expect(dotOf(net!, 'largest', [view(spectrum, [null])]).curvature).toBeNull();
    expect(dotOf(net!, 'largest', [view(spectrum, [result])]).curvature).toEqual({ value: 1, error: 0 });
  });
});
