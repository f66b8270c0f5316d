/** Traps of surfaces: what becomes of values that are not finite, and of values that look like "nothing yet". */
import { FIELD } from '#lib/work/estimate.ts';
import { createSurface, type Surface } from '#lib/work/surface.ts';
import { tilesOf, tilingOf } from '#lib/work/tile.ts';
import { tiltedRecipe, tiltedSubject } from './specimens.ts';
import { known } from './tools.ts';
import { short, type Trap } from './trap.ts';

/** A surface of 5 × 9 points that was given these losses, row by row; none at all for null. */
export type Filled = (losses: readonly number[] | null) => Pick<Surface, 'field' | 'range' | 'counts' | 'valueAt'>;

const POINTS = 45;

export const filledSurface: Filled = (losses) => {
  const subject = tiltedSubject();
  const tiling = tilingOf(tiltedRecipe(subject), subject.manifest);
  const surface = createSurface(tiling, ['train']);
  const [tile, ...others] = tilesOf(tiling);
  if (!tile || others.length > 0) throw new Error('the specimen is one tile');
  if (losses) surface.insert(tile, { points: POINTS, sets: [{ set: 'train', samples: 1, lossSum: Float64Array.from(losses), correct: new Uint32Array(POINTS) }] }, true);
  return surface;
};

export const filledGaps: Trap<Filled> = {
  name: 'NaN/Inf filled or randomised',
  who: known('landscaper'),
  claim: 'A loss that is not a number, or infinite, stays so: it is drawn as such, counted, and in no mean, estimate or range.',
  ours: () => filledSurface,
  measure: (filled) => {
    const losses = Array.from({ length: POINTS }, (_, index) => 2 + index);
    losses[7] = NaN;
    losses[11] = Infinity;
    const surface = filled(losses);
    const { states } = surface.field('train');
    const kept = [surface.valueAt('train', 2, 1)?.loss, surface.valueAt('train', 1, 2)?.loss];
    const range = surface.range('train');
    const { notFinite, measured } = surface.counts('train');
    return {
      measured: `the two points hold ${kept.join(' and ')} and are ${states[7] === FIELD.notFinite && states[11] === FIELD.notFinite ? 'drawn as not finite' : 'drawn as values'}; ${notFinite} of ${measured} counted; range ${short(range?.min ?? NaN)} to ${short(range?.max ?? NaN)}`,
      expected: 'NaN and Infinity, drawn as not finite; 2 of 45; 2 to 46',
      ok: Number.isNaN(kept[0]) && kept[1] === Infinity && states[7] === FIELD.notFinite && states[11] === FIELD.notFinite && notFinite === 2 && measured === POINTS && range?.min === 2 && range.max === 46,
    };
  },
};

export const sentinel: Trap<Filled> = {
  name: 'sentinel collides with real values',
  who: known('lossLandscape'),
  claim: 'Whether a point was measured stands apart from its value: a loss of 0, or of −1, is a loss.',
  ours: () => filledSurface,
  measure: (filled) => {
    const losses = Array.from({ length: POINTS }, (_, index) => (index % 3) - 1);
    const surface = filled(losses);
    const wrong = losses.filter((loss, index) => surface.valueAt('train', index % 5, Math.floor(index / 5))?.loss !== loss).length;
    const { measured } = surface.counts('train');
    const before = filled(null);
    const early = before.counts('train').measured + (before.valueAt('train', 0, 0) === null ? 0 : 1);
    return {
      measured: `of 45 losses of −1, 0 and 1, ${measured} count as measured and ${wrong} read otherwise; before any came, ${early}`,
      expected: '45, 0 and 0',
      ok: measured === POINTS && wrong === 0 && early === 0,
    };
  },
};
