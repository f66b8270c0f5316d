/** The runs of auto-encoders and UMAP: their numbers against what they are made of, and going on from what was kept. */
import { describe, expect, it } from 'vitest';
import { decode, encode, trainAutoEncoder } from '#lib/analysis/autoEncoder.ts';
import { principalComponents } from '#lib/analysis/pca.ts';
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import type { RequestOf } from '#lib/analysis/requests/requests.ts';
import { encodeUnit, decodeUnit } from '#lib/wire/unitCodec.ts';
import type { Subject } from '#lib/network/subject.ts';
import { lineSubject } from '#tests/support/subjects.ts';
import { autoEncoderRun } from '#workers/analyses/autoEncoder.ts';
import { umapRun } from '#workers/analyses/umap.ts';
import type { Step, UnitOutcome } from '#workers/analyses/unitRun.ts';

const PLACES = Array.from({ length: 12 }, (_, index) => Float32Array.of(Math.cos(index / 3) * 2, Math.sin(index / 3)));

function subject(): Subject {
  const line = lineSubject();
  const checkpoints = PLACES.map((_, index) => ({ id: `c${index}`, title: `c${index}` }));
  return { ...line, manifest: { ...line.manifest, checkpoints, trajectory: checkpoints.map(({ id }) => id) }, checkpoints: PLACES, buffers: PLACES.map(() => new Float32Array(0)) };
}

const request: RequestOf<'autoEncoder'> = {
  kind: 'autoEncoder', format: 1, subject: lineSubject().id, of: 'trajectory', samples: { set: 'train', count: 8 }, loss: 'squaredError', seed: 5, epochs: 200, side: 5,
};

const lossAt = ([m, b]: ArrayLike<number> & { [Symbol.iterator](): Iterator<number> }) => {
  const { inputs, targets } = lineSubject().sets.train;
  return inputs.reduce((sum, x, index) => sum + (m! * x + b! - targets[index]!) ** 2, 0) / 8;
};

const NO_DEVICE = () => Promise.reject(new Error('no device is asked for'));

type Steps = Generator<Step, UnitOutcome<'autoEncoder'>, void>;

/** Runs to the end, or stops once `isEnough` and answers with what was kept. */
function drive(kept: Uint8Array | null, isEnough: (step: Step) => boolean): Uint8Array | UnitOutcome<'autoEncoder'> {
  const steps = autoEncoderRun.run({ request, unit: 0, subject: subject(), kept, vectors: () => undefined, device: NO_DEVICE }) as Steps;
  let step = steps.next();
  for (; !step.done; step = steps.next()) if (isEnough(step.value)) return step.value.state!()!;
  return step.value;
}

