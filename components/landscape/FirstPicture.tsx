/**
 * The first picture: a landscape as filled contours, made on the server so that it is there before any script.
 *
 * No hooks, no browser, no style attributes (a strict content policy refuses them). It is given a
 * surface that was measured; it measures nothing.
 */
import { contours } from 'd3-contour';
import { formatLoss } from '#lib/session/words.ts';
import { colourAt } from './colourMaps.ts';
import styles from './FirstPicture.module.css';

export type FirstPictureProps = {
  readonly columns: number;
  readonly rows: number;
  /** Row by row, row 0 at the lower end of β; NaN and ±Infinity are left out. */
  readonly loss: readonly number[];
  readonly title: string;
  readonly levels?: number;
};

/** Units of the drawing across; coordinates keep one decimal, so that the page stays small. */
const WIDTH = 1000;

export function FirstPicture({ columns, rows, loss, title, levels = 14 }: FirstPictureProps) {
  const finite = loss.filter(Number.isFinite);
  const min = Math.min(...finite);
  const max = Math.max(...finite);
  const height = Math.round((WIDTH * (rows - 1)) / (columns - 1));
  // d3-contour takes NaN as lower than every threshold; above all of them a loss that diverged is left as the ground.
  const thresholds = Array.from({ length: levels - 1 }, (_, level) => min + ((level + 1) / levels) * (max - min));
  const rings = finite.length === 0 || max === min ? [] : contours().size([columns, rows]).thresholds(thresholds)(loss.map((value) => (value === Infinity ? max : value)));
  const step = WIDTH / (columns - 1);
  const across = (x: number) => tenth((x - 0.5) * step, WIDTH);
  const up = (y: number) => tenth(height - (y - 0.5) * step, height);
  const paths = rings.map(({ coordinates }) =>
    coordinates.flatMap((polygon) => polygon.map((ring) => `M${ring.slice(0, -1).map(([x = 0, y = 0]) => `${across(x)} ${up(y)}`).join('L')}Z`)).join(''),
  );
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
    </svg>
  );
}

const tenth = (value: number, most: number): number => Math.round(Math.min(most, Math.max(0, value)) * 10) / 10;
