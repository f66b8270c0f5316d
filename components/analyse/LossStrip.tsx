/** Losses in order as small curves on one scale, with their lowest and highest said. By itself it knows no axis but the order. */
import { formatLoss } from '#lib/session/words.ts';
import styles from './Analysis.module.css';

type LossStripProps = {
  readonly label: string;
  /** One or two curves, the second dashed. Values that are not finite are left out. */
  readonly curves: readonly { readonly title: string; readonly losses: readonly number[] }[];
};

const [WIDTH, HEIGHT] = [240, 56];

export function LossStrip({ label, curves }: LossStripProps) {
  const finite = curves.flatMap(({ losses }) => losses.filter(Number.isFinite));
  if (finite.length === 0) return null;
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const heightOf = (loss: number) => HEIGHT - 2 - ((loss - least) / (most - least || 1)) * (HEIGHT - 4);
  return (
    <figure className={styles.strip}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${label}: from ${formatLoss(least)} to ${formatLoss(most)}`} preserveAspectRatio="none">
        {curves.map(({ title, losses }, index) => (
          <polyline
            key={title}
            className={index === 0 ? styles.first : styles.second}
            points={losses.flatMap((loss, at) => (Number.isFinite(loss) ? `${(at / Math.max(1, losses.length - 1)) * WIDTH},${heightOf(loss).toFixed(2)}` : [])).join(' ')}
          />
        ))}
      </svg>
      <figcaption>
        {label}, {formatLoss(least)} to {formatLoss(most)}
        {curves.length > 1 && `: ${curves[0]!.title} solid, ${curves[1]!.title} dashed`}
      </figcaption>
    </figure>
  );
}
