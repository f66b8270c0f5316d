/**
 * Marks the points where a slice has moved a batch-norm variance below zero.
 *
 * There the root is not a number, and neither is any loss; but a ReLU that compares turns NaN into 0 on some backends, which
 * would give a loss that looks like one. Only slices that move the statistics can get there. It computes no loss.
 */
import { layoutOf, tensorNamed } from '#lib/network/layout.ts';
import { allSteps } from '#lib/network/program.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import type { Coordinates, EvaluationJob } from '#workers/evaluator.ts';

/** `result` with NaN and no correct answers at the points whose statistics are impossible. */
export function withoutImpossible({ network, buffers, bufferDirections }: EvaluationJob, points: readonly Coordinates[], result: TileResult): TileResult {
  if (!bufferDirections) return result;
  const [u, v] = bufferDirections;
  const layout = layoutOf(network);
  const variances = allSteps(network.program).flatMap((step) => (step.op === 'batchnorm' ? [{ ...tensorNamed(layout.buffers, step.running_var), eps: step.eps }] : []));
  const isImpossible = points.map(({ a, b }) =>
    variances.some(({ offset, size, eps }) => {
      for (let index = offset; index < offset + size; index++) {
        if (buffers[index]! + a * (u?.[index] ?? 0) + b * (v?.[index] ?? 0) + eps < 0) return true;
      }
      return false;
    }),
  );
  if (!isImpossible.includes(true)) return result;
  return {
    points: result.points,
    sets: result.sets.map((sums) => ({
      ...sums,
      lossSum: sums.lossSum.map((value, point) => (isImpossible[point] ? Number.NaN : value)),
      ...(sums.lossSquares && { lossSquares: sums.lossSquares.map((value, point) => (isImpossible[point] ? Number.NaN : value)) }),
      correct: sums.correct.map((value, point) => (isImpossible[point] ? 0 : value)),
    })),
  };
}
