/** The tangent of a line at its centre, and beside it what the gradient there says: g·d along the line, ‖g‖ in all. */
import { slopeComparison } from '#lib/analysis/tangent.ts';
import { formatLoss, formatShare } from '#lib/session/words.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { useWholeSubject } from '#components/session/useWholeSubject.ts';
import { Toggle } from '#components/ui/Toggle.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { questionOf, whyNoGradient } from './inspected.ts';
import { Inspecting } from './Inspecting.tsx';
import { readLine } from './lineReading.ts';
import { useInspection } from './useInspection.ts';

export function SlopeCard({ sliceId, recipe, source, geography }: SliceCardProps) {
  useGrowth(source);
  const session = useSession();
  const { overlays, setOverlays } = useRoomView();
  const subject = useWholeSubject(recipe.subject);
  const refusal = recipe.curve ? say('slope.curve') : whyNoGradient(recipe);
  const isReady = geography?.kind === 'known' && subject && refusal === null;
  const ask = () => (subject ? questionOf('gradients', recipe, subject, session.vectors.of, [{ a: centre, b: 0 }]) : null);
  const axis = source.surface.tiling.grid.axes[0]!;
  const centre = axis.min <= 0 && axis.max >= 0 ? 0 : (axis.min + axis.max) / 2;
  const gradient = useInspection(isReady ? `slope ${sliceId}` : null, ask, true);
  const [set] = source.surface.sets;
  const tangent = set ? readLine(source.surface, set).tangent : null;
  const answer = gradient.state.kind === 'done' ? gradient.state.inspection.answer : null;
  const found = answer?.ask === 'gradients' ? answer.gradients[0] : undefined;
  const question = found ? ask() : null;
  const told = tangent && found && question ? slopeComparison(tangent, found.gradient, question.frame.directions[0]!) : null;
  return (
    <>
      <dl className={panel.facts}>
        <dt>Of the curve</dt>
        <dd>
          {tangent ? `${formatLoss(tangent.slope)} per unit of α` : say('analyse.centre.unmeasured')}
          {tangent && !Number.isNaN(tangent.truncation) && <span className={panel.under}>± about {formatLoss(tangent.truncation)} where it is smooth, because samples are apart ({set})</span>}
          {tangent && tangent.sides.every(Number.isFinite) && <span className={panel.under}>{say('slope.sides', { before: formatLoss(tangent.sides[0]), after: formatLoss(tangent.sides[1]) })}</span>}
        </dd>
        {told && (
          <>
            <dt>g·d</dt>
            <dd>
              {formatLoss(told.directional)}
              <span className={panel.under}>the exact derivative along the line, in float64; they differ by {formatLoss(told.difference)}</span>
            </dd>
            <dt>‖g‖</dt>
            <dd>
              {formatLoss(told.gradientNorm)}
              <span className={panel.under}>this line shows {formatShare(told.share)} of the steepest slope</span>
            </dd>
          </>
        )}
      </dl>
      {refusal !== null && <p className={`${panel.small} ${panel.soft}`}>{refusal}</p>}
      {isReady && <Inspecting control={gradient} what="Compute the gradient here" />}
      <Toggle label="Draw the tangent" isOn={overlays.isTangentShown} onChange={(isTangentShown) => setOverlays({ ...overlays, isTangentShown })} />
      <p className={`${panel.small} ${panel.soft}`}>{say('slope.zero')}</p>
    </>
  );
}
