/** A small chart of a few curves or dots with labelled axes. It draws numbers and knows none of their meaning. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { formatLoss } from '#lib/session/words.ts';
import styles from './MiniChart.module.css';

export type XY = readonly [x: number, y: number];

export type Series = {
  /** Empty for one that the key has no line for, because another's says it too. */
  readonly title: string;
  readonly points: readonly XY[];
  /** `estimated` is dashed and faint; `ruler` is a straight help line. */
  readonly look: 'first' | 'second' | 'estimated' | 'ruler' | 'danger';
  readonly drawn: 'line' | 'dots';
};

type MiniChartProps = {
  /** What the chart shows, in one sentence: for who cannot see it. */
  readonly label: string;
  readonly series: readonly Series[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly isLog?: boolean;
  /** A place along x that is marked. */
  readonly marker?: number | null;
};

const [WIDTH, HEIGHT] = [280, 168];
const ROOM = { left: 46, right: 8, top: 8, bottom: 34 } as const;
/** What a digit of a label takes, and the title and the gap beside the longest label. */
const [DIGIT, BESIDE] = [5.4, 22] as const;

export function MiniChart({ label, series, xTitle, yTitle, isLog = false, marker = null }: MiniChartProps) {
  const shown = series.map((each) => ({ ...each, points: each.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y) && (!isLog || y > 0)) }));
  const all = shown.flatMap(({ points }) => points);
  if (all.length === 0) return null;
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const y = (isLog ? scaleLog() : scaleLinear()).domain(spanned(low, high, isLog)).range([HEIGHT - ROOM.bottom, ROOM.top]);
  const ticks = thinned(y.ticks(4));
  const left = Math.max(ROOM.left, BESIDE + DIGIT * Math.max(...ticks.map((tick) => formatLoss(tick).length)));
  const x = scaleLinear(spanned(Math.min(...xs), Math.max(...xs)), [left, WIDTH - ROOM.right]);
  const path = line<XY>(([at]) => x(at), ([, value]) => y(value));
  return (
    <figure className={styles.figure}>
      <svg
        className={styles.chart}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={label}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line className={styles.grid} x1={left} x2={WIDTH - ROOM.right} y1={y(tick)} y2={y(tick)} />
            <text className={styles.number} x={left - 5} y={y(tick)} dy="0.32em" textAnchor="end">
              {formatLoss(tick)}
            </text>
          </g>
        ))}
        {x.ticks(5).map((tick) => (
          <text key={tick} className={styles.number} x={x(tick)} y={HEIGHT - ROOM.bottom + 13} textAnchor="middle">
            {formatLoss(tick)}
          </text>
        ))}
        <text className={styles.title} x={(left + WIDTH - ROOM.right) / 2} y={HEIGHT - 4} textAnchor="middle">
          {xTitle}
        </text>
        <text className={styles.title} transform={`translate(9 ${(HEIGHT - ROOM.bottom) / 2}) rotate(-90)`} textAnchor="middle">
          {yTitle}
        </text>
        {shown.map(({ points, look, drawn }, rank) =>
          drawn === 'line' ? (
            <path key={rank} className={styles.line} data-look={look} d={path(points) ?? ''} />
          ) : (
            points.map(([at, value], index) => <circle key={`${rank} ${index}`} className={styles.dot} data-look={look} cx={x(at)} cy={y(value)} r={3} />)
          ),
        )}
        {marker !== null && marker >= x.domain()[0]! && marker <= x.domain()[1]! && <line className={styles.marker} x1={x(marker)} x2={x(marker)} y1={ROOM.top} y2={HEIGHT - ROOM.bottom} />}
      </svg>
      <figcaption className={styles.key}>
        {shown
          .filter(({ title, look }) => look !== 'ruler' && title !== '')
          .map(({ title, look }) => (
            <span key={title} data-look={look}>
              {title}
            </span>
          ))}
      </figcaption>
    </figure>
  );
}

/** Where all values are one, it stands in the middle of an axis that has others. */
function spanned(low: number, high: number, isLog = false): readonly [number, number] {
  if (high > low) return [low, high];
  return isLog ? [low / 2, low * 2] : [low - (Math.abs(low) / 2 || 0.5), low + (Math.abs(low) / 2 || 0.5)];
}

/** A logarithmic axis has many ticks. */
const thinned = (ticks: readonly number[]): readonly number[] => (ticks.length > 5 ? ticks.filter((_, index) => index % Math.ceil(ticks.length / 4) === 0) : ticks);
