/** What a generator of data gives: samples as they are stored, and how it is called. It draws nothing itself. */
import type { Samples } from '#lib/network/subject.ts';
import type { Random } from '#lib/random.ts';

/** Pixels are bytes, of which value / 255 is the input; points and targets to fit are float32. */
export type Generated = {
  readonly count: number;
  /** Row-major [count, ...input]. */
  readonly inputs: Uint8Array | Float32Array;
  /** Class indices, or values for regression. */
  readonly targets: Float32Array;
};

export type Generator = {
  readonly name: string;
  readonly title: string;
  /** What is to be learned, in a sentence. */
  readonly summary: string;
  /** Shape of one sample. */
  readonly input: readonly number[];
  /** Null for regression. */
  readonly classes: number | null;
  /** As in a subject's manifest. */
  readonly scale: '1/255' | null;
  /** Classes come by turns, so every beginning of the list is balanced. */
  readonly generate: (random: Random, count: number) => Generated;
};

/** The samples as networks see them: bytes divided in double, rounded to float32. */
export const samplesOf = ({ count, inputs, targets }: Generated): Samples => ({
  count,
  inputs: inputs instanceof Uint8Array ? Float32Array.from(inputs, (value) => value / 255) : inputs,
  targets,
});

/** Points of the plane with a class each, drawn one by one: `draw` writes the point of a class into `out`. */
export const planeOf =
  (classes: number, draw: (random: Random, label: number, out: Float64Array) => void) =>
  (random: Random, count: number): Generated => {
    const inputs = new Float32Array(2 * count);
    const targets = new Float32Array(count);
    const point = new Float64Array(2);
    for (let index = 0; index < count; index++) {
      targets[index] = index % classes;
      draw(random, index % classes, point);
      inputs.set(point, 2 * index);
    }
    return { count, inputs, targets };
  };
