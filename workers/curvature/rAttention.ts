/**
 * Attention with one head, with its derivatives: S = q·kᵀ/√width, P = softmax(S) row by row, C = P·v, and dense layers around it.
 *
 * ∂S = P∘(∂P − Σ P·∂P); R{P} = P∘(R{S} − Σ P·R{S}); the rest are products.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Step } from '#lib/network/program.ts';
import { dense } from './rDense.ts';
import { present, type Backward, type Context, type FirstPass, type Layer, type Tangent } from './rLayer.ts';

export function attention(step: Extract<Step, { op: 'attention' }>, context: Context): Layer {
  const { planner, flow, isConstant } = context;
  const projections = [
    dense({ weight: step.query, bias: step.query_bias }, context),
    dense({ weight: step.key, bias: step.key_bias }, context),
    dense({ weight: step.value, bias: step.value_bias }, context),
  ] as const;
  const positions = flow.shape[0]!;
  const [width, wide] = [planner.placed(step.query).shape[0]!, planner.placed(step.value).shape[0]!];
  const head = mixing(positions, width, step.causal);
  const output = dense({ weight: step.output, bias: step.output_bias }, { ...context, flow: { shape: [positions, wide], order: null }, isConstant: false });
  const summed = (parts: readonly (tf.Tensor | null)[]): tf.Tensor | null => (isConstant ? null : tf.addN(parts.map(present)));

  return (x, pass) => {
    const projected = projections.map((layer) => layer(x, pass));
    const mixed = head(projected.map((each) => each.output) as Triple, pass);
    const out = output(mixed.output, pass);
    return {
      output: out.output,
      backward: (g) => {
        const outBack = out.backward(g);
        const mixedBack = mixed.backward(present(outBack.gradient));
        const backs = projected.map((each, index): Backward => each.backward(mixedBack.gradients[index]!));
        return {
          gradient: summed(backs.map(({ gradient }) => gradient)),
          tangent: (change, second) => {
            const tangents = backs.map((each): Tangent => each.tangent(change, second));
            const mixedTangent = mixedBack.tangent(tangents.map((each) => present(each.change)) as Triple);
            const outTangent = outBack.tangent(mixedTangent.change, second);
            return {
              change: outTangent.change,
              backward: (r) => {
                const changes = mixedTangent.backward(present(outTangent.backward(r)));
                return summed(tangents.map((each, index) => each.backward(changes[index]!)));
              },
            };
          },
        };
      },
    };
  };
}

type Triple = [tf.Tensor, tf.Tensor, tf.Tensor];

/** softmax(q·kᵀ/√width)·v for [samples, positions, width] and [samples, positions, wide]. */
function mixing(positions: number, width: number, isCausal: boolean) {
  const scale = 1 / Math.sqrt(width);
  // What a position may not see counts for e^−∞ = 0.
  const hidden = Array.from({ length: positions * positions }, (_, at) => (at % positions > Math.floor(at / positions) ? -Infinity : 0));
  const times = (one: tf.Tensor, other: tf.Tensor): tf.Tensor => tf.matMul(one, other);
  /** one·otherᵀ, within each sample */
  const across = (one: tf.Tensor, other: tf.Tensor): tf.Tensor => tf.matMul(one, tf.transpose(other, [0, 2, 1]));
  /** oneᵀ·other */
  const down = (one: tf.Tensor, other: tf.Tensor): tf.Tensor => tf.matMul(tf.transpose(one, [0, 2, 1]), other);

  return ([q, k, v]: Triple, { keep }: Pick<FirstPass, 'keep'>) => {
    for (const each of [q, k, v]) keep(each);
    const scores = tf.mul(across(q, k), scale);
    const p = keep(tf.softmax(isCausal ? tf.add(scores, tf.tensor(hidden, [1, positions, positions])) : scores));
    /** P∘(t − Σ P·t), the derivative of softmax along t. */
    const through = (t: tf.Tensor): tf.Tensor => tf.mul(p, tf.sub(t, tf.sum(tf.mul(p, t), -1, true)));
    return {
      output: times(p, v),
      backward: (g: tf.Tensor) => {
        const outward = keep(g);
        const byShare = keep(across(outward, v));
        const byScore = keep(tf.mul(through(byShare), scale));
        return {
          gradients: [times(byScore, k), down(byScore, q), down(p, outward)] as Triple,
          tangent: ([dq, dk, dv]: Triple) => {
            const dp = through(tf.mul(tf.add(across(dq, k), across(q, dk)), scale));
            return {
              change: tf.add(times(dp, v), times(p, dv)),
              backward: (r: tf.Tensor): Triple => {
                const byShareChange = tf.add(across(r, v), across(outward, dv));
                const mean = tf.sum(tf.mul(p, byShare), -1, true);
                const meanChange = tf.add(tf.sum(tf.mul(dp, byShare), -1, true), tf.sum(tf.mul(p, byShareChange), -1, true));
                const byScoreChange = tf.mul(tf.add(tf.mul(dp, tf.sub(byShare, mean)), tf.mul(p, tf.sub(byShareChange, meanChange))), scale);
                return [
                  tf.add(times(byScoreChange, k), times(byScore, dk)),
                  tf.add(down(byScoreChange, q), down(byScore, dq)),
                  tf.add(down(dp, outward), down(p, r)),
                ];
              },
            };
          },
        };
      },
    };
  };
}
