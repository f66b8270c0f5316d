/** Marks on the chart of a line: the tangent at the centre, the three points that prove the loss not convex, the barrier between two networks. */
import { line } from 'd3-shape';
import type { Barrier } from '#lib/analysis/barrier.ts';
import type { NonConvexity } from '#lib/analysis/nonConvexity.ts';
import type { Tangent } from '#lib/analysis/tangent.ts';
import { formatLoss } from '#lib/session/words.ts';
import type { CurvePoint, CurveScales, Frame } from './curveShape.ts';
import styles from './CurveView.module.css';

export type CurveProofsProps = { readonly tangent: Tangent | null; readonly proof: NonConvexity | null; readonly barrier: Barrier | null };

/** Of the width of the chart, to either side. */
const TANGENT_SHARE = 0.14;
const STEPS = 24;

export function CurveProofs({ tangent, proof, barrier, scales, frame }: CurveProofsProps & { readonly scales: CurveScales; readonly frame: Frame }) {
  const path = line<CurvePoint>(({ a }) => scales.xOf(a), ({ loss }) => scales.yOf(loss)).defined(({ loss }) => scales.lossScale?.kind !== 'log' || loss > 0);
  const [least, most] = [scales.aAt(frame.left), scales.aAt(frame.right)];
  const reach = (most - least) * TANGENT_SHARE;
  const onTangent = ({ coordinates: [at = 0], loss, slope }: Tangent, a: number): CurvePoint => ({ a, loss: loss + (a - at) * slope });
  // On a logarithmic scale a straight line is bent, so it is drawn in steps.
  const straight = (from: CurvePoint, to: CurvePoint): string =>
    path(Array.from({ length: STEPS + 1 }, (_, step) => ({ a: from.a + ((to.a - from.a) * step) / STEPS, loss: from.loss + ((to.loss - from.loss) * step) / STEPS }))) ?? '';
  const ends = barrier?.ends.map(({ coordinates, loss }): CurvePoint => ({ a: coordinates[0]!, loss }));
  const points = proof ? [proof.from, proof.middle, proof.to].map(({ coordinates, loss }) => ({ a: coordinates[0]!, loss })) : [];
  return (
    <g>
      {tangent && (
        <path
          className={styles.tangent}
          data-tangent=""
          d={straight(onTangent(tangent, Math.max(least, tangent.coordinates[0]! - reach)), onTangent(tangent, Math.min(most, tangent.coordinates[0]! + reach)))}
        />
      )}
      {barrier && ends && (
        <>
          <path className={styles.between} data-between="" d={straight(ends[0]!, ends[1]!)} />
          {ends.map(({ a, loss }) => (
            <circle key={a} className={styles.end} cx={scales.xOf(a)} cy={scales.yOf(loss)} r={5} />
          ))}
          {barrier.barrier > 0 && Number.isFinite(barrier.barrier) && <Rise barrier={barrier} scales={scales} isRightward={scales.xOf(barrier.top.coordinates[0]!) < (frame.left + frame.right) / 2} />}
        </>
      )}
      {points.length === 3 && (
        <>
          <path className={styles.chord} data-chord="" d={straight(points[0]!, points[2]!)} />
          {points.map(({ a, loss }) => (
            <path key={a} className={styles.proof} d={`M${scales.xOf(a)} ${scales.yOf(loss) - 7}l7 7-7 7-7-7Z`} />
          ))}
        </>
      )}
    </g>
  );
}

/** From the chord up to the curve, where it is furthest above, with the number. */
function Rise({ barrier: { barrier, top }, scales, isRightward }: { readonly barrier: Barrier; readonly scales: CurveScales; readonly isRightward: boolean }) {
  const x = scales.xOf(top.coordinates[0]!);
  const [low, high] = [scales.yOf(top.loss - barrier), scales.yOf(top.loss)];
  return (
    <g data-barrier={barrier}>
      <path className={styles.rise} d={`M${x - 6} ${low}h12M${x} ${low}V${high}M${x - 6} ${high}h12`} />
      <text className={styles.riseWords} x={x + (isRightward ? 12 : -12)} y={(low + high) / 2} dy="0.32em" textAnchor={isRightward ? 'start' : 'end'}>
        barrier {formatLoss(barrier)}
      </text>
    </g>
  );
}
