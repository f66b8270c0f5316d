/**
 * The bytes of a tile result, on the wire and in the store.
 *
 *     'T' 'N' version sets | points u32 | per set: set u8, 3 × 0, samples u32
 *     | per set: lossSum f64[points], correct u32[points], and in version 2 min, max, minError, maxError f64[points], products u32[points],
 *     and in version 3 lossSquares f64[points]
 *
 * Version 1 is a loss, version 2 a loss with the ends of the Hessian's spectrum, version 3 a loss over one of several shards. Little-endian. The same result always has the same
 * bytes, so a digest names it. Reading never throws. Rules W3, W4.
 */
import { parsed, refused, type Parsed } from '#lib/parsed.ts';
import type { SetName } from '#lib/network/subject.ts';
import type { PointCurvature, SetSums, TileResult } from '#lib/work/tileResult.ts';

const MAGIC = 0x4e54;
const LOSSES = 1;
const CURVATURES = 2;
const SQUARES = 3;
const HEAD_BYTES = 8;
const SET_BYTES = 8;
const LOSS_BYTES = 12;
/** Of a point and set, beyond a loss. */
const MORE_BYTES = [0, 0, 36, 8] as const;
const SETS: readonly SetName[] = ['train', 'test'];
const ENDS = ['min', 'max', 'minError', 'maxError'] as const;

export const MAX_POINTS = 256;
export const MAX_TILE_BYTES = HEAD_BYTES + 2 * (SET_BYTES + MAX_POINTS * (LOSS_BYTES + MORE_BYTES[CURVATURES]));

/** @throws where sets differ in what they hold, or hold both eigenvalues and squares */
export function encodeTileResult({ points, sets }: TileResult): Uint8Array {
  const version = versionOf(sets[0]!);
  const bytes = new Uint8Array(bytesOf(sets.length, points, version));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, MAGIC, true);
  view.setUint8(2, version);
  view.setUint8(3, sets.length);
  view.setUint32(4, points, true);
  let at = HEAD_BYTES;
  for (const { set, samples } of sets) {
    view.setUint8(at, SETS.indexOf(set));
    view.setUint32(at + 4, samples, true);
    at += SET_BYTES;
  }
  const doubles = (values: Float64Array): void => {
    // One bit pattern for NaN, so that equal results have equal digests.
    for (const value of values) view.setFloat64((at += 8) - 8, Number.isNaN(value) ? NaN : value, true);
  };
  const counts = (values: Uint32Array): void => {
    for (const value of values) view.setUint32((at += 4) - 4, value, true);
  };
  for (const sums of sets) {
    const { lossSum, lossSquares, correct, curvature } = sums;
    if (versionOf(sums) !== version) throw new Error('every set holds the same, or none does');
    doubles(lossSum);
    counts(correct);
    if (lossSquares) doubles(lossSquares);
    if (!curvature) continue;
    for (const end of ENDS) doubles(curvature[end]);
    counts(curvature.products);
  }
  return bytes;
}

export function decodeTileResult(bytes: Uint8Array): Parsed<TileResult> {
  if (bytes.byteLength < HEAD_BYTES) return refused('shorter than its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0, true) !== MAGIC) return refused('not a tile result');
  const version = view.getUint8(2);
  if (version !== LOSSES && version !== CURVATURES && version !== SQUARES) return refused(`tile result of version ${version}, expected ${LOSSES} to ${SQUARES}`);
  const setCount = view.getUint8(3);
  const points = view.getUint32(4, true);
  if (setCount < 1 || setCount > 2) return refused(`${setCount} sets, expected 1 or 2`);
  if (points < 1 || points > MAX_POINTS) return refused(`${points} points, expected 1 to ${MAX_POINTS}`);
  const expected = bytesOf(setCount, points, version);
  if (bytes.byteLength !== expected) return refused(`${bytes.byteLength} bytes, expected ${expected}`);
  const sets: SetSums[] = [];
  let at = HEAD_BYTES + setCount * SET_BYTES;
  const doubles = (): Float64Array => Float64Array.from({ length: points }, () => view.getFloat64((at += 8) - 8, true));
  const counts = (): Uint32Array => Uint32Array.from({ length: points }, () => view.getUint32((at += 4) - 4, true));
  const curvature = (): PointCurvature => {
    const [min, max, minError, maxError] = ENDS.map(doubles) as [Float64Array, Float64Array, Float64Array, Float64Array];
    return { min, max, minError, maxError, products: counts() };
  };
  for (let index = 0; index < setCount; index++) {
    const head = HEAD_BYTES + index * SET_BYTES;
    const set = SETS[view.getUint8(head)];
    if (!set) return refused(`set ${view.getUint8(head)} is not known`);
    const samples = view.getUint32(head + 4, true);
    const lossSum = doubles();
    const correct = counts();
    const tooMany = correct.find((value) => value > samples);
    if (tooMany !== undefined) return refused(`${tooMany} correct of ${samples} samples`);
    sets.push({ set, samples, lossSum, correct, ...(version === SQUARES && { lossSquares: doubles() }), ...(version === CURVATURES && { curvature: curvature() }) });
  }
  return parsed({ points, sets });
}

type Version = typeof LOSSES | typeof CURVATURES | typeof SQUARES;

const bytesOf = (sets: number, points: number, version: Version): number => HEAD_BYTES + sets * (SET_BYTES + points * (LOSS_BYTES + MORE_BYTES[version]));

function versionOf({ curvature, lossSquares }: SetSums): Version {
  if (curvature && lossSquares) throw new Error('eigenvalues and squares of losses do not go together');
  return curvature ? CURVATURES : lossSquares ? SQUARES : LOSSES;
}
