/** The timed workloads against the losses of a second program, and how figures are judged. */
import { describe, expect, it } from 'vitest';
import { verdictOf, type Figure } from '#bench/figures.ts';
import { gridPoints, workloadJob, WORKLOADS } from '#bench/workloads.ts';
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import golden from './torchLosses.json' with { type: 'json' };

describe('workloads', () => {
  it.each(WORKLOADS)('[Y1] %s has the losses that PyTorch gives for the same formulas', (workload) => {
    const { n, grid, losses } = golden;
    const job = workloadJob(workload, n);
    const forward = forwardOf(job.network);
    const points = gridPoints(grid);
    const [alongX, alongY] = job.directions;
    const lossAt = ({ a, b }: { readonly a: number; readonly b: number }) =>
      evaluateAt(job, Float64Array.from(job.origin, (value, index) => value + a * alongX![index]! + b * alongY![index]!), forward)[0]!.lossSum / n;
    const found = { first: lossAt(points[0]!), middle: lossAt(points[4]!), last: lossAt(points[8]!) };
    for (const place of ['first', 'middle', 'last'] as const) {
      expect(Math.abs(found[place] - losses[workload][place]) / losses[workload][place]).toBeLessThan(1e-5);
    }
  });

  it('[Y1] the plane goes row by row from (−1, −1), with the centre exact', () => {
    expect(gridPoints(3).slice(0, 5)).toEqual([{ a: -1, b: -1 }, { a: 0, b: -1 }, { a: 1, b: -1 }, { a: -1, b: 0 }, { a: 0, b: 0 }]);
    expect(gridPoints(11)[60]).toEqual({ a: 0, b: 0 });
    expect(gridPoints(11).at(-1)).toEqual({ a: 1, b: 1 });
  });
});

describe('figures', () => {
  it('[Y2] a figure is below, passes or stretches in its own sense, and says when it was not measured', () => {
    const times: Figure = { title: '', measured: 9, pass: 8, stretch: 15, kind: 'times', detail: '' };
    expect([7.9, 8, 15, null].map((measured) => verdictOf({ ...times, measured }))).toEqual(['below', 'pass', 'stretch', 'not measured']);
    const error: Figure = { ...times, pass: 2e-6, stretch: 5e-7, kind: 'error' };
    expect([3e-6, 2e-6, 5e-7].map((measured) => verdictOf({ ...error, measured }))).toEqual(['below', 'pass', 'stretch']);
    expect([1, 0].map((measured) => verdictOf({ ...times, pass: 0, stretch: 0, kind: 'growth', measured }))).toEqual(['below', 'stretch']);
  });
});
