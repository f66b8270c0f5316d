/** Marks on the chart of a line: the tangent at the centre, and the three points that prove the loss not convex. */
import { line } from 'd3-shape';
import type { NonConvexity } from '#lib/analysis/nonConvexity.ts';
import type { Tangent } from '#lib/analysis/tangent.ts';
import type { CurvePoint, CurveScales, Frame } from './curveShape.ts';
import styles from './CurveView.module.css';

export type CurveProofsProps = { readonly tangent: Tangent | null; readonly proof: NonConvexity | null };

/** Of the width of the chart, to either side. */
const TANGENT_SHARE = 0.14;
const STEPS = 24;

export function CurveProofs({ tangent, proof, scales, frame }: CurveProofsProps & { readonly scales: CurveScales; readonly frame: Frame }) {
  const path = line<CurvePoint>(({ a }) => scales.xOf(a), ({ loss }) => scales.yOf(loss)).defined(({ loss }) => scales.lossScale?.kind !== 'log' || loss > 0);
  const [least, most] = [scales.aAt(frame.left), scales.aAt(frame.right)];
  const reach = (most - least) * TANGENT_SHARE;
  const onTangent = ({ coordinates: [at = 0], loss, slope }: Tangent, a: number): CurvePoint => ({ a, loss: loss + (a - at) * slope });
  // On a logarithmic scale a straight line is bent, so it is drawn in steps.
  const straight = (from: CurvePoint, to: CurvePoint): string =>
    path(Array.from({ length: STEPS + 1 }, (_, step) => ({ a: from.a + ((to.a - from.a) * step) / STEPS, loss: from.loss + ((to.loss - from.loss) * step) / STEPS }))) ?? '';
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
