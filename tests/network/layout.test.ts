/** What counts as a filter in every kind of tensor, and the goldens of filter normalisation. */
import { describe, expect, it } from 'vitest';
import { layoutOf } from '#lib/network/layout.ts';
import type { Network, TensorSpec } from '#lib/network/program.ts';
import { normalise } from '#lib/slice/direction.ts';
import type { Normalisation } from '#lib/slice/recipe.ts';
import { normOf } from '#lib/slice/vectors.ts';

const layoutWith = (...parameter_order: readonly TensorSpec[]) => layoutOf({ id: 't', input_shape_chw: [1], parameter_order, buffers: [], program: [] } satisfies Network);

describe('filters', () => {
  it.each<[string, readonly number[], number]>([
    ['a convolution: one per output channel', [8, 3, 5, 5], 8],
    ['a depthwise convolution: one kernel per channel', [6, 1, 3, 3], 6],
    ['a convolution in groups: one per output channel', [8, 2, 3, 3], 8],
    ['a linear layer or projection: one per output unit', [10, 64], 10],
    ['an embedding: one per symbol', [50, 16], 50],
    ['a positional table: one per position', [12, 16], 12],
    ['a layer norm over several axes: one per place of the first', [4, 7, 7], 4],
    ['a bias, batch norm, or layer norm over features: none', [16], 0],
  ])('[N8] %s', (_, shape, filters) => {
    expect(layoutWith({ name: 'w', shape }).tensors[0]!.filters).toBe(filters);
  });

  // W = [[3, 1], [4, 2]] and d = [[1, 0], [0, 2]] with rows as inputs; here the first axis counts the outputs.
  it.each<[Normalisation, readonly number[]]>([
    ['filter', [5, 0, 0, 2.236068]],
    ['layer', [2.44949, 0, 0, 4.898979]],
    ['weight', [3, 0, 0, 4]],
  ])('[N8] the golden of %s normalisation', (normalisation, expected) => {
    const found = normalise(Float32Array.of(1, 0, 0, 2), Float32Array.of(3, 4, 1, 2), layoutWith({ name: 'w', shape: [2, 2] }), normalisation, 'ignore');
    for (const [index, value] of found.entries()) expect(value).toBeCloseTo(expected[index]!, 6);
  });

  it('[N8] every filter of a depthwise kernel and every row of a table has the norm of its weights', () => {
    const layout = layoutWith({ name: 'depthwise', shape: [3, 1, 2, 2] }, { name: 'table', shape: [4, 3] });
    const weights = Float64Array.from({ length: layout.size }, (_, index) => Math.sin(index + 1));
    const noise = Float64Array.from({ length: layout.size }, (_, index) => Math.cos(7 * index));
    const found = normalise(noise, weights, layout, 'filter', 'ignore');
    for (const { offset, size, filters } of layout.tensors) {
      for (let start = offset; start < offset + size; start += size / filters) {
        expect(normOf(found, start, start + size / filters)).toBeCloseTo(normOf(weights, start, start + size / filters), 8);
      }
    }
  });
});
