/** Traps of coordinates: where a checkpoint stands on a slice, how far an axis really reaches, and which bounds are legal. */
import type { Problem } from '#lib/parsed.ts';
import { frameOf, parametersAt } from '#lib/slice/frame.ts';
import { coordinateOf, gridOf } from '#lib/slice/grid.ts';
import { projectorOf, type Projection } from '#lib/slice/projection.ts';
import { problemsOf, type Axis, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { distanceRecipe, tiltedRecipe, tiltedSubject } from './specimens.ts';
import { known } from './tools.ts';
import { short, type Trap } from './trap.ts';

/** Where the samples of an axis stand. */
export type Coordinates = (axis: Axis) => readonly number[];

export const coordinatesOf: Coordinates = (axis) => {
  const [grid] = gridOf([axis]).axes;
  return Array.from({ length: axis.count }, (_, index) => coordinateOf(grid!, index));
};

type Project = (axes: readonly Float32Array[], displacement: Float32Array) => Projection;

export const lengthForCoordinate: Trap<Project> = {
  name: 'projection = length',
  who: known('lossLandscape', 'pascal'),
  claim: 'A checkpoint stands at its least-squares coordinates, also where the axes are oblique and not of unit length, with what the slice misses of it.',
  ours: () => (axes, displacement) => projectorOf({ origin: new Float32Array(displacement.length), directions: axes }).project(displacement),
  measure: (project) => {
    const { coordinates, outOfPlane, captured } = project([Float32Array.of(2, 0, 0), Float32Array.of(1, 1, 0)], Float32Array.of(3, 2, 7));
    const wanted = [0.5, 2, 7, 13 / 62];
    const found = [...coordinates, outOfPlane, captured];
    return {
      measured: `coordinates (${coordinates.map((value) => short(value, 6)).join(', ')}), ${short(outOfPlane, 6)} out of the plane, ${short(captured, 6)} of the squared length within`,
      expected: '(0.5, 2), 7 and 0.209677; lengths would be (3, 3.53553)',
      ok: found.length === wanted.length && wanted.every((value, index) => Math.abs(value - found[index]!) < 1e-6),
    };
  },
};

export const rangeLabel: Trap<Coordinates> = {
  name: 'range label not equal to real extent',
  who: known('landscaper'),
  claim: 'The ends of an axis are as far from the centre as they say.',
  ours: () => coordinatesOf,
  measure: (coordinates) => {
    const subject = tiltedSubject();
    const stated = 2.5;
    const recipe = distanceRecipe(subject, stated, 41);
    const frame = frameOf(recipe, subject);
    const places = coordinates(recipe.axes[0]!);
    const distances = [places[0]!, places.at(-1)!].map((place) => Math.hypot(...Array.from(parametersAt(frame, place, 0, new Float64Array(2)), (value, index) => value - frame.origin[index]!)));
    return {
      measured: `first and last sample are ${distances.map((distance) => short(distance, 6)).join(' and ')} from the centre`,
      expected: `${stated} both`,
      ok: distances.every((distance) => Math.abs(distance - stated) < 1e-6),
    };
  },
};

type Validate = (recipe: SliceRecipe, manifest: SubjectManifest) => readonly Problem[];

export const zeroBound: Trap<Validate> = {
  name: 'zero bound refused',
  who: known('lossLandscape'),
  claim: 'A range may begin or end at 0, and is sampled there exactly.',
  ours: () => problemsOf,
  measure: (validate) => {
    const subject = tiltedSubject();
    const recipe = tiltedRecipe(subject);
    const ranges = [
      [0, 1],
      [-1, 0],
    ] as const;
    const outcomes = ranges.map(([min, max]) => {
      const axes = recipe.axes.map((axis) => ({ ...axis, min, max }));
      const places = coordinatesOf(axes[0]!);
      return { problems: validate({ ...recipe, axes }, subject.manifest).length, isExact: places[0] === min && places.at(-1) === max };
    });
    return {
      measured: ranges.map(([min, max], index) => `${short(min)} to ${short(max)}: ${outcomes[index]!.problems} problems, ends ${outcomes[index]!.isExact ? 'exact' : 'not exact'}`).join('; '),
      expected: 'no problems, exact ends',
      ok: outcomes.every(({ problems, isExact }) => problems === 0 && isExact),
    };
  },
};
