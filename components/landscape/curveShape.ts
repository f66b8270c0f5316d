/**
 * The shape of a line slice as a chart: which samples make a curve, where it is not known, and how
 * losses become pixels. Pure; CurveView draws it.
 */
import { scaleLinear } from 'd3-scale';
import type { SetName } from '#lib/network/subject.ts';
import type { Look } from '#lib/session/look.ts';
import { coordinateOf, type AxisGrid } from '#lib/slice/grid.ts';
import { FIELD, isFiniteMeasured } from '#lib/work/estimate.ts';
import type { LossRange, SurfaceView } from '#lib/work/surface.ts';
import { lossScaleOf, type LossScale } from './lossScale.ts';

export type CurvePoint = { readonly a: number; readonly loss: number };

export type Curve = {
  readonly set: SetName;
  /** Runs of neighbouring samples that are known: a gap or a loss that is not finite ends a run. */
  readonly runs: readonly (readonly CurvePoint[])[];
  readonly measured: readonly (CurvePoint & { readonly isVerified: boolean })[];
  /** Where the loss is not finite. */
  readonly notFinite: readonly number[];
};

export type Band = { readonly from: number; readonly to: number };

export function curveOf(surface: SurfaceView, set: SetName): Curve {
  const axis = surface.tiling.grid.axes[0]!;
  const { values, states } = surface.field(set);
  const runs: CurvePoint[][] = [];
  const measured: (CurvePoint & { readonly isVerified: boolean })[] = [];
  const notFinite: number[] = [];
  let run: CurvePoint[] = [];
  for (let index = 0; index < axis.count; index++) {
    const state = states[index]!;
    const point = { a: coordinateOf(axis, index), loss: values[index]! };
    if (state === FIELD.notFinite) notFinite.push(point.a);
    if (isFiniteMeasured(state)) measured.push({ ...point, isVerified: state === FIELD.verified });
    if (state === FIELD.notFinite || state === FIELD.unknown) {
      if (run.length > 0) runs.push(run);
      run = [];
    } else run.push(point);
  }
  if (run.length > 0) runs.push(run);
  return { set, runs, measured, notFinite };
}

/** Stretches between samples of which at least one was not measured yet, joined where they touch. */
export function unmeasuredBands(surface: SurfaceView): readonly Band[] {
  const axis = surface.tiling.grid.axes[0]!;
  const { states } = surface.field(surface.sets[0]!);
  const isOpen = (index: number) => states[index] === FIELD.unknown || states[index] === FIELD.estimated;
  const bands: Band[] = [];
  for (let index = 0; index < axis.count - 1; index++) {
    if (!isOpen(index) && !isOpen(index + 1)) continue;
    const from = coordinateOf(axis, index);
    const to = coordinateOf(axis, index + 1);
    const last = bands.at(-1);
    if (last && last.to === from) bands[bands.length - 1] = { from: last.from, to };
    else bands.push({ from, to });
  }
  return bands;
}

/** The range over all sets that are drawn together; the manual one where there is one. */
export function curveRange(surface: SurfaceView, look: Look): LossRange | null {
  if (look.range !== 'auto') return look.range;
  const ranges = surface.sets.flatMap((set) => surface.range(set) ?? []);
  return ranges.length === 0 ? null : { min: Math.min(...ranges.map(({ min }) => min)), max: Math.max(...ranges.map(({ max }) => max)) };
}

export type Frame = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };

export type CurveScales = {
  readonly xOf: (a: number) => number;
  readonly aAt: (x: number) => number;
  readonly yOf: (loss: number) => number;
  readonly lossScale: LossScale | null;
  readonly alphaTicks: readonly number[];
};

export function curveScales(axis: AxisGrid, range: LossRange | null, look: Look, frame: Frame): CurveScales {
  const x = scaleLinear([axis.min, axis.max], [frame.left, frame.right]);
  const lossScale = range && lossScaleOf(look.heightScale, range);
  // A little room, so that the curve's ends do not lie on the frame.
  const height = (frame.bottom - frame.top) * 0.92;
  const floor = frame.bottom - (frame.bottom - frame.top) * 0.04;
  return {
    xOf: (a) => x(a),
    aAt: (pixel) => Math.min(axis.max, Math.max(axis.min, x.invert(pixel))),
    yOf: (loss) => floor - (lossScale?.fraction(loss) ?? 0) * height,
    lossScale,
    alphaTicks: x.ticks(Math.max(3, Math.round((frame.right - frame.left) / 110))),
  };
}
