/** Layers one after the other, side by side and added, or side by side and joined. Features and channels are last on the device. */
import * as tf from '@tensorflow/tfjs-core';
import { present, type Backward, type Forward, type Layer, type Tangent } from './rLayer.ts';

/** The layers in order; without any, the identity. */
export const inOrder =
  (layers: readonly Layer[], isConstant: boolean): Layer =>
  (input, pass) => {
    const forwards: Forward[] = [];
    let output = input;
    for (const layer of layers) {
      const forward = layer(output, pass);
      forwards.push(forward);
      output = forward.output;
    }
    return {
      output,
      backward: (g) => {
        const backwards: Backward[] = [];
        let gradient: tf.Tensor | null = g;
        for (const forward of forwards.toReversed()) {
          // What lies before does not depend on θ, and needs no more than a word of that.
          const backward: Backward = gradient ? forward.backward(gradient) : UNMOVED;
          backwards.push(backward);
          gradient = backward.gradient;
        }
        backwards.reverse();
        return {
          gradient: isConstant ? null : gradient,
          tangent: (from, second) => {
            const tangents: Tangent[] = [];
            let change = from;
            for (const backward of backwards) {
              const tangent = backward.tangent(change, second);
              tangents.push(tangent);
              change = tangent.change;
            }
            return {
              change,
              backward: (r) => {
                let passed: tf.Tensor | null = r;
                for (const tangent of tangents.toReversed()) {
                  if (!passed) return null;
                  passed = tangent.backward(passed);
                }
                return isConstant ? null : passed;
              },
            };
          },
        };
      },
    };
  };

const UNMOVED: Backward = { gradient: null, tangent: () => ({ change: null, backward: () => null }) };

/** How the outputs of branches become one, and how a gradient of it becomes theirs. */
type Port = { readonly join: (parts: readonly tf.Tensor[]) => tf.Tensor; readonly split: (whole: tf.Tensor) => readonly tf.Tensor[] };

/** body(x) + shortcut(x) */
export const added = (branches: readonly Layer[], isConstant: boolean): Layer =>
  parallel(branches, isConstant, { join: (parts) => tf.addN([...parts]), split: (whole) => branches.map(() => whole) });

/** @param widths features or channels of each branch */
export const joined = (branches: readonly Layer[], isConstant: boolean, widths: readonly number[]): Layer =>
  parallel(branches, isConstant, { join: (parts) => tf.concat([...parts], -1), split: (whole) => tf.split(whole, [...widths], -1) });

function parallel(branches: readonly Layer[], isConstant: boolean, { join, split }: Port): Layer {
  const summed = (parts: readonly (tf.Tensor | null)[]): tf.Tensor | null => (isConstant ? null : tf.addN(parts.map(present)));
  return (input, pass) => {
    const forwards = branches.map((branch) => branch(input, pass));
    // The shapes of what does not change, where another branch does.
    const outputs = forwards.map(({ output }) => pass.keep(output));
    return {
      output: join(outputs),
      backward: (g) => {
        const parts = split(g);
        const backwards = forwards.map((forward, index) => forward.backward(parts[index]!));
        return {
          gradient: summed(backwards.map(({ gradient }) => gradient)),
          tangent: (from, second) => {
            const tangents = backwards.map((backward) => backward.tangent(from, second));
            const isStill = tangents.every(({ change }) => change === null);
            return {
              change: isStill ? null : join(tangents.map(({ change }, index) => change ?? tf.zerosLike(outputs[index]!))),
              backward: (r) => {
                const changes = split(r);
                return summed(tangents.map((tangent, index) => tangent.backward(changes[index]!)));
              },
            };
          },
        };
      },
    };
  };
}
