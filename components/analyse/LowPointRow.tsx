/** One low point: where, how low, how prominent and wide, and what its gradient says once somebody asked. */
import { useState } from 'react';
import type { LowPoint } from '#lib/analysis/lowPoints.ts';
import { flatnessOf, slopeOf } from '#lib/analysis/slope.ts';
import { formatCoordinate, formatLoss } from '#lib/session/words.ts';
import { parametersAt } from '#lib/slice/frame.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { Button } from '#components/ui/Button.tsx';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { questionOf, whyNoGradient } from './inspected.ts';
import { Inspecting } from './Inspecting.tsx';
import { useInspection } from './useInspection.ts';

type LowPointRowProps = SliceCardProps & { readonly point: LowPoint; readonly name: string };

export function LowPointRow({ sliceId, recipe, geography, point, name }: LowPointRowProps) {
  const session = useSession();
  const { setCrosshair } = useRoomView();
  const subject = useStore(session.subjects).find(({ id }) => id === recipe.subject);
  const [isAsked, setAsked] = useState(false);
  const [a = 0, b = 0] = point.coordinates;
  const refusal = whyNoGradient(recipe);
  const mayAsk = geography?.kind === 'known' && subject !== undefined && refusal === null;
  const ask = () => (subject ? questionOf('gradients', recipe, subject, session.vectors.of, [{ a, b }]) : null);
  const gradient = useInspection(isAsked && mayAsk ? `low ${sliceId} ${a} ${b}` : null, ask, true);
  return (
    <li className={panel.card}>
      <div className={panel.spread}>
        <Button size="small" icon="target" onClick={() => setCrosshair({ a, b })}>
          {name}
        </Button>
        <span>
          α {formatCoordinate(a)}
          {point.coordinates.length > 1 && ` · β ${formatCoordinate(b)}`} · loss {formatLoss(point.loss)}
        </span>
      </div>
      <p className={panel.small}>
        {say('low.label')} · prominence {point.isAtLeast && 'at least '}
        {formatLoss(point.prominence)} · width {point.width.isCut && 'at least '}
        {formatLoss(point.width.area)} {point.coordinates.length > 1 ? 'αβ' : 'α'}
        {point.isOnEdge && ` · ${say('low.edge')}`}
        {point.isBesideUnknown && ` · ${say('low.unknown')}`}
      </p>
      {isAsked ? (
        <>
          <Verdict point={point} control={gradient} ask={ask} />
          <Inspecting control={gradient} what="Check in full space" />
        </>
      ) : (
        <div className={panel.row}>
          <Button size="small" disabled={!mayAsk} onClick={() => setAsked(true)}>
            Check in full space
          </Button>
          {refusal !== null && <span className={`${panel.small} ${panel.soft}`}>{refusal}</span>}
        </div>
      )}
    </li>
  );
}

function Verdict({ point, control: { state }, ask }: { readonly point: LowPoint; readonly control: ReturnType<typeof useInspection>; readonly ask: () => ReturnType<typeof questionOf> }) {
  if (state.kind !== 'done' || state.inspection.answer.ask !== 'gradients') return null;
  const [found] = state.inspection.answer.gradients;
  const question = ask();
  if (!found || !question) return null;
  const { frame } = question;
  const [a = 0, b = 0] = point.coordinates;
  const slope = slopeOf(found.gradient, frame.directions.slice(0, 2));
  const verdict = flatnessOf(slope, found.loss, parametersAt(frame, a, b, new Float64Array(frame.origin.length)));
  const words = { flat: 'low.check.flat', slopesOut: 'low.check.out', slopesWithin: 'low.check.within' } as const;
  return (
    <p className={verdict === 'flat' ? panel.small : panel.warn} role="status">
      {say(words[verdict], { g: formatLoss(slope.norm) })}
      <span className={panel.under}>{say('low.check.parts', { inside: formatLoss(slope.inside), outside: formatLoss(slope.outside) })}</span>
    </p>
  );
}
