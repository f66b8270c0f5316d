/**
 * How a loss becomes a share of the colour map, or of the height: linear or logarithmic between two ends.
 *
 * The shader and the labels beside the picture use the same scale, so they cannot disagree.
 */
import { scaleLinear, scaleLog } from 'd3-scale';
import type { Look, ScaleName } from '#lib/session/look.ts';
import type { LossRange } from '#lib/work/surface.ts';

export type LossScale = {
  readonly kind: ScaleName;
  /** The two ends, as losses. */
  readonly min: number;
  readonly max: number;
  /** The two ends as the shader compares them: as they are, or their natural logarithms. */
  readonly low: number;
  readonly high: number;
  /** What a reader should know about the scale; null where nothing. */
  readonly note: string | null;
  /** 0 at the lower end, 1 at the upper; beyond them it stays there. */
  fraction(loss: number): number;
  /** The loss at a share of the scale. */
  lossAt(fraction: number): number;
  /** Round losses to label, ascending, at most `count` or so. */
  ticks(count: number): readonly number[];
};

/** A logarithm has no place for 0: the scale then begins this far below its upper end. */
const LOG_SPAN = 1e-6;

export function lossScaleOf(wanted: ScaleName, { min, max }: LossRange): LossScale {
  if (wanted === 'log' && max <= 0) return linear(min, max, 'No loss here is above 0, so the scale is linear.');
  if (wanted === 'linear') return linear(min, max, null);
  const from = min > 0 ? min : max * LOG_SPAN;
  const [low, high] = apart(Math.log(from), Math.log(max));
  return {
    kind: 'log',
    min: Math.exp(low),
    max: Math.exp(high),
    low,
    high,
    note: min > 0 ? null : 'Losses at or below the lower end share its colour.',
    fraction: (loss) => clamp((Math.log(Math.max(loss, Number.MIN_VALUE)) - low) / (high - low)),
    lossAt: (fraction) => Math.exp(low + fraction * (high - low)),
    ticks: (count) => thinned(scaleLog().domain([Math.exp(low), Math.exp(high)]).ticks(count), count),
  };
}

/** The range to draw with: the manual one, or the measured; null while nothing is known. */
export const rangeOf = (look: Pick<Look, 'range'>, measured: LossRange | null): LossRange | null => (look.range === 'auto' ? measured : look.range);

function linear(min: number, max: number, note: string | null): LossScale {
  const [low, high] = apart(min, max);
  return {
    kind: 'linear',
    min: low,
    max: high,
    low,
    high,
    note,
    fraction: (loss) => clamp((loss - low) / (high - low)),
    lossAt: (fraction) => low + fraction * (high - low),
    ticks: (count) => scaleLinear().domain([low, high]).ticks(count),
  };
}

/** A flat surface still needs two different ends. */
function apart(low: number, high: number): readonly [number, number] {
  if (high > low) return [low, high];
  const pad = Math.max(Math.abs(low) * 1e-3, 1e-6);
  return [low - pad, low + pad];
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

/** A logarithmic axis names 1, 2, 3 … of every decade: keeps the powers of ten, or every n-th. */
function thinned(ticks: readonly number[], count: number): readonly number[] {
  if (ticks.length <= count + 1) return ticks;
  const powers = ticks.filter((tick) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9);
  const kept = powers.length >= 3 ? powers : ticks.filter((tick) => /^[125]/.test(tick.toExponential()));
  const step = Math.ceil(kept.length / (count + 1));
  return kept.filter((_, index) => index % step === 0);
}
