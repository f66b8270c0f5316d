/** What a Hessian takes: the golden numbers of ResNet-56, and the limit of a device. */
import { describe, expect, it } from 'vitest';
import { hessianSizeOf, largestWhole } from '#lib/analysis/hessianSize.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { zooNetwork } from '#lib/network/zoo/zoo.ts';
import { formatBytes } from '#lib/session/words.ts';

describe('the size of a Hessian', () => {
  it('[Q9] ResNet-56: 2.93 TB as a matrix, 3.42 MB as a vector', () => {
    const { matrixBytes, vectorBytes, products } = hessianSizeOf(layoutOf(zooNetwork('resnet56')!).size);
    expect([matrixBytes, vectorBytes, products]).toEqual([2_929_369_171_600, 3_423_080, 855_770]);
    expect([matrixBytes, vectorBytes].map(formatBytes)).toEqual(['2.93 TB', '3.42 MB']);
  });

  it('[Q9] what fits into a device is the largest square that does', () => {
    for (const bytes of [4, 16, 8e9, 2 ** 33]) {
      const most = largestWhole(bytes);
      expect(hessianSizeOf(most).matrixBytes).toBeLessThanOrEqual(bytes);
      expect(hessianSizeOf(most + 1).matrixBytes).toBeGreaterThan(bytes);
    }
    expect(largestWhole(2 ** 33)).toBe(46_340);
  });

  it('[Q9] no parameters have no Hessian', () => {
    for (const wrong of [0, -1, 1.5, NaN]) expect(() => hessianSizeOf(wrong)).toThrow(RangeError);
  });
});
