/** The surface that an auto-encoder decodes, as colours over its picture, with the checkpoints and the path between them. */
import { formatLoss } from '#lib/session/words.ts';
import { colourAt } from '#components/landscape/colourMaps.ts';
import styles from './Analysis.module.css';

type DecodedMapProps = {
  /** Row by row from −1 to 1, the first row at the lower end; what is not finite stays empty. */
  readonly surface: readonly number[];
  readonly points: readonly { readonly title: string; readonly at: readonly number[] }[];
};

const SIZE = 240;

export function DecodedMap({ surface, points }: DecodedMapProps) {
  const side = Math.round(Math.sqrt(surface.length));
  const finite = surface.filter(Number.isFinite);
  if (finite.length === 0) return null;
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  // By ratio where that is possible: basins are a hundred times lower than rims.
  const scale = (loss: number) => (low > 0 ? Math.log(loss / low) / Math.log(high / low || 1) : (loss - low) / (high - low || 1));
  const x = (value: number) => ((value + 1) / 2) * SIZE;
  const y = (value: number) => SIZE - x(value);
  // A sample stands in the middle of its cell; those on the rim reach out of the picture by half of one.
  const cell = SIZE / (side - 1);
  return (
    <figure className={styles.figure}>
      <svg className={styles.map} viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={`Loss of what the auto-encoder decodes, from ${formatLoss(low)} to ${formatLoss(high)}, with ${points.length} checkpoints on it`}>
        {surface.map((loss, place) =>
          Number.isFinite(loss) ? (
            <rect
              // The grid never changes its order.
              key={place}
              x={(place % side) * cell - cell / 2}
              y={SIZE - Math.floor(place / side) * cell - cell / 2}
              width={cell + 0.4}
              height={cell + 0.4}
              fill={colourAt('viridis', scale(loss))}
            />
          ) : null,
        )}
        <polyline className={styles.path} points={points.map(({ at }) => `${x(at[0]!)},${y(at[1]!)}`).join(' ')} />
        {points.map(({ title, at }, index) => (
          <circle key={title} className={styles.dot} cx={x(at[0]!)} cy={y(at[1]!)} r={index === points.length - 1 ? 5 : 3}>
            <title>{title}</title>
          </circle>
        ))}
      </svg>
      <figcaption>
        Decoded loss, {formatLoss(low)} (dark) to {formatLoss(high)} (bright){low > 0 && ', by ratio'}
      </figcaption>
    </figure>
  );
}
