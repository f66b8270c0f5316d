/**
 * The counter-example of Dinh, Pascanu, Bengio and Bengio 2017: two networks that compute the same, one as sharp as one likes.
 *
 * A layer's weights and biases times s, the next layer's weights divided by s: whatever is between them lets a positive factor
 * through, so every output stays. Eigenvalues of the Hessian change; a filter-normalised slice does not, because its direction grows and
 * shrinks with the filters. Rule O11 in docs/SPEC.md.
 */
import { KnownError } from '#lib/knownError.ts';
import { layoutOf, tensorNamed } from '#lib/network/layout.ts';
import type { Network, Step } from '#lib/network/program.ts';

/** A pair of layers with what stands between them; `reason` where their factors may not be exchanged. */
export type RescalablePair = {
  /** Weight tensors of both layers, by which a pair is named. */
  readonly from: string;
  readonly to: string;
  readonly reason: string | null;
  /** Tensors that are multiplied, and divided. */
  readonly grown: readonly string[];
  readonly shrunk: readonly string[];
};

type Weighted = Extract<Step, { op: 'conv2d' | 'linear' }>;

/** What f(s·x) = s·f(x) holds for, for s > 0. */
const HOMOGENEOUS: ReadonlySet<Step['op']> = new Set(['relu', 'leaky_relu', 'avgpool', 'maxpool', 'globalpool', 'flatten', 'dropout', 'tap']);

const WHY: Partial<Record<Step['op'], string>> = {
  batchnorm: 'batch norm between them divides the factor out again by stored statistics that do not follow it',
  layernorm: 'layer norm between them takes the factor out',
  residual: 'a branch that joins between them carries the old scale',
  concat: 'a branch that joins between them carries the old scale',
  concat_front: 'a branch that joins between them carries the old scale',
};

/** Every two layers that follow each other in one branch, in the order they run. */
export function rescalablePairs({ program }: Network): readonly RescalablePair[] {
  const pairs: RescalablePair[] = [];
  const visit = (steps: readonly Step[]): void => {
    let before: Weighted | null = null;
    let between: Step[] = [];
    for (const step of steps) {
      if (step.op === 'residual') [step.body, step.shortcut].forEach(visit);
      else if (step.op === 'concat') step.branches.forEach(visit);
      else if (step.op === 'concat_front') visit(step.body);
      if (step.op !== 'conv2d' && step.op !== 'linear') {
        between.push(step);
        continue;
      }
      if (before) pairs.push(pairOf(before, step, between));
      before = step;
      between = [];
    }
  };
  visit(program);
  const uses = new Map<string, number>();
  for (const name of tensorsUsed(program)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return pairs.map((pair) => ([...pair.grown, ...pair.shrunk].some((name) => uses.get(name)! > 1) ? { ...pair, reason: 'one of their tensors is used in another place too' } : pair));
}

function pairOf(before: Weighted, after: Weighted, between: readonly Step[]): RescalablePair {
  const stopped = between.find(({ op }) => !HOMOGENEOUS.has(op));
  const reason = stopped ? (WHY[stopped.op] ?? `${stopped.op} between them does not let a factor through: its shape changes with the scale`) : null;
  return { from: before.weight, to: after.weight, reason, grown: before.bias === null ? [before.weight] : [before.weight, before.bias], shrunk: [after.weight] };
}

/** Weights and biases of dense layers and convolutions wherever they stand. */
function tensorsUsed(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step): readonly string[] => {
    if (step.op === 'conv2d' || step.op === 'linear') return step.bias === null ? [step.weight] : [step.weight, step.bias];
    if (step.op === 'residual') return [...tensorsUsed(step.body), ...tensorsUsed(step.shortcut)];
    if (step.op === 'concat_front') return tensorsUsed(step.body);
    return step.op === 'concat' ? step.branches.flatMap(tensorsUsed) : [];
  });
}

/** θ of the network that computes the same, with the pair's first layer `factor` times as large. @throws KnownError `not-rescalable` with the reason, or for a factor that is not above zero */
export function rescaled(network: Network, parameters: Float32Array | Float64Array, pair: RescalablePair, factor: number): Float64Array {
  if (pair.reason !== null) throw new KnownError('not-rescalable', `${pair.from} and ${pair.to} cannot be rescaled: ${pair.reason}`);
  if (!(factor > 0 && Number.isFinite(factor))) throw new KnownError('not-rescalable', `a factor of ${factor}: it has to be above zero, because only a positive one passes through ReLU`);
  const { tensors } = layoutOf(network);
  const out = Float64Array.from(parameters);
  for (const [names, by] of [[pair.grown, factor], [pair.shrunk, 1 / factor]] as const) {
    for (const name of names) {
      const { offset, size } = tensorNamed(tensors, name);
      for (let at = offset; at < offset + size; at++) out[at]! *= by;
    }
  }
  return out;
}
