/** What is attached to a layer, where its own kernel does not do it: batch norm, an addition, an activation, in one pass. */
import type { Node } from '#lib/network/lowered.ts';
import { finishLayer } from './descriptors.ts';
import { normFactor, normOf, valueAt, type Norm, type Point } from './moving.ts';
import { shiftOf, type Building, type Operation } from './operation.ts';
import { paddedTo4 } from './places.ts';

/** From the memory of `from` to that of the node's output, or in place; null where nothing is attached. */
export function finishing(node: Pick<Node, 'norm' | 'addend' | 'activation' | 'output'>, from: number, building: Building): Operation | null {
  const { kernels, arena, tensors, placeOf } = building;
  const { norm, addend, activation, output } = node;
  if (norm === null && addend === null && activation === null && from === output) return null;
  const input = placeOf(from);
  const to = placeOf(output);
  const added = addend === null ? null : placeOf(addend);
  const width = paddedTo4(to.channels);
  const scaling = norm && { norm: normOf(norm, tensors), centre: arena.take(width * 4), scale: arena.take(width * 4), shift: arena.take(width * 4) };
  const layer = finishLayer(arena, {
    input: input.at,
    output: to.at,
    addend: added?.at ?? 0,
    centre: scaling?.centre ?? 0,
    scale: scaling?.scale ?? 0,
    shift: scaling?.shift ?? 0,
    lines: to.height,
    pixels: to.width,
    width,
    inputLine: input.line,
    inputSample: input.sample,
    outputLine: to.line,
    outputSample: to.sample,
    addendLine: added?.line ?? 0,
    addendSample: added?.sample ?? 0,
    activation,
  });
  return {
    move: scaling
      ? (point) => setScaling(scaling.norm, point, arena.floats(scaling.centre, to.channels), arena.floats(scaling.scale, to.channels), arena.floats(scaling.shift, to.channels))
      : undefined,
    run: (first, count) => kernels.finish(layer, count, shiftOf(input, first), shiftOf(to, first), added ? shiftOf(added, first) : 0),
  };
}

/** (x − centre) · scale + shift; what rounding takes from the mean goes into the shift. */
function setScaling(norm: Norm, point: Point, centre: Float32Array, scale: Float32Array, shift: Float32Array): void {
  for (let channel = 0; channel < centre.length; channel++) {
    const factor = normFactor(norm, channel, point);
    const mean = valueAt(norm.mean, channel, point);
    centre[channel] = mean;
    scale[channel] = factor;
    shift[channel] = valueAt(norm.bias, channel, point) + (centre[channel]! - mean) * factor;
  }
}
