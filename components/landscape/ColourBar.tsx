/**
 * The colour bar: what the colours mean, with their scale and its ends. What is drawn otherwise, Key.tsx names.
 * It does not know the surface: its parent says what to name.
 */
import { formatLoss } from '#lib/session/words.ts';
import type { LossRange } from '#lib/work/surface.ts';
import { colourAt, type DrawnLook } from './colourMaps.ts';
import { lossScaleOf, rangeOf, type LossScale } from './lossScale.ts';
import styles from './ColourBar.module.css';

export type ColourBarProps = {
  /** As people know it: `Cross-entropy, train`. */
  readonly title: string;
  readonly look: DrawnLook;
  readonly range: LossRange | null;
  /** Whether `range` is one for all such pictures, and not what was measured: values may lie beyond it. */
  readonly isRangeGiven?: boolean;
  readonly onEdit?: () => void;
};

const WIDTH = 240;
const BAR = 12;
const STOPS = 32;

export function ColourBar({ title, look, range, isRangeGiven = false, onEdit }: ColourBarProps) {
  const ends = rangeOf(look, range);
  const isFixed = isRangeGiven || look.range !== 'auto';
  const scale = ends && lossScaleOf(look.colourScale, ends);
  const words = scale ? `${title}, ${scale.kind} scale from ${formatLoss(scale.min)} to ${formatLoss(scale.max)}` : `${title}, nothing measured yet`;
  const picture = (
    <svg className={styles.picture} viewBox={`-1 0 ${WIDTH + 2} 32`} role="img" aria-label={words}>
      <defs>
        <linearGradient id={`colours-${look.colourMap}`}>
          {Array.from({ length: STOPS + 1 }, (_, stop) => (
            <stop key={stop} offset={stop / STOPS} stopColor={colourAt(look.colourMap, stop / STOPS)} />
          ))}
        </linearGradient>
      </defs>
      <rect className={styles.bar} x={0} y={1} width={WIDTH} height={BAR} rx={2} fill={scale ? `url(#colours-${look.colourMap})` : 'none'} />
      {scale &&
        labelsFor(scale.ticks(5), scale).map(({ tick, x, anchor }) => (
          <g key={tick}>
            <line className={styles.tick} x1={x} x2={x} y1={BAR + 1} y2={BAR + 5} />
            <text className={styles.number} x={x} y={29} textAnchor={anchor}>
              {formatLoss(tick)}
            </text>
          </g>
        ))}
    </svg>
  );
  return (
    <figure className={styles.colourBar}>
      <figcaption className={styles.title}>
        <span>{title}</span>
        <span className={styles.kind}>
          {scale?.kind ?? look.colourScale}
          {isFixed ? ', fixed range' : ''}
        </span>
      </figcaption>
      {onEdit ? (
        <button type="button" className={styles.edit} onClick={onEdit} aria-label={`${words}. Change colours and range`}>
          {picture}
        </button>
      ) : (
        picture
      )}
      <p className={styles.ends}>
        {scale && (
          <>
            <span>{isFixed ? `${formatLoss(scale.min)} or less` : `lowest ${formatLoss(scale.min)}`}</span>
            <span>{isFixed ? `${formatLoss(scale.max)} or more` : `highest ${formatLoss(scale.max)}`}</span>
          </>
        )}
      </p>
      {scale?.note && <p className={styles.note}>{scale.note}</p>}
    </figure>
  );
}

/** Every tick where there is room, else every second or third: what is left out of a linear scale at will would look like another scale. */
function labelsFor(ticks: readonly number[], scale: LossScale) {
  for (let stride = 1; scale.kind === 'linear' && stride < ticks.length; stride++) {
    const some = ticks.filter((_, index) => index % stride === 0);
    const labels = uncrowded(some, scale);
    if (labels.length === some.length) return labels;
  }
  return uncrowded(ticks, scale);
}

/** Labels at the ends would reach past the bar: they are aligned with it instead, and crowded ones left out. */
function uncrowded(ticks: readonly number[], scale: LossScale) {
  const labels: { readonly tick: number; readonly x: number; readonly anchor: 'start' | 'middle' | 'end' }[] = [];
  let free = -Infinity;
  for (const tick of ticks) {
    const x = scale.fraction(tick) * WIDTH;
    const half = formatLoss(tick).length * 3.2;
    const anchor = x < half ? 'start' : x > WIDTH - half ? 'end' : 'middle';
    const left = anchor === 'start' ? x : anchor === 'end' ? x - 2 * half : x - half;
    if (left < free + 6) continue;
    free = left + 2 * half;
    labels.push({ tick, x, anchor });
  }
  return labels;
}
