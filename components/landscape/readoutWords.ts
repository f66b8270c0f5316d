/**
 * What is known at the crosshair, in words: measured, estimated from neighbours, not measured, or not a number.
 *
 * The same sentence stands on the screen and is spoken. Pure.
 */
import { isFiniteMeasured } from '#lib/work/estimate.ts';
import type { Convexity } from '#lib/analysis/convexity.ts';
import type { SetName } from '#lib/network/subject.ts';
import { formatCoordinate, formatCount, formatLoss, formatRoughLoss, formatShare } from '#lib/session/words.ts';
import { coordinateOf, nearestIndex, type AxisGrid } from '#lib/slice/grid.ts';
import type { Measured, SurfaceView } from '#lib/work/surface.ts';
import { STATUS } from '#lib/work/tileResult.ts';
import type { PlanePoint } from './scene.ts';

export type ReadoutWords = {
  /** `α 0.24  β −0.61`; a line has no β. */
  readonly coordinates: readonly { readonly axis: 'α' | 'β'; readonly value: string }[];
  /** What is drawn: `loss`, or `−λmin/λmax` on a convexity map. */
  readonly what: string;
  readonly value: string;
  /** What else is known there: both eigenvalues and the loss. */
  readonly more: readonly { readonly label: string; readonly value: string }[];
  /** Null where it means nothing, or where nothing was measured. */
  readonly accuracy: string | null;
  readonly state: string;
  readonly kind: 'measured' | 'estimated' | 'unknown' | 'notFinite';
};

/** Steps along an axis between neighbouring samples. */
export const stepOf = (axis: AxisGrid): number => (axis.max - axis.min) / (axis.count - 1);

/** What a convexity map draws. */
const CONVEXITY = '−λmin/λmax';

/** Where a coordinate is less than this share of a step from a sample, that sample is read. */
const SNAP = 0.02;

export function readoutWords(surface: SurfaceView, set: SetName, point: PlanePoint, hasAccuracy: boolean): ReadoutWords {
  const [alpha, beta] = surface.tiling.grid.axes;
  if (!alpha) throw new Error('a slice has at least one axis');
  const coordinates: ReadoutWords['coordinates'] = [
    { axis: 'α', value: formatCoordinate(point.a, stepOf(alpha)) },
    ...(beta ? [{ axis: 'β' as const, value: formatCoordinate(point.b, stepOf(beta)) }] : []),
  ];
  const what = surface.tiling.measure ? CONVEXITY : 'loss';
  const measured = sampleAt(surface, set, point);
  if (measured) return { coordinates, what, ...wordsOfMeasured(measured, hasAccuracy) };
  const estimate = surface.estimateAt(set, point.a, point.b);
  if (estimate !== null) return { coordinates, what, value: `≈ ${formatRoughLoss(estimate)}`, more: [], accuracy: null, state: 'estimated from neighbours', kind: 'estimated' };
  return { coordinates, what, value: '–', more: [], accuracy: null, state: isBesideNonFinite(surface, set, point) ? 'beside a loss that is not a number' : 'not measured yet', kind: 'unknown' };
}

/** One sentence for a screen reader. */
export function readoutSentence({ coordinates, what, value, more, accuracy, state, kind }: ReadoutWords): string {
  const where = coordinates.map(({ axis, value }) => `${axis} ${value}`).join(', ');
  if (kind === 'unknown') return `${where}: ${state}.`;
  const rest = more.map((each) => `, ${each.label} ${each.value}`).join('');
  return `${where}: ${what} ${value}${rest}${accuracy === null ? '' : `, accuracy ${accuracy}`}, ${state}.`;
}

