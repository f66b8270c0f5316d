import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '#lib/digest.ts';
import { decodeTileResult, encodeTileResult, MAX_POINTS, MAX_TILE_BYTES } from '#lib/wire/tileCodec.ts';
import type { TileResult } from '#lib/work/tileResult.ts';

const results: fc.Arbitrary<TileResult> = fc
  .record({ points: fc.integer({ min: 1, max: MAX_POINTS }), samples: fc.integer({ min: 1, max: 1e6 }), isPair: fc.boolean() })
  .chain(({ points, samples, isPair }) =>
    fc.tuple(fc.array(fc.double(), { minLength: points, maxLength: points }), fc.array(fc.integer({ min: 0, max: samples }), { minLength: points, maxLength: points })).map(([losses, correct]) => ({
      points,
      sets: (isPair ? (['train', 'test'] as const) : (['test'] as const)).map((set) => ({ set, samples, lossSum: Float64Array.from(losses), correct: Uint32Array.from(correct) })),
    })),
  );

describe('tile bytes', () => {
  it('[W4] every result reads back as it was, NaN and infinities included', () => {
    fc.assert(
      fc.property(results, (result) => {
        const bytes = encodeTileResult(result);
        expect(bytes.byteLength).toBeLessThanOrEqual(MAX_TILE_BYTES);
        expect(decodeTileResult(bytes)).toEqual({ ok: true, value: result });
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it('[W4] equal results have equal digests, whatever pattern their NaN has', () => {
    const odd = new Float64Array(new BigUint64Array([0x7ff8000000000001n]).buffer);
    const result = (lossSum: Float64Array): TileResult => ({ points: 1, sets: [{ set: 'train', samples: 1, lossSum, correct: Uint32Array.of(0) }] });
    expect(digestOf(encodeTileResult(result(odd)))).toBe(digestOf(encodeTileResult(result(Float64Array.of(NaN)))));
  });

  it('[W4] reads from the middle of a larger buffer', () => {
    const bytes = encodeTileResult({ points: 2, sets: [{ set: 'train', samples: 4, lossSum: Float64Array.of(1, 2), correct: Uint32Array.of(3, 4) }] });
    const larger = new Uint8Array(bytes.byteLength + 3);
    larger.set(bytes, 3);
    expect(decodeTileResult(larger.subarray(3)).ok).toBe(true);
  });

  it('[W3] any other bytes are refused and never throw', () => {
    const good = encodeTileResult({ points: 3, sets: [{ set: 'train', samples: 4, lossSum: Float64Array.of(1, 2, 3), correct: Uint32Array.of(1, 2, 3) }] });
    for (let length = 0; length < good.byteLength; length++) expect(decodeTileResult(good.subarray(0, length)).ok).toBe(false);
    expect(decodeTileResult(Uint8Array.of(...good, 0)).ok).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(decodeTileResult(bytes).ok).toBe(false);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it('[W3] more points than a tile can have are refused', () => {
    const points = MAX_POINTS + 1;
    const bytes = encodeTileResult({ points, sets: [{ set: 'train', samples: 1, lossSum: new Float64Array(points), correct: new Uint32Array(points) }] });
    expect(decodeTileResult(bytes).ok).toBe(false);
  });

  it('[W3] more correct answers than samples are refused', () => {
    const bytes = encodeTileResult({ points: 1, sets: [{ set: 'train', samples: 4, lossSum: Float64Array.of(1), correct: Uint32Array.of(5) }] });
    expect(decodeTileResult(bytes)).toMatchObject({ ok: false });
  });
});
