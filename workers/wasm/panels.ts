/**
 * A layer's weights as the kernels read them, at the origin and along both axes, and moved to a point by one call.
 *
 * Packed once per slice: panels of eight outputs, [k][8], and of four where at most four are left. It does not know which layer.
 */
import type { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';
import { fold, type Folding, type Moving, type Point } from './moving.ts';

export type PanelShape = {
  /** Numbers that one output is a product with. */
  readonly k: number;
  /** Outputs per group. */
  readonly outputs: number;
  readonly groups: number;
  /** Where in the tensor's row of an output the k-th number stands; null for where it stands here. */
  readonly order: Int32Array | null;
};

/** Three tensors in panels, and the address of each. */
export type Packed = { readonly origin: number; readonly u: number; readonly v: number; readonly floats: number };

export type Panels = {
  readonly packed: Packed;
  /** Combined weights. */
  readonly weights: number;
  /** Floats, one per output of every panel. */
  readonly bias: number;
  /** Doubles, one per output of every panel. */
  readonly factors: number;
  /** Biases and factors only. */
  fold(point: Point): void;
  move(point: Point): void;
};

/** Outputs of one group, filled up to whole panels. */
export const panelled = (outputs: number): number => ((outputs & 7) > 0 && (outputs & 7) <= 4 ? (outputs & ~7) + 4 : (outputs + 7) & ~7);

export function pack(arena: Arena, { origin, u, v }: Moving, shape: PanelShape): Packed {
  const floats = shape.k * panelled(shape.outputs) * shape.groups;
  const put = (tensor: Float32Array | null): number => {
    const at = arena.take(floats * 4);
    if (tensor) packInto(arena.floats(at, floats), tensor, shape);
    return at;
  };
  const first = put(origin);
  const second = put(u);
  // A line has no second axis: its zeros are the same for all, times a β of 0.
  return { origin: first, u: second, v: v ? put(v) : second, floats };
}

function packInto(out: Float32Array, tensor: Float32Array, { k, outputs, groups, order }: PanelShape): void {
  let at = 0;
  for (let group = 0; group < groups; group++) {
    for (let first = 0; first < outputs; first += 8) {
      const left = Math.min(8, outputs - first);
      const lanes = left <= 4 ? 4 : 8;
      for (let lane = 0; lane < left; lane++) {
        const row = (group * outputs + first + lane) * k;
        for (let index = 0; index < k; index++) out[at + index * lanes + lane] = tensor[row + (order ? order[index]! : index)]!;
      }
      at += k * lanes;
    }
  }
}

/** Writes biases and factors to where the panels' outputs stand; spare ones are 0. */
export function folder(arena: Arena, folding: Folding, { outputs, groups }: PanelShape): { readonly bias: number; readonly factors: number; fold(point: Point): void } {
  const padded = panelled(outputs);
  const bias = arena.take(padded * groups * 4);
  const factors = arena.take(padded * groups * 8);
  const folded = { factors: new Float64Array(outputs * groups), shifts: new Float64Array(outputs * groups) };
  return {
    bias,
    factors,
    fold(point) {
      fold(folding, point, folded);
      const biases = arena.floats(bias, padded * groups);
      const scales = arena.doubles(factors, padded * groups);
      for (let group = 0; group < groups; group++) {
        biases.set(folded.shifts.subarray(group * outputs, (group + 1) * outputs), group * padded);
        scales.set(folded.factors.subarray(group * outputs, (group + 1) * outputs), group * padded);
      }
    },
  };
}

/** @param at memory for the combined weights that something else may use between moves; taken here where absent */
export function panelsOf(kernels: Kernels, arena: Arena, weight: Moving, shape: PanelShape, folding: Folding, at?: number): Panels {
  const packed = pack(arena, weight, shape);
  const weights = at ?? arena.take(packed.floats * 4);
  const { bias, factors, fold: foldAt } = folder(arena, folding, shape);
  return {
    packed,
    weights,
    bias,
    factors,
    fold: foldAt,
    move(point) {
      foldAt(point);
      kernels.combine(weights, packed.origin, packed.u, packed.v, shape.k, shape.outputs, shape.groups, factors, point.a, weight.v ? point.b : 0);
    },
  };
}
