/** The losses and metrics: gradients of the formulas, what is known of them, and digits that must not be lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FOCAL_GAMMA, HINGE_MARGIN, HUBER_DELTA, LABEL_SMOOTHING, LOSS_NAMES, LOSS_TITLES, isClassification, lossOfSample, lossesFor, type LossName } from '#lib/network/loss.ts';
import { METRIC_NAMES, METRIC_TITLES, metricOf } from '#lib/network/metric.ts';

const lossOf = (loss: LossName, outputs: readonly number[], target: number): number => lossOfSample(loss, Float64Array.from(outputs), 0, outputs.length, target);

function softmax(z: readonly number[]): number[] {
  const max = Math.max(...z);
  const all = z.map((value) => Math.exp(value - max));
  const sum = all.reduce((a, b) => a + b);
  return all.map((value) => value / sum);
}

/** Derivatives by the outputs, written from the formulas of the papers. */
const GRADIENTS: Readonly<Record<LossName, (z: readonly number[], target: number) => number[]>> = {
  crossEntropy: (z, t) => softmax(z).map((p, k) => p - (k === t ? 1 : 0)),
  softmaxSquaredError: (z, t) => {
    const p = softmax(z);
    const outer = p.map((each, k) => (2 / z.length) * (each - (k === t ? 1 : 0)));
    const inner = outer.reduce((sum, each, k) => sum + each * p[k]!, 0);
    return p.map((each, k) => each * (outer[k]! - inner));
  },
  focal: (z, t) => {
    const p = softmax(z);
    const q = 1 - p[t]!;
    const byProbability = FOCAL_GAMMA * q ** (FOCAL_GAMMA - 1) * Math.log(p[t]!) - q ** FOCAL_GAMMA / p[t]!;
    return p.map((each, k) => byProbability * p[t]! * ((k === t ? 1 : 0) - each));
  },
  hinge: (z, t) => {
    const rival = z.reduce((best, value, k) => (k !== t && (best < 0 || value > z[best]!) ? k : best), -1);
    const isActive = HINGE_MARGIN + z[rival]! - z[t]! > 0;
    return z.map((_, k) => (isActive ? Number(k === rival) - Number(k === t) : 0));
  },
  kullbackLeibler: (z, t) => softmax(z).map((p, k) => p - LABEL_SMOOTHING / z.length - (k === t ? 1 - LABEL_SMOOTHING : 0)),
  squaredError: ([y], t) => [2 * (y! - t)],
  absoluteError: ([y], t) => [Math.sign(y! - t)],
  huber: ([y], t) => [Math.max(-HUBER_DELTA, Math.min(HUBER_DELTA, y! - t))],
  logCosh: ([y], t) => [Math.tanh(y! - t)],
};

const STEP = 1e-5;
const number = fc.double({ min: -4, max: 4, noNaN: true });

/** Whether the loss bends within a step of here: no difference tells a derivative there. */
function isAtKink(loss: LossName, z: readonly number[], target: number): boolean {
  const e = z[0]! - target;
  if (loss === 'absoluteError') return Math.abs(e) < 2 * STEP;
  if (loss === 'huber') return Math.abs(Math.abs(e) - HUBER_DELTA) < 2 * STEP;
  if (loss !== 'hinge') return false;
  const others = z.filter((_, k) => k !== target).sort((a, b) => b - a);
  return others[0]! - others[1]! < 2 * STEP || Math.abs(HINGE_MARGIN + others[0]! - z[target]!) < 2 * STEP;
}

describe('losses', () => {
  it.each(LOSS_NAMES)('[N9] the gradient of %s is that of its formula', (loss) => {
    const sample = isClassification(loss) ? fc.tuple(fc.array(number, { minLength: 4, maxLength: 4 }), fc.integer({ min: 0, max: 3 })) : fc.tuple(fc.array(number, { minLength: 1, maxLength: 1 }), number);
    fc.assert(
      fc.property(sample, ([z, target]) => {
        fc.pre(!isAtKink(loss, z, target));
        const gradient = GRADIENTS[loss](z, target);
        for (const k of z.keys()) {
          const moved = (by: number) => lossOf(loss, z.with(k, z[k]! + by), target);
          expect((moved(STEP) - moved(-STEP)) / (2 * STEP)).toBeCloseTo(gradient[k]!, 7);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('[N9] at equal outputs cross-entropy is ln C and the others are known', () => {
    for (const classes of [2, 3, 10, 1000]) {
      const equal = Array.from({ length: classes }, () => 0.7);
      expect(lossOf('crossEntropy', equal, 1)).toBeCloseTo(Math.log(classes), 12);
      expect(lossOf('focal', equal, 1)).toBeCloseTo((1 - 1 / classes) ** 2 * Math.log(classes), 12);
      expect(lossOf('hinge', equal, 1)).toBeCloseTo(1, 12);
      expect(lossOf('softmaxSquaredError', equal, 1)).toBeCloseTo((classes - 1) / classes ** 2, 12);
    }
  });

  it('[N9] the divergence is zero where the softmax is the smoothed target, and positive elsewhere', () => {
    const wanted = [0.1 / 3, 0.9 + 0.1 / 3, 0.1 / 3].map(Math.log);
    expect(Math.abs(lossOf('kullbackLeibler', wanted, 1))).toBeLessThan(1e-15);
    expect(lossOf('kullbackLeibler', [0, 9, 0], 1)).toBeGreaterThan(0.01);
  });

  it('[N5] tiny losses keep their digits', () => {
    const e = 1e-6;
    // ln cosh e = e²/2 − e⁴/12
    expect(lossOf('logCosh', [e], 0) / (e ** 2 / 2)).toBeCloseTo(1, 11);
    const tiny = Math.exp(-25);
    expect(lossOf('crossEntropy', [25, 0], 0) / tiny).toBeCloseTo(1, 10);
    expect(lossOf('focal', [25, 0], 0) / tiny ** 3).toBeCloseTo(1, 10);
    expect(lossOf('logCosh', [1e300], 0)).toBe(1e300);
  });

  it.each(LOSS_NAMES)('[N6] %s keeps what is not a number, wherever it stands', (loss) => {
    const width = isClassification(loss) ? 3 : 1;
    for (let place = 0; place < width; place++) {
      for (let target = 0; target < width; target++) {
        expect(lossOf(loss, Array.from({ length: width }, (_, k) => (k === place ? Number.NaN : k)), target)).toBeNaN();
      }
    }
    if (width === 1) expect(lossOf(loss, [-Infinity], 0)).toBe(Infinity);
  });

  it('[N9] the registry names every loss once, and says which datasets it fits', () => {
    expect(new Set(Object.values(LOSS_TITLES)).size).toBe(LOSS_NAMES.length);
    expect([...lossesFor(true), ...lossesFor(false)].sort()).toEqual([...LOSS_NAMES].sort());
    expect(lossesFor(false)).toEqual(['squaredError', 'absoluteError', 'huber', 'logCosh']);
  });

  it('[N9] accuracy and error are shares of the correct answers', () => {
    expect(METRIC_NAMES.map((metric) => [METRIC_TITLES[metric], metricOf(metric, 3, 4)])).toEqual([['accuracy', 0.75], ['classification error', 0.25]]);
  });
});
