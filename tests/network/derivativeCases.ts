/** The goldens of derivatives, made by PyTorch (derivativesGoldens.py), as subjects to differentiate. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Differentiable } from '#lib/network/derivatives/derivatives.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { Network } from '#lib/network/program.ts';
import { sizeOf } from '#lib/network/shapes.ts';

type Golden = {
  readonly name: string;
  readonly loss: LossName;
  readonly network: Network;
  readonly count: number;
  readonly classes: number;
  /** Rows of the embedding that inputs choose from, or null where inputs are numbers. */
  readonly rows: number | null;
  readonly isSmooth: boolean;
  readonly value: number;
  readonly gradient: readonly number[];
  readonly product: readonly number[];
};

export const { cases } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'derivativesTorch.json'), 'utf8')) as { cases: readonly Golden[] };
export const NAMES = cases.map(({ name }) => name);

/** As derivativesGoldens.py makes them. */
const number = (index: number, role: number): number => ((index * 7919 + role * 104729 + ((index * index) % 1009) * 31) % 2003) / 1001.5 - 1;
const [PARAMETERS, INPUTS, DIRECTION, MEANS, VARIANCES, TARGETS] = [1, 2, 3, 4, 5, 6];
const REGRESSION = new Set<LossName>(['squaredError', 'absoluteError', 'huber', 'logCosh']);

export const numbers = (length: number, role: number, factor = 1): Float64Array => Float64Array.from({ length }, (_, index) => factor * number(index, role));

export function caseNamed(wanted: string) {
  const golden = cases.find(({ name }) => name === wanted)!;
  const { network, loss, count, classes, rows } = golden;
  const layout = layoutOf(network);
  const raw = numbers(count * sizeOf(network.input_shape_chw), INPUTS);
  const subject: Differentiable = {
    network,
    loss,
    buffers: layout.buffers.flatMap(({ name, size, offset }) =>
      Array.from({ length: size }, (_, index) => (name.includes('mean') ? number(offset + index, MEANS) : 1.25 + number(offset + index, VARIANCES))),
    ),
    samples: {
      count,
      inputs: rows === null ? raw : raw.map((value) => Math.floor(((value + 1) / 2) * rows)),
      targets: Float64Array.from({ length: count }, (_, index) => (REGRESSION.has(loss) ? 2 * number(index, TARGETS) : (index * 5 + 1) % classes)) as unknown as Float32Array,
    },
  };
  return { golden, subject, theta: numbers(layout.size, PARAMETERS, 0.8), direction: numbers(layout.size, DIRECTION) };
}

/** Largest difference, as a share of the largest entry expected. */
export function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [error, largest] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs(found[index]! - expected[index]!);
    if (!(difference <= error)) error = difference;
    largest = Math.max(largest, Math.abs(expected[index]!));
  }
  return found.length === expected.length ? error / (largest || 1) : Infinity;
}
