/**
 * One surface less another over the same grid: train and test, one policy and another, dropout and none.
 *
 * What is not known or not finite in either is so in the difference; it is never filled in. Rule O8 in docs/SPEC.md.
 */
import { KnownError } from '#lib/knownError.ts';
import type { SampledSurface } from './sampledSurface.ts';

/** @throws KnownError `other-grid` where the two were not sampled at the same coordinates */
export function surfaceDifference(one: SampledSurface, other: SampledSurface): SampledSurface {
  for (const which of [0, 1]) {
    const [mine, theirs] = [one.axes[which], other.axes[which]];
    if (!mine && !theirs) continue;
    const isSame = mine && theirs && mine.count === theirs.count && mine.min === theirs.min && mine.max === theirs.max;
    if (!isSame) {
      throw new KnownError('other-grid', `the two pictures were sampled at different places along ${which === 0 ? 'α' : 'β'} (${rangeWords(mine)} and ${rangeWords(theirs)}), so their losses cannot be subtracted: place one on the grid of the other`);
    }
  }
  return { ...one, values: Float64Array.from(one.values, (value, at) => value - other.values[at]!) };
}

const rangeWords = (axis: SampledSurface['axes'][number] | undefined): string => (axis ? `${axis.count} from ${axis.min} to ${axis.max}` : 'none');
