/** Traps of side effects: what a run must leave as it found it. */
import { frameOf } from '#lib/slice/frame.ts';
import { tileAt } from '#lib/work/tileAt.ts';
import { tilingOf } from '#lib/work/tile.ts';
import { measuredOn, trueLossAt, type Device } from './device.ts';
import { bitsOf, layeredSubject, randomRecipe } from './specimens.ts';
import { known } from './tools.ts';
import { relativeError, short, type Trap } from './trap.ts';

export const perturbedStatistics: Trap<Device> = {
  name: 'running stats perturbed',
  who: known('landscape3d'),
  claim: 'Batch-norm statistics are no parameters: a random slice does not move them, and a run does not change them.',
  ours: (device) => device,
  measure: async (device) => {
    const subject = layeredSubject();
    const recipe = randomRecipe(subject, { seeds: [1, 2], count: 5 });
    const before = bitsOf(subject.buffers[0]!);
    const surface = await measuredOn(device, recipe, subject);
    const frame = frameOf(recipe, subject);
    const isSame = bitsOf(subject.buffers[0]!) === before && bitsOf(frame.buffers) === before && frame.bufferDirections === undefined;
    const found = surface.valueAt('train', 4, 4)?.loss ?? NaN;
    const wanted = trueLossAt(recipe, layeredSubject(), 1, 1);
    return {
      measured: `statistics ${isSame ? 'the same bits' : 'other bits'} before and after; loss at (1, 1) ${short(found, 7)}, with the statistics of the centre ${short(wanted, 7)}`,
      expected: 'the same bits; equal within 1e−4',
      ok: isSame && relativeError(found, wanted) < 1e-4,
    };
  },
};

export const perturbedModel: Trap<Device> = {
  name: 'model left perturbed',
  who: known('lossLandscapes'),
  claim: 'Parameters are bit for bit as they were after any run, here and on the device.',
  ours: (device) => device,
  measure: async (device) => {
    const subject = layeredSubject();
    const bits = (): string => bitsOf(subject.checkpoints[0]!);
    const before = bits();
    const small = randomRecipe(subject, { seeds: [3, 4], count: 3 });
    const centre = async (): Promise<number> => {
      const tile = tileAt(tilingOf(small, subject.manifest), 1, 1);
      const { sets } = await device.evaluate(small, subject, tile);
      return sets[0]!.lossSum[4]!;
    };
    const first = await centre();
    await measuredOn(device, randomRecipe(subject, { seeds: [1, 2], count: 9 }), subject);
    const second = await centre();
    const isSame = bits() === before;
    return {
      measured: `parameters ${isSame ? 'the same bits' : 'other bits'}; summed loss at the centre ${short(first, 9)} before and ${short(second, 9)} after 81 other points`,
      expected: 'the same bits, all three times',
      ok: isSame && Object.is(first, second),
    };
  },
};
