/** Simple classifiers, to say how hard a data set is: nearest mean, nearest neighbours, and softmax regression. */
import type { Samples } from '#lib/network/subject.ts';

const widthOf = ({ inputs, count }: Samples): number => inputs.length / count;

const share = (count: number, isRight: (row: number) => boolean): number => {
  let right = 0;
  for (let row = 0; row < count; row++) if (isRight(row)) right++;
  return right / count;
};

function distance(a: Float32Array | Float64Array, aStart: number, b: Float32Array, bStart: number, width: number): number {
  let sum = 0;
  for (let index = 0; index < width; index++) sum += (a[aStart + index]! - b[bStart + index]!) ** 2;
  return sum;
}

export function nearestMeanAccuracy(train: Samples, test: Samples, classes: number): number {
  const width = widthOf(train);
  const means = new Float64Array(classes * width);
  const counts = new Float64Array(classes);
  for (let row = 0; row < train.count; row++) {
    const label = train.targets[row]!;
    counts[label]!++;
    for (let index = 0; index < width; index++) means[label * width + index]! += train.inputs[row * width + index]!;
  }
  for (let index = 0; index < means.length; index++) means[index]! /= counts[Math.floor(index / width)]!;
  return share(test.count, (row) => {
    const distances = Array.from({ length: classes }, (_, label) => distance(means, label * width, test.inputs, row * width, width));
    return distances.indexOf(Math.min(...distances)) === test.targets[row];
  });
}

export function neighbourAccuracy(train: Samples, test: Samples, neighbours: number): number {
  const width = widthOf(train);
  return share(test.count, (row) => {
    const ranked = Array.from({ length: train.count }, (_, index) => [distance(train.inputs, index * width, test.inputs, row * width, width), train.targets[index]!] as const);
    const votes = new Map<number, number>();
    for (const [, label] of ranked.sort(([one], [other]) => one - other).slice(0, neighbours)) votes.set(label, (votes.get(label) ?? 0) + 1);
    return [...votes].sort(([, one], [, other]) => other - one)[0]![0] === test.targets[row];
  });
}

/** Softmax regression on centred inputs: gradient descent with momentum over all samples at once. */
export function linearAccuracy(train: Samples, test: Samples, classes: number): number {
  const width = widthOf(train);
  const centre = new Float64Array(width);
  for (let at = 0; at < train.inputs.length; at++) centre[at % width]! += train.inputs[at]! / train.count;
  let spread = 0;
  for (let at = 0; at < train.inputs.length; at++) spread += (train.inputs[at]! - centre[at % width]!) ** 2 / train.count;
  const rate = 1 / spread;
  const columns = width + 1;
  const weights = new Float64Array(classes * columns);
  const speed = new Float64Array(weights.length);
  const outputs = new Float64Array(classes);
  const scores = ({ inputs }: Samples, row: number): void => {
    for (let label = 0; label < classes; label++) {
      let sum = weights[label * columns + width]!;
      for (let index = 0; index < width; index++) sum += weights[label * columns + index]! * (inputs[row * width + index]! - centre[index]!);
      outputs[label] = sum;
    }
  };
  const gradient = new Float64Array(weights.length);
  for (let round = 0; round < ROUNDS; round++) {
    gradient.fill(0);
    for (let row = 0; row < train.count; row++) {
      scores(train, row);
      const most = Math.max(...outputs);
      const total = outputs.reduce((sum, value) => sum + Math.exp(value - most), 0);
      for (let label = 0; label < classes; label++) {
        const slope = (Math.exp(outputs[label]! - most) / total - (label === train.targets[row] ? 1 : 0)) / train.count;
        for (let index = 0; index < width; index++) gradient[label * columns + index]! += slope * (train.inputs[row * width + index]! - centre[index]!);
        gradient[label * columns + width]! += slope;
      }
    }
    for (let at = 0; at < weights.length; at++) {
      speed[at] = 0.9 * speed[at]! - rate * gradient[at]!;
      weights[at]! += speed[at]!;
    }
  }
  return share(test.count, (row) => {
    scores(test, row);
    return outputs.indexOf(Math.max(...outputs)) === test.targets[row];
  });
}

const ROUNDS = 40;

/** The mean of every channel instead of its pixels. */
export function meanColours({ count, inputs, targets }: Samples): Samples {
  const plane = inputs.length / count / 3;
  const means = new Float32Array(count * 3);
  for (let at = 0; at < inputs.length; at++) means[Math.floor(at / plane)]! += inputs[at]! / plane;
  return { count, inputs: means, targets };
}