/** The whole picture in a few sentences, for its summary. */
export function surfaceSummary(surface: SurfaceView, set: SetName): string {
  const { grid } = surface.tiling;
  const { points, measured, notFinite } = surface.counts(set);
  const [alpha, beta] = grid.axes;
  const name = surface.tiling.measure ? 'Convexity' : 'Loss';
  const shape = beta ? `${name} over two directions, ${grid.columns} by ${grid.rows} points` : `${name} along one direction, ${grid.columns} points`;
  const share = measured === points ? 'all measured' : `${formatCount(measured)} of ${formatCount(points)} measured`;
  const parts = [`${shape}, ${share}.`];
  const { values, states } = surface.field(set);
  let [low, high] = [-1, -1];
  for (let at = 0; at < values.length; at++) {
    if (!isFiniteMeasured(states[at]!)) continue;
    if (low < 0 || values[at]! < values[low]!) low = at;
    if (high < 0 || values[at]! > values[high]!) high = at;
  }
  const place = (at: number) => {
    const a = formatCoordinate(coordinateOf(alpha!, at % grid.columns), stepOf(alpha!));
    return beta ? `α ${a}, β ${formatCoordinate(coordinateOf(beta, Math.floor(at / grid.columns)), stepOf(beta))}` : `α ${a}`;
  };
  if (low >= 0) parts.push(`Lowest ${formatLoss(values[low]!)} at ${place(low)}. Highest ${formatLoss(values[high]!)} at ${place(high)}.`);
  if (notFinite > 0) parts.push(`${formatCount(notFinite)} ${notFinite === 1 ? 'point is' : 'points are'} not finite.`);
  return parts.join(' ');
}

function sampleAt(surface: SurfaceView, set: SetName, { a, b }: PlanePoint): Measured | null {
  const [alpha, beta] = surface.tiling.grid.axes;
  const column = nearestIndex(alpha!, a);
  const row = beta ? nearestIndex(beta, b) : 0;
  const isOn = (axis: AxisGrid, value: number, index: number) => Math.abs(coordinateOf(axis, index) - value) <= SNAP * stepOf(axis);
  return isOn(alpha!, a, column) && (!beta || isOn(beta, b, row)) ? surface.valueAt(set, column, row) : null;
}

function isBesideNonFinite(surface: SurfaceView, set: SetName, { a, b }: PlanePoint): boolean {
  const [alpha, beta] = surface.tiling.grid.axes;
  const near = surface.valueAt(set, nearestIndex(alpha!, a), beta ? nearestIndex(beta, b) : 0);
  return near !== null && near.status !== STATUS.finite;
}

function wordsOfMeasured({ loss, accuracy, samples, standardError, status, verified, rechecked, convexity }: Measured, hasAccuracy: boolean): Omit<ReadoutWords, 'coordinates' | 'what'> {
  const counted = `${formatCount(samples)} ${samples === 1 ? 'sample' : 'samples'}`;
  return {
    value: convexity ? convexityWords(convexity) : standardError === undefined || Number.isNaN(standardError) ? formatLoss(loss) : eigenvalueWords(loss, standardError),
    more: convexity ? [{ label: 'λmin', value: eigenvalueWords(convexity.min, convexity.minError) }, { label: 'λmax', value: eigenvalueWords(convexity.max, convexity.maxError) }, { label: 'loss', value: formatLoss(loss) }] : [],
    accuracy: hasAccuracy && status === STATUS.finite ? formatShare(accuracy) : null,
    state: `measured, ${counted}${convexity ? `, ${formatCount(convexity.products)} products` : ''}, ${verified ? 'verified' : rechecked ? 'being rechecked' : 'not verified yet'}`,
    kind: status === STATUS.finite ? 'measured' : 'notFinite',
  };
}

/** An infinite one has no positive eigenvalue to be compared with. */
const convexityWords = ({ nonConvexity }: Convexity): string => (nonConvexity === Infinity ? 'no eigenvalue is positive' : formatLoss(nonConvexity));

/** `2.358 ± 3×10⁻⁵`: the distance within which an eigenvalue surely lies, or the standard error of a loss. */
export const eigenvalueWords = (value: number, error: number): string => (error > 0 ? `${formatLoss(value)} ± ${formatRoughLoss(error)}` : formatLoss(value));
