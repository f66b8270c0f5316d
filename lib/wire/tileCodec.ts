/**
 * The bytes of a tile result, on the wire and in the store.
 *
 *     'T' 'N' version sets | points u32 | per set: set u8, 3 × 0, samples u32 | per set: lossSum f64[points], correct u32[points]
 *
 * Little-endian. The same result always has the same bytes, so a digest names it. Reading never throws. Rules W3, W4.
 */
import { parsed, refused, type Parsed } from '#lib/parsed.ts';
import type { SetName } from '#lib/network/subject.ts';
import type { SetSums, TileResult } from '#lib/work/tileResult.ts';

const MAGIC = 0x4e54;
const VERSION = 1;
const HEAD_BYTES = 8;
const SET_BYTES = 8;
const POINT_BYTES = 12;
const SETS: readonly SetName[] = ['train', 'test'];

export const MAX_POINTS = 256;
export const MAX_TILE_BYTES = HEAD_BYTES + 2 * (SET_BYTES + MAX_POINTS * POINT_BYTES);

export function encodeTileResult({ points, sets }: TileResult): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + sets.length * (SET_BYTES + points * POINT_BYTES));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, MAGIC, true);
  view.setUint8(2, VERSION);
  view.setUint8(3, sets.length);
  view.setUint32(4, points, true);
  let at = HEAD_BYTES;
  for (const { set, samples } of sets) {
    view.setUint8(at, SETS.indexOf(set));
    view.setUint32(at + 4, samples, true);
    at += SET_BYTES;
  }
  for (const { lossSum, correct } of sets) {
    for (const value of lossSum) {
      // One bit pattern for NaN, so that equal results have equal digests.
      view.setFloat64(at, Number.isNaN(value) ? NaN : value, true);
      at += 8;
    }
    for (const value of correct) {
      view.setUint32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

export function decodeTileResult(bytes: Uint8Array): Parsed<TileResult> {
  if (bytes.byteLength < HEAD_BYTES) return refused('shorter than its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0, true) !== MAGIC) return refused('not a tile result');
  if (view.getUint8(2) !== VERSION) return refused(`tile result of version ${view.getUint8(2)}, expected ${VERSION}`);
  const setCount = view.getUint8(3);
  const points = view.getUint32(4, true);
  if (setCount < 1 || setCount > 2) return refused(`${setCount} sets, expected 1 or 2`);
  if (points < 1 || points > MAX_POINTS) return refused(`${points} points, expected 1 to ${MAX_POINTS}`);
  const expected = HEAD_BYTES + setCount * (SET_BYTES + points * POINT_BYTES);
  if (bytes.byteLength !== expected) return refused(`${bytes.byteLength} bytes, expected ${expected}`);
  const sets: SetSums[] = [];
  let at = HEAD_BYTES + setCount * SET_BYTES;
  for (let index = 0; index < setCount; index++) {
    const head = HEAD_BYTES + index * SET_BYTES;
    const set = SETS[view.getUint8(head)];
    if (!set) return refused(`set ${view.getUint8(head)} is not known`);
    const samples = view.getUint32(head + 4, true);
    const lossSum = new Float64Array(points);
    for (let point = 0; point < points; point++, at += 8) lossSum[point] = view.getFloat64(at, true);
    const correct = new Uint32Array(points);
    for (let point = 0; point < points; point++, at += 4) {
      correct[point] = view.getUint32(at, true);
      if (correct[point]! > samples) return refused(`${correct[point]} correct of ${samples} samples`);
    }
    sets.push({ set, samples, lossSum, correct });
  }
  return parsed({ points, sets });
}
