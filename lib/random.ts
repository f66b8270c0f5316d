/**
 * Random numbers that are the same bits on every machine and in any order of asking.
 *
 * Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): word = f(key, counter), no state.
 * Only integer operations and + − × ÷ √ of IEEE doubles are used, because engines differ in the last bits of Math.log and Math.cos.
 */
import { circlePoint, polynomial } from './circle.ts';
import { digestOf } from './digest.ts';

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** Writes four 32-bit words for a counter of four and a key of two 32-bit words into `out`. */
export function philox(out: Uint32Array, c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): void {
  for (let round = 0; round < ROUNDS; round++) {
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    const next0 = highWord(MULTIPLIER_1, c2) ^ c1 ^ k0;
    const next2 = highWord(MULTIPLIER_0, c0) ^ c3 ^ k1;
    c0 = next0;
    c1 = low1;
    c2 = next2;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Where a stream of numbers starts: `seed` and `role` are 32-bit, `name` any text (a tensor's name). */
export type Stream = { readonly seed: number; readonly role: number; readonly name: string };

/** Fills `out` with standard normal deviates; element i depends on the stream and on i alone. */
export function fillNormal(out: Float32Array | Float64Array, { seed, role, name }: Stream): void {
  const digest = digestOf(name);
  const name0 = Number.parseInt(digest.slice(0, 8), 16);
  const name1 = Number.parseInt(digest.slice(8, 16), 16);
  const words = new Uint32Array(4);
  const pair = new Float64Array(2);
  for (let index = 0; index < out.length; index += 2) {
    philox(words, index / 2, 0, name0, name1, seed, role);
    normalPair(pair, words);
    out[index] = pair[0]!;
    if (index + 1 < out.length) out[index + 1] = pair[1]!;
  }
}

/** Numbers in order, for simulations, data sets and tests. */
export type Random = {
  /** In [0, 1), 53 bits. */
  readonly uniform: () => number;
  /** Standard normal. */
  readonly normal: () => number;
  /** A whole number in [0, bound). */
  readonly integer: (bound: number) => number;
  /** @throws for an empty list */
  readonly pick: <T>(list: readonly T[]) => T;
};

/** @param drawn numbers that were taken before: the stream goes on after them */
export function createRandom(seed: number, drawn = 0): Random {
  const words = new Uint32Array(4);
  const pair = new Float64Array(2);
  let counter = drawn;
  const next = (): void => philox(words, counter++, 0, 0, 0, seed, Math.floor(seed / 2 ** 32));
  const uniform = (): number => {
    next();
    return unitOf(words[0]!, words[1]!);
  };
  const integer = (bound: number): number => Math.floor(uniform() * bound);
  return {
    uniform,
    integer,
    normal: () => {
      next();
      normalPair(pair, words);
      return pair[0]!;
    },
    pick: (list) => {
      if (list.length === 0) throw new Error('nothing to pick from an empty list');
      return list[integer(list.length)]!;
    },
  };
}

/** Box–Muller: two independent normal deviates from four words. */
function normalPair(out: Float64Array, words: Uint32Array): void {
  // 1 − u lies in (0, 1], so its logarithm is finite.
  const radius = Math.sqrt(-2 * logOfUnit(1 - unitOf(words[0]!, words[1]!)));
  circlePoint(out, unitOf(words[2]!, words[3]!));
  out[0]! *= radius;
  out[1]! *= radius;
}

const LN_2 = 0.6931471805599453;

/** 2·artanh(s)/s in powers of s², highest first. */
const LOG = Array.from({ length: 14 }, (_, index) => 2 / (2 * (13 - index) + 1));

/** ln x for x in (0, 1]. */
function logOfUnit(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa < 0.7071067811865476) {
    mantissa *= 2;
    exponent--;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  return exponent * LN_2 + s * polynomial(LOG, s * s);
}

/** 53 bits of two words as a number in [0, 1). */
const unitOf = (high: number, low: number): number => ((high >>> 5) * 0x4000000 + (low >>> 6)) / 0x20000000000000;

/** The upper 32 bits of the product of two unsigned 32-bit numbers. */
function highWord(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + (((middle & 0xffff) + aLow * bHigh) / 0x10000)) >>> 0;
}
