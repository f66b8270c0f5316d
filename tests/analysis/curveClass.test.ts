/** The names of curves: one golden of each, and those that have none. */
import { describe, expect, test } from 'vitest';
import { classifyCurve } from '#lib/analysis/curveClass.ts';

const sampled = (f: (x: number) => number): number[] => Array.from({ length: 51 }, (_, index) => f(-1 + index / 25));

describe('curve classes', () => {
  test.each([
    ['x²', (x: number) => x * x, 'v-basin', [25]],
    ['(x − 0.4)²', (x: number) => (x - 0.4) ** 2, 'v-side', [35]],
    ['((x + 0.32)² − 0.1024)²', (x: number) => ((x + 0.32) ** 2 - 0.1024) ** 2, 'w-basin', [9, 25]],
    ['(x² − 0.16)²', (x: number) => (x * x - 0.16) ** 2, 'w-peak', [15, 35]],
    ['1 − cos 6πx', (x: number) => 1 - Math.cos(6 * Math.PI * x), 'vvv-basin', [8, 17, 25, 33, 42]],
  ])('[R5] %s is a %s', (_title, f, name, valleys) => {
    expect(classifyCurve(sampled(f), 25)).toEqual({ class: name, valleys });
  });

  test('[R5] what fits no name is unclassified', () => {
    const slope = sampled((x) => x);
    expect(classifyCurve(slope, 25)).toEqual({ class: 'unclassified', valleys: [] });
    expect(classifyCurve(sampled(() => 1), 25).class).toBe('unclassified');
    expect(classifyCurve(slope.map((value, index) => (index === 3 ? Number.NaN : value)), 25).class).toBe('unclassified');
    // Two valleys, and the network neither in one nor on top.
    expect(classifyCurve(sampled((x) => (x * x - 0.16) ** 2), 3).class).toBe('unclassified');
  });

  test('[R5] a dent below 1 % of the range is no valley, one above it is', () => {
    const dented = (depth: number): number[] => sampled((x) => x * x).map((value, index) => (index === 40 ? value - depth : value));
    const step = 0.6 ** 2 - 0.56 ** 2;
    expect(classifyCurve(dented(step + 0.005), 25)).toEqual({ class: 'v-basin', valleys: [25] });
    expect(classifyCurve(dented(step + 0.02), 25)).toEqual({ class: 'w-basin', valleys: [25, 40] });
  });

  test('[R5] a flat bottom is one valley, at its middle', () => {
    expect(classifyCurve([3, 2, 1, 1, 1, 2, 3], 3)).toEqual({ class: 'v-basin', valleys: [3] });
    expect(() => classifyCurve([1, 2], 2)).toThrow('not on the curve');
  });
});
