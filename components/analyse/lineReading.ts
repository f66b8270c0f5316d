/** Everything that can be read off a line without computing anything: tangent, proof of non-convexity, barrier, class. Pure. */
import { barrierOf, type Barrier } from '#lib/analysis/barrier.ts';
import { classifyCurve, type ClassifiedCurve } from '#lib/analysis/curveClass.ts';
import { nonConvexity, type NonConvexity } from '#lib/analysis/nonConvexity.ts';
import { tangentAt, type Tangent } from '#lib/analysis/tangent.ts';
import { attempt } from '#lib/knownError.ts';
import type { SetName } from '#lib/network/subject.ts';
import { sayProblems } from '#lib/parsed.ts';
import { LOSS_TOLERANCE } from '#lib/work/agreement.ts';
import type { SurfaceView } from '#lib/work/surface.ts';
import { isComplete, sampledOf } from './measured.ts';

export type LineReading = {
  readonly isComplete: boolean;
  /** At the centre; null where a neighbour is not measured. */
  readonly tangent: Tangent | null;
  readonly proof: NonConvexity | null;
  /** Null while a sample is missing. */
  readonly shape: ClassifiedCurve | null;
  readonly barrier: { readonly kind: 'known'; readonly barrier: Barrier } | { readonly kind: 'none'; readonly reason: string };
};

export function readLine(surface: SurfaceView, set: SetName): LineReading {
  const line = sampledOf(surface, set);
  const { anchor } = surface.tiling.grid.axes[0]!;
  const whole = isComplete(line, surface, set);
  const barrier = attempt(() => barrierOf(line));
  return {
    isComplete: whole,
    tangent: tangentAt(line, anchor),
    proof: nonConvexity(line, LOSS_TOLERANCE),
    shape: whole ? classifyCurve(line.values, anchor) : null,
    barrier: barrier.ok ? { kind: 'known', barrier: barrier.value } : { kind: 'none', reason: sayProblems(barrier.problems) },
  };
}
