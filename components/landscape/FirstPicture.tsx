/**
 * The first picture: a landscape as filled contours, made on the server so that it is there before any script.
 *
 * No hooks, no browser, no style attributes (a strict content policy refuses them). It is given a
 * surface that was measured; it measures nothing.
 */
import { contours } from 'd3-contour';
import type { ScaleName } from '#lib/session/look.ts';
import { formatLoss } from '#lib/session/words.ts';
import { colourAt } from './colourMaps.ts';
import styles from './FirstPicture.module.css';

export type FirstPictureProps = {
  readonly columns: number;
  readonly rows: number;
  /** Row by row, row 0 at the lower end of β; NaN and ±Infinity are hatched in grey. */
  readonly loss: readonly number[];
  readonly title: string;
  readonly levels?: number;
  /** `log` spaces the levels by ratio; where a loss is not above zero they stay evenly spaced. */
  readonly scale?: ScaleName;
};

/** Units of the drawing across; coordinates keep one decimal, so that the page stays small. */
const WIDTH = 1000;

export function FirstPicture({ columns, rows, loss, title, levels = 14, scale = 'linear' }: FirstPictureProps) {
  const finite = loss.filter(Number.isFinite);
  const min = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const max = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  const height = Math.round((WIDTH * (rows - 1)) / (columns - 1));
  const thresholds = Array.from({ length: levels - 1 }, (_, level) => between(min, max, (level + 1) / levels, scale));
  const rings = finite.length === 0 || max === min ? [] : contours().size([columns, rows]).thresholds(thresholds)(bridged(loss, columns));
  const step = WIDTH / (columns - 1);
  const across = (x: number) => tenth((x - 0.5) * step, WIDTH);
  const up = (y: number) => tenth(height - (y - 0.5) * step, height);
  const paths = rings.map(({ coordinates }) =>
    coordinates.flatMap((polygon) => polygon.map((ring) => `M${ring.slice(0, -1).map(([x = 0, y = 0]) => `${across(x)} ${up(y)}`).join('L')}Z`)).join(''),
  );
  const holes = loss.flatMap((value, at) => (Number.isFinite(value) ? [] : [squareAt((at % columns) * step, height - Math.floor(at / columns) * step, step)])).join('');
  const label = finite.length === 0 ? `${title}: nothing measured yet` : `${title}: a map of the loss, from ${formatLoss(min)} (dark) to ${formatLoss(max)} (bright)`;
  return (
    <svg className={styles.picture} viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="xMidYMid slice" role="img" aria-label={label}>
      <rect width={WIDTH} height={height} fill={colourAt('viridis', 0)} />
      {paths.map((path, level) => (
        <path key={thresholds[level]} d={path} fill={colourAt('viridis', (level + 1) / (levels - 1))} fillRule="evenodd" />
      ))}
      {paths.map((path, level) => (
        <path key={thresholds[level]} d={path} fill="none" stroke={level < levels * 0.55 ? '#ffffff' : '#0b1a2a'} strokeOpacity={0.35} strokeWidth={1.25} vectorEffect="non-scaling-stroke" />
      ))}
      {holes !== '' && (
        <>
          <pattern id="first-picture-hatch" width={14} height={14} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width={14} height={14} fill="#9e9ea3" />
            <rect width={3} height={14} fill="#6d6d73" />
          </pattern>
          <path d={holes} fill="url(#first-picture-hatch)" />
        </>
      )}
    </svg>
  );
}

/** Under the hatching a hole takes the value beside it, so that it gets no rim of contours of its own. */
function bridged(loss: readonly number[], columns: number): number[] {
  const values = [...loss];
  const carry = (from: number, to: number) => {
    if (!Number.isFinite(values[to]) && Number.isFinite(values[from])) values[to] = values[from]!;
  };
  for (let at = 1; at < values.length; at++) if (at % columns !== 0) carry(at - 1, at);
  for (let at = values.length - 2; at >= 0; at--) if ((at + 1) % columns !== 0) carry(at + 1, at);
  for (let at = columns; at < values.length; at++) carry(at - columns, at);
  for (let at = values.length - columns - 1; at >= 0; at--) carry(at + columns, at);
  return values;
}

const squareAt = (x: number, y: number, size: number): string => `M${tenth(x - size / 2, WIDTH)} ${Math.round(y - size / 2)}h${Math.ceil(size)}v${Math.ceil(size)}h${-Math.ceil(size)}Z`;

const tenth = (value: number, most: number): number => Math.round(Math.min(most, Math.max(0, value)) * 10) / 10;

/** The loss a share of the way from `min` to `max`. */
const between = (min: number, max: number, share: number, scale: ScaleName): number =>
  scale === 'log' && min > 0 ? min * (max / min) ** share : min + share * (max - min);