describe('runs of embeddings', () => {
  it('[R21] an auto-encoder’s checkpoints, errors and surface are those of what it decodes, in float64', () => {
    const outcome = drive(null, () => false);
    if (outcome instanceof Uint8Array) throw new Error('it did not end');
    const { unit } = outcome;
    expect(decodeUnit('autoEncoder', encodeUnit(unit))).toEqual({ ok: true, value: unit });
    const { scores, axes, mean } = principalComponents(PLACES, PLACES.length, true);
    const training = trainAutoEncoder(scores, { seed: 5, epochs: 200 });
    let step = training.next();
    while (!step.done) step = training.next(true);
    const thetaOf = (score: ArrayLike<number>) => Float64Array.from(mean, (value, index) => value + axes.reduce((sum, axis, rank) => sum + score[rank]! * axis[index]!, 0));
    for (const [at, { picture, loss, decodedLoss }] of unit.checkpoints.entries()) {
      expect([...picture]).toEqual([...encode(step.value, scores[at]!)]);
      expect(fromJsonNumber(loss)).toBeCloseTo(lossAt(PLACES[at]!), 10);
      expect(fromJsonNumber(decodedLoss)).toBeCloseTo(lossAt(thetaOf(decode(step.value, picture))), 10);
    }
    expect(unit.surface).toHaveLength(25);
    expect(fromJsonNumber(unit.surface[4]!)).toBeCloseTo(lossAt(thetaOf(decode(step.value, [1, -1]))), 10);
    // Two components hold all of two dimensions.
    expect(unit.linearError).toBeLessThan(1e-6);
    expect(unit.error).toBeGreaterThan(0);
  });

  it('[R21] goes on from what was kept as if it had not been stopped, and not from what belongs to another request', () => {
    const whole = drive(null, () => false);
    const stoppedAt = (from: Uint8Array | null, share: number): Uint8Array => {
      const kept = drive(from, (step) => step.share > share);
      if (!(kept instanceof Uint8Array)) throw new Error('it was not stopped');
      return kept;
    };
    const training = stoppedAt(null, 0.1);
    // The training is gone on with, not begun again.
    let first: number | null = null;
    expect(drive(training, ({ share }) => ((first ??= share), false))).toEqual(whole);
    expect(first).toBeGreaterThan(0.1);
    const kept = stoppedAt(stoppedAt(training, 0.2), 0.6);
    expect(drive(kept, () => false)).toEqual(whole);
    const other = autoEncoderRun.run({ request: { ...request, seed: 6 }, unit: 0, subject: subject(), kept, vectors: () => undefined, device: NO_DEVICE }) as Steps;
    expect(() => other.next()).toThrow('cannot be read');
  });

  it('[R22] UMAP of checkpoints comes with its faithfulness beside that of two components', () => {
    const umap: RequestOf<'umap'> = { kind: 'umap', format: 1, subject: lineSubject().id, of: 'all', seed: 3, neighbours: 4, minDistance: 0.1 };
    const run = (kept: Uint8Array | null = null) => {
      const steps = umapRun.run({ request: umap, unit: 0, subject: subject(), kept, vectors: () => undefined, device: NO_DEVICE }) as Generator<Step, UnitOutcome<'umap'>, void>;
      let step = steps.next();
      while (!step.done) step = steps.next();
      return step.value.unit;
    };
    const unit = run();
    expect(unit.picture).toHaveLength(12);
    expect(unit.k).toBe(5);
    // Two components are the very plane that the points lie in.
    expect(unit.components).toEqual({ trustworthiness: 1, continuity: 1 });
    expect(unit.umap.trustworthiness).toBeGreaterThan(0.5);
    expect(run()).toEqual(unit);
    expect(decodeUnit('umap', encodeUnit(unit)).ok).toBe(true);
  });

  it('[U16] UMAP that was stopped twice ends with the same bits, and goes on at the epoch where it was', () => {
    const umap: RequestOf<'umap'> = { kind: 'umap', format: 1, subject: lineSubject().id, of: 'all', seed: 3, neighbours: 4, minDistance: 0.1 };
    const drive = (kept: Uint8Array | null, until = Infinity) => {
      const steps = umapRun.run({ request: umap, unit: 0, subject: subject(), kept, vectors: () => undefined, device: NO_DEVICE }) as Generator<Step, UnitOutcome<'umap'>, void>;
      const shares: number[] = [];
      let step = steps.next();
      for (; !step.done; step = steps.next()) {
        if (shares.push(step.value.share) > 1 && step.value.share > until) return { kept: step.value.state!()!, outcome: null, shares };
      }
      return { kept: null, outcome: step.value, shares };
    };
    const whole = drive(null);
    const first = drive(null, 0.3);
    const second = drive(first.kept, 0.7);
    expect(second.shares[1]).toBeGreaterThan(first.shares.at(-1)!);
    expect(drive(second.kept).outcome).toEqual(whole.outcome);
    const other = umapRun.run({ request: { ...umap, seed: 4 }, unit: 0, subject: subject(), kept: first.kept, vectors: () => undefined, device: NO_DEVICE }) as Generator;
    expect(() => other.next()).toThrow('cannot be read');
  });
});
