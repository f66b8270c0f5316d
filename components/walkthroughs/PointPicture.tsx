/** Points in a square, coloured by where they stand along their cloud, or drawn as the digit that they are. */
import { colourAt } from '#components/landscape/colourMaps.ts';
import styles from './Embedding.module.css';

type PointPictureProps = {
  readonly label: string;
  readonly points: readonly (readonly [number, number])[];
  readonly colours: readonly number[];
  readonly isDigits: boolean;
};

const [SIDE, ROOM] = [240, 10];

export function PointPicture({ label, points, colours, isDigits }: PointPictureProps) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, bottom] = [Math.min(...xs), Math.min(...ys)];
  // One scale for both: distances in a picture are compared with each other.
  const spread = Math.max(Math.max(...xs) - left, Math.max(...ys) - bottom, 1e-12);
  const [padX, padY] = [(spread - (Math.max(...xs) - left)) / 2, (spread - (Math.max(...ys) - bottom)) / 2];
  const place = (value: number, low: number, pad: number): number => ROOM + ((value - low + pad) / spread) * (SIDE - 2 * ROOM);
  return (
    <svg className={styles.points} viewBox={`0 0 ${SIDE} ${SIDE}`} role="img" aria-label={label}>
      {points.map(([x, y], at) => {
        const [cx, cy] = [place(x, left, padX), SIDE - place(y, bottom, padY)];
        return isDigits ? (
          <text key={at} className={styles.digit} data-digit={colours[at]} x={cx} y={cy} dy="0.35em" textAnchor="middle">
            {colours[at]}
          </text>
        ) : (
          <circle key={at} cx={cx} cy={cy} r={2.6} fill={colourAt('viridis', colours[at]!)} />
        );
      })}
    </svg>
  );
}
