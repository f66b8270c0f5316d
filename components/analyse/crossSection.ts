/** The losses along a straight cut from A to B of a plane, estimated from the measured ones, and the slice that measures them. Pure. */
import type { SampledSurface } from '#lib/analysis/sampledSurface.ts';
import type { SetName, SubjectWeights } from '#lib/network/subject.ts';
import { writeVectorFile } from '#lib/formats/vectorFile.ts';
import { parametersAt, type Frame } from '#lib/slice/frame.ts';
import type { SliceRecipe, VectorName } from '#lib/slice/recipe.ts';
import type { SurfaceView } from '#lib/work/surface.ts';
import type { Spot } from '#lib/wire/inspectMessages.ts';

/** As many as the cut is evaluated at on request; odd, so that its middle is one. */
export const SECTION_POINTS = 101;

export const sectionSpots = (from: Spot, to: Spot, count = SECTION_POINTS): readonly Spot[] =>
  Array.from({ length: count }, (_, index) => {
    const t = index / (count - 1);
    return { a: from.a * (1 - t) + to.a * t, b: from.b * (1 - t) + to.b * t };
  });

/** A line of its own over t from 0 (A) to 1 (B). */
export const sectionLine = (values: readonly number[]): SampledSurface => ({ axes: [{ min: 0, max: 1, count: values.length }], columns: values.length, rows: 1, values });

/** Bilinear; NaN where a neighbour is not known. */
export const estimatedAlong = (surface: SurfaceView, set: SetName, spots: readonly Spot[]): readonly number[] => spots.map(({ a, b }) => surface.estimateAt(set, a, b) ?? NaN);

/** The file of one end: a point of parameter space with where it was taken. */
export function endFile(title: string, { a, b }: Spot, frame: Frame, subject: SubjectWeights, sliceId: string): Uint8Array<ArrayBuffer> {
  const values = Float32Array.from(parametersAt(frame, a, b, new Float64Array(frame.origin.length)));
  return writeVectorFile({ kind: 'point', subject: subject.id, title, made: { by: 'cross-section', slice: sliceId, at: [a, b] }, values });
}

/** The line slice from A (α = 0) to B (α = 1), evaluated as the plane is. */
export const sectionRecipe = ({ subject, samples, loss, mode, centre }: SliceRecipe, from: VectorName, to: VectorName): SliceRecipe => ({
  format: 1,
  subject,
  samples,
  loss,
  mode,
  centre,
  origin: from,
  axes: [{ direction: { kind: 'vector', as: 'point', ...to }, min: 0, max: 1, count: SECTION_POINTS }],
});
