/** The density over the eigenvalues, logarithmic: the mean over starts as a thick line, every start as a thin one, so that their spread is seen. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { smoothedDensity, type Measure } from '#lib/analysis/spectralDensity.ts';
import { formatCount, formatLoss, formatRoughLoss } from '#lib/session/words.ts';
import styles from './DensityPlot.module.css';

const SIZE = { width: 300, height: 170 } as const;
const FRAME = { left: 60, right: 292, top: 8, bottom: 140 } as const;
/** As fine as the picture is wide. */
const BINS = 500;
/** Decades below the highest that are drawn. */
const DECADES = 6;

type Point = readonly [at: number, density: number];

export function DensityPlot({ measures }: { readonly measures: readonly Measure[] }) {
  const mean = smoothedDensity(measures, { bins: BINS });
  const top = mean.density.reduce((most, value) => Math.max(most, value), 0);
  const bottom = top / 10 ** DECADES;
  const [low, high] = [mean.at[0]!, mean.at.at(-1)!];
  const xOf = scaleLinear([low, high], [FRAME.left, FRAME.right]);
  const yOf = scaleLog([bottom, top], [FRAME.bottom, FRAME.top]).clamp(true);
  const path = line<Point>(([at]) => xOf(at), ([, density]) => yOf(Math.max(density, bottom)));
  const curveOf = (some: readonly Measure[]): string => {
    const { at, density } = some === measures ? mean : smoothedDensity(some, { bins: BINS });
    return path(Array.from(at, (value, index): Point => [value, density[index]!])) ?? '';
  };
  const spoken = `Density of eigenvalues from ${formatLoss(low)} to ${formatLoss(high)}, over ${formatCount(measures.length)} random ${measures.length === 1 ? 'start' : 'starts'}, logarithmic.`;
  return (
    <svg className={styles.plot} viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={spoken}>
      {xOf.ticks(5).map((tick) => (
        <g key={tick}>
          <line className={tick === 0 ? styles.zero : styles.grid} x1={xOf(tick)} x2={xOf(tick)} y1={FRAME.top} y2={FRAME.bottom} />
          <text className={styles.number} x={xOf(tick)} y={FRAME.bottom + 13} textAnchor="middle">
            {formatRoughLoss(tick)}
          </text>
        </g>
      ))}
      {[0, 2, 4, 6].map((decade) => (
        <text key={decade} className={styles.number} x={FRAME.left - 5} y={yOf(top / 10 ** decade)} dy="0.32em" textAnchor="end">
          {formatRoughLoss(top / 10 ** decade)}
        </text>
      ))}
      {measures.length > 1 && measures.map((measure, index) => <path key={index} className={styles.start} d={curveOf([measure])} />)}
      <path className={styles.mean} d={curveOf(measures)} />
      <text className={styles.label} x={(FRAME.left + FRAME.right) / 2} y={SIZE.height - 3} textAnchor="middle">
        eigenvalue
      </text>
      <text className={styles.label} transform={`translate(9 ${(FRAME.top + FRAME.bottom) / 2}) rotate(-90)`} textAnchor="middle">
        density (log)
      </text>
    </svg>
  );
}
