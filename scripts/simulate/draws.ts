/**
 * Chance in a simulation: every entity has a stream of its own, and a number depends on the seed, the entity, what it is for and its place alone.
 *
 * So adding a volunteer moves nobody else's luck. Distributions are drawn from tables that are the same bits on every
 * machine: engines differ in the last bits of Math.log and Math.exp.
 */
import { fillNormal, philox } from '#lib/random.ts';

/** What a number is drawn for. */
export const PURPOSE = {
  kind: 1, roundTrip: 2, session: 3, goes: 4, lost: 5, hot: 6, liar: 7, attack: 8, arrival: 9, again: 10, noise: 11, value: 12, speed: 13, dice: 14, landscape: 15, trial: 16,
} as const;
type Purpose = (typeof PURPOSE)[keyof typeof PURPOSE];

const TABLE = 8192;

const NORMALS = new Float64Array(TABLE);
fillNormal(NORMALS, { seed: 5, role: 1, name: 'normal deviates of the simulator' });

/** Half the sum of two squared normal deviates is exponential with mean 1. */
const EXPONENTIALS = exponentials();

export class Draws {
  readonly #seed: number;
  readonly #words = new Uint32Array(4);

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A whole number in [0, 2³²). */
  word(entity: number, purpose: Purpose, place = 0): number {
    philox(this.#words, entity, purpose, place, 0, this.#seed, 0x7a11);
    return this.#words[0]!;
  }

  /** In [0, 1). */
  uniform(entity: number, purpose: Purpose, place = 0): number {
    return this.word(entity, purpose, place) / 0x100000000;
  }

  normal(entity: number, purpose: Purpose, place = 0): number {
    return NORMALS[this.word(entity, purpose, place) % TABLE]!;
  }

  /** With mean 1. */
  exponential(entity: number, purpose: Purpose, place = 0): number {
    return EXPONENTIALS[this.word(entity, purpose, place) % TABLE]!;
  }

  /** With this median, and a standard deviation of `sigma` of its logarithm. */
  logNormal(median: number, sigma: number, entity: number, purpose: Purpose, place = 0): number {
    return median * power(sigma * this.normal(entity, purpose, place));
  }
}

/** eˣ by (1 + x/2¹⁰ + …)^1024: products and sums only. */
function power(x: number): number {
  const small = x / 1024;
  let value = 1 + small * (1 + (small / 2) * (1 + (small / 3) * (1 + small / 4)));
  for (let doubling = 0; doubling < 10; doubling++) value *= value;
  return value;
}

function exponentials(): Float64Array {
  const pairs = new Float64Array(2 * TABLE);
  fillNormal(pairs, { seed: 5, role: 2, name: 'exponential deviates of the simulator' });
  return Float64Array.from({ length: TABLE }, (_, index) => (pairs[2 * index]! ** 2 + pairs[2 * index + 1]! ** 2) / 2);
}
