/** Traps of grids, seen through the device that evaluates: which way round the axes are, and whether the centre is measured. */
import type { Axis } from '#lib/slice/recipe.ts';
import { coordinatesOf, type Coordinates } from './geometryTraps.ts';
import { measuredOn, trueLossAt, type Device } from './device.ts';
import { layeredSubject, LIFT, randomRecipe, tiltedRecipe, tiltedSubject } from './specimens.ts';
import { known } from './tools.ts';
import { relativeError, short, type Trap } from './trap.ts';

export const transposed: Trap<Device> = {
  name: 'axes transposed / non-square wrong',
  who: known('notebook', 'lossLandscape', 'lossLandscapes'),
  claim: 'α is horizontal and β vertical, on grids that are not square too: f = α + 10β on 5 × 9, evaluated on this device.',
  ours: (device) => device,
  measure: async (device) => {
    const subject = tiltedSubject();
    const surface = await measuredOn(device, tiltedRecipe(subject), subject);
    const { columns, rows } = surface.tiling.grid;
    const at = (column: number, row: number): number => (surface.valueAt('train', column, row)?.loss ?? NaN) - LIFT;
    let worst = 0;
    // Math.max keeps a NaN.
    for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) worst = Math.max(worst, Math.abs(at(column, row) - ((column - 2) / 2 + (10 * (row - 4)) / 4)));
    const corner = at(columns - 1, 0);
    return {
      measured: `${columns} × ${rows}; bottom right (α = 1, β = −1) ${short(corner, 6)}; largest difference of all ${columns * rows} points ${short(worst)}`,
      expected: '5 × 9; −9; below 0.0001',
      ok: columns === 5 && rows === 9 && Math.abs(corner + 9) < 1e-4 && worst < 1e-4,
    };
  },
};

export type CentreBehaviour = { readonly coordinates: Coordinates; readonly device: Device };

const axisOf = (min: number, max: number, count: number): Axis => ({ direction: { kind: 'random', seed: 1, normalisation: 'filter', vectors: 'ignore' }, min, max, count });

export const missingCentre: Trap<CentreBehaviour> = {
  name: 'centre missing / uneven spacing',
  who: known('lossLandscapes', 'pascal', 'anim'),
  claim: 'The centre is a sample, its loss is that of the checkpoint itself, and all steps are equal.',
  ours: (device) => ({ coordinates: coordinatesOf, device }),
  measure: async ({ coordinates, device }) => {
    const plane = coordinates(axisOf(-1, 1, 51));
    const line = coordinates(axisOf(-0.5, 1.5, 401));
    const unevenness = Math.max(...[plane, line].map((places) => Math.max(...places.slice(1).map((place, index) => Math.abs((place - places[index]!) * (places.length - 1) - 2)))));
    const marks = [plane[25], line[100], line[300]];
    const subject = layeredSubject();
    const recipe = randomRecipe(subject, { seeds: [1, 2], count: 5 });
    const surface = await measuredOn(device, recipe, subject);
    const found = surface.valueAt('train', 2, 2)?.loss ?? NaN;
    const direct = trueLossAt(recipe, subject, 0, 0);
    return {
      measured: `sample 25 of 51 stands at ${marks[0]}, samples 100 and 300 of 401 at ${marks[1]} and ${marks[2]}; centre ${short(found, 7)}, checkpoint ${short(direct, 7)}; steps differ by ${short(unevenness)}`,
      expected: '0; 0 and 1; equal within 1e−5; below 1e−9',
      ok: marks[0] === 0 && marks[1] === 0 && Math.abs(marks[2]! - 1) < 1e-12 && relativeError(found, direct) < 1e-5 && unevenness < 1e-9,
    };
  },
};
