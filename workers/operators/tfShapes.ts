/** How a sample of the program's CHW order lies on a device that wants HWC. It knows no layers. */
import { isActivation, type Step } from '#lib/network/program.ts';
import { sizeOf, type Shape } from '#lib/network/shapes.ts';
import type { Flow } from './tfPass.ts';

/** [channels, height, width] → [height, width, channels]; sequences and vectors as they are. */
export const deviceShape = (shape: Shape): readonly number[] => (shape.length === 3 ? [shape[1]!, shape[2]!, shape[0]!] : shape);

/** Element i on the device is element sourceOf(…)[i] of the sample; null where the order is the same. */
export const sourceOf = ({ shape, order }: Flow): Int32Array | null => (shape.length === 3 ? sourceOfTranspose(shape, [1, 2, 0]) : order);

/** For each feature of an image flattened on the device, its place where channels come first. */
function orderOfFeatures(channels: number, pixels: number): Int32Array {
  const order = new Int32Array(channels * pixels);
  let at = 0;
  for (let pixel = 0; pixel < pixels; pixel++) for (let channel = 0; channel < channels; channel++) order[at++] = channel * pixels + pixel;
  return order;
}

/** Steps that treat every feature alike, whatever its place. */
const keepsOrder = (step: Step): boolean => isActivation(step) || step.op === 'dropout' || step.op === 'tap' || step.op === 'batchnorm';

/**
 * How a flatten leaves its features: turned to the program's order at once, or in the device's own where a linear layer behind it
 * takes them up before anything looks at their order.
 */
export function flattenPlan(step: Extract<Step, { op: 'flatten' }>, { shape, order }: Flow, rest: readonly Step[]): { readonly isTurned: boolean; readonly order: Int32Array | null } {
  if (shape.length === 1) return { isTurned: false, order };
  const [channels, height, width] = shape as readonly [number, number, number];
  if (shape.length === 2 || step.order === 'HWC' || height * width === 1 || channels === 1) return { isTurned: false, order: null };
  if (rest.find((next) => !keepsOrder(next))?.op === 'linear') return { isTurned: false, order: orderOfFeatures(channels, height * width) };
  return { isTurned: true, order: null };
}

/** For each element of the transposed array, where it stood before. */
export function sourceOfTranspose(shape: readonly number[], axes: readonly number[]): Int32Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const to = axes.map((axis) => shape[axis]!);
  const source = new Int32Array(sizeOf(shape));
  for (let i = 0; i < source.length; i++) {
    let rest = i;
    let from = 0;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += (rest % to[axis]!) * strides[axes[axis]!]!;
      rest = Math.floor(rest / to[axis]!);
    }
    source[i] = from;
  }
  return source;
}

/** A copy in the device's order, sample by sample; always a copy, for a backend may keep the array that it is given. */
export function laidOut(values: Float32Array, source: Int32Array | null): Float32Array {
  if (!source) return values.slice();
  const out = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += source.length) {
    for (let i = 0; i < source.length; i++) out[start + i] = values[start + source[i]!]!;
  }
  return out;
}
