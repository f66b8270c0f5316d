/** One low point: where, how low, how prominent and wide, and what its gradient says once somebody had it computed. */
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import type { LowPoint } from '#lib/analysis/lowPoints.ts';
import { flatnessOf } from '#lib/analysis/slope.ts';
import { formatCoordinate, formatLoss, AXIS_NAMES } from '#lib/session/words.ts';
import { pointOnSlice } from '#lib/slice/pointOnSlice.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { geometryOf } from '#components/session/frames.ts';
import { Button } from '#components/ui/Button.tsx';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import type { GradientAt } from './useGradients.ts';

type LowPointRowProps = Pick<SliceCardProps, 'recipe' | 'geography'> & {
  readonly point: LowPoint;
  /** All of its coordinates on the slice. */
  readonly place: readonly number[];
  readonly gradient: GradientAt | undefined;
  readonly name: string;
};

export function LowPointRow({ point, place, gradient, name, recipe, geography }: LowPointRowProps) {
  const { setCrosshair } = useRoomView();
  const [a = 0, b = 0] = point.coordinates;
  return (
    <li className={panel.card}>
      <div className={panel.spread}>
        <Button size="small" icon="target" onClick={() => setCrosshair({ a, b })}>
          {name}
        </Button>
        <span>
          {point.coordinates.map((value, axis) => `${AXIS_NAMES[axis] ?? ''} ${formatCoordinate(value)} · `)}
          loss {formatLoss(point.loss)}
        </span>
      </div>
      <p className={panel.small}>
        {say('low.label')} · prominence {point.isAtLeast && 'at least '}
        {formatLoss(point.prominence)} · width {point.width.isCut && 'at least '}
        {formatLoss(point.width.area)} {AXIS_NAMES.slice(0, point.coordinates.length).join('·')}
        {point.isOnEdge && ` · ${say('low.edge')}`}
        {point.isBesideUnknown && ` · ${say('low.unknown')}`}
      </p>
      {gradient && geography?.kind === 'known' && <Verdict {...{ recipe, place, gradient }} />}
    </li>
  );
}


const VERDICTS = { flat: 'low.check.flat', slopesOut: 'low.check.out', slopesWithin: 'low.check.within' } as const;

function Verdict({ recipe, place: [a = 0, b = 0, c = 0], gradient }: { readonly recipe: SliceCardProps['recipe']; readonly place: readonly number[]; readonly gradient: GradientAt }) {
  const session = useSession();
  const subject = useStore(session.subjects).find(({ id }) => id === recipe.subject);
  const geometry = subject ? geometryOf(recipe, subject, session.vectors.of) : null;
  if (!geometry?.ok) return null;
  const [norm, inside, loss] = [gradient.norm, gradient.inSlice, gradient.loss].map(fromJsonNumber) as [number, number, number];
  const outside = Math.sqrt(Math.max(0, norm ** 2 - inside ** 2));
  const verdict = flatnessOf({ inside, outside }, loss, pointOnSlice(recipe, geometry.value.frame, a, b, c));
  return (
    <p className={verdict === 'flat' ? panel.small : panel.warn} role="status">
      {say(VERDICTS[verdict], { g: formatLoss(norm) })}
      <span className={`${panel.under} ${panel.small}`}>{say('low.check.parts', { inside: formatLoss(inside), outside: formatLoss(outside) })}</span>
    </p>
  );
}
