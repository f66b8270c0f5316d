/**
 * Outputs of a network from an engine that only gives losses.
 *
 * A dense layer behind the network passes its outputs on, beside one output that is always 0 and is the target. With bias b the
 * cross-entropy is log(1 + Σⱼ exp(zⱼ + bⱼ)), and where one bias is far above the others that is zₖ + bₖ. The biases lie on a circle in
 * a plane of parameter space, bⱼ = α·cos φⱼ + β·sin φⱼ, so the point in direction φₖ reads output k: every output from one slice,
 * through the very code that makes pictures.
 *
 * float32 keeps a share of what is read, and the biases are large: so the layer also multiplies the outputs, by the power of two that makes
 * their differences about as large as what one bias has to stand out by.
 */
import { layoutOf } from '#lib/network/layout.ts';
import type { Network } from '#lib/network/program.ts';
import type { SetName } from '#lib/network/subject.ts';
import type { ReferenceSamples } from './caseFile.ts';
import type { Engine } from './engines.ts';

/** More outputs than this on one circle would lie too close together for float32. */
const MOST = 12;
/** How far, in nats, the output that is read stands above all others together: e⁻²⁵ is nothing beside float32. */
const CLEAR = 25;
const SETS: readonly SetName[] = ['train', 'test'];

/**
 * Outputs `wanted` of every sample.
 * @param spread largest difference that outputs of one sample may have; outputs further apart are read wrongly, never silently right
 * @returns [sample][place in wanted]
 */
export async function readOutputs(
  engine: Engine,
  subject: { readonly network: Network; readonly width: number; readonly parameters: Float64Array; readonly buffers: Float64Array },
  samples: ReferenceSamples,
  wanted: readonly number[],
  spread: number,
): Promise<readonly (readonly number[])[]> {
  const read: number[][] = Array.from({ length: samples.count }, () => []);
  const size = samples.inputs.length / samples.count;
  const one = (index: number): ReferenceSamples => ({ count: 1, inputs: samples.inputs.subarray(index * size, (index + 1) * size), targets: Float32Array.of(0) });
  for (let start = 0; start < wanted.length; start += MOST) {
    const group = wanted.slice(start, start + MOST);
    const { network, parameters, cosines, sines, radius, scale } = withReadout(subject, group, spread);
    const points = group.map((_, k) => ({ a: radius * cosines[k]!, b: radius * sines[k]! }));
    const tail = (values: readonly number[]): Float64Array => {
      const direction = new Float64Array(parameters.length);
      direction.set(values, parameters.length - values.length);
      return direction;
    };
    const directions = [tail([0, ...cosines]), tail([0, ...sines])];
    // Two samples at once, each a set of its own: sums are kept apart by set.
    for (let index = 0; index < samples.count; index += SETS.length) {
      const sets = SETS.slice(0, samples.count - index).map((set, place) => ({ set, samples: one(index + place) }));
      const sums = await engine.evaluate({ network, loss: 'crossEntropy', origin: parameters, directions, buffers: subject.buffers, bufferDirections: null, sets }, points);
      for (const [place, { lossSum }] of sums.entries()) {
        for (const [k, { a, b }] of points.entries()) read[index + place]!.push((lossSum[k]! - (a * cosines[k]! + b * sines[k]!)) / scale);
      }
    }
  }
  return read;
}

/** The network with the layer behind it: output 0 is always 0, output 1 + k is `scale` · z of group[k] plus its bias. */
function withReadout({ network, width, parameters }: { readonly network: Network; readonly width: number; readonly parameters: Float64Array }, group: readonly number[], spread: number) {
  const rows = group.length + 1;
  const weight = freshName(network, 'readout.weight');
  const bias = freshName(network, 'readout.bias');
  const extended: Network = {
    ...network,
    parameter_order: [...network.parameter_order, { name: weight, shape: [rows, width], layout: 'out,in' }, { name: bias, shape: [rows], layout: 'vector' }],
    program: [...network.program, { op: 'linear', weight, bias }],
  };
  const all = new Float64Array(layoutOf(extended).size);
  all.set(parameters);
  const scale = spread > 0 ? 2 ** Math.round(Math.log2(CLEAR / spread)) : 1;
  for (const [k, output] of group.entries()) all[parameters.length + (k + 1) * width + output] = scale;
  const angle = (2 * Math.PI) / group.length;
  const gap = group.length === 1 ? 1 : 1 - Math.cos(angle);
  // Powers of two, so that multiplying by it rounds nothing.
  const radius = 2 ** Math.ceil(Math.log2((CLEAR + scale * spread) / gap));
  const rounded = (along: (value: number) => number): readonly number[] => group.map((_, k) => Math.fround(along(k * angle)));
  return { network: extended, parameters: all, cosines: rounded(Math.cos), sines: rounded(Math.sin), radius, scale };
}

function freshName(network: Network, name: string): string {
  let found = name;
  while (network.parameter_order.some((each) => each.name === found)) found = `_${found}`;
  return found;
}
