/** The exact lowest point of y = m·x + b, beside the lowest that the picture shows. */
import { lineFit } from '#lib/analysis/lineFit.ts';
import { firstOf, type SubjectManifest } from '#lib/network/subject.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { formatCoordinate, formatLoss } from '#lib/session/words.ts';
import { placeOnSlice } from '#lib/slice/pointOnSlice.ts';
import { Button } from '#components/ui/Button.tsx';
import { geometryOf } from '#components/session/frames.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { useWholeSubject } from '#components/session/useWholeSubject.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { useShownSet } from './useShownSet.ts';

/** Whether a network is one number in, one out, straight, under squared error. */
export const isLineFit = ({ network, loss }: Pick<SubjectManifest, 'network' | 'loss'>): boolean => {
  const [step, ...rest] = network.program;
  return rest.length === 0 && step?.op === 'linear' && loss === 'squaredError' && layoutOf(network).size === 2;
};

export function LineFitCard({ recipe, source }: SliceCardProps) {
  useGrowth(source);
  const session = useSession();
  const { setCrosshair } = useRoomView();
  const set = useShownSet(source);
  const subject = useWholeSubject(recipe.subject);
  const count = recipe.samples.find((each) => each.set === set)?.count;
  if (!subject || count === undefined) return <p className={panel.soft}>{say('lineFit.loading')}</p>;
  const fit = lineFit(firstOf(subject.sets[set], count));
  const range = source.surface.range(set);
  const geometry = geometryOf(recipe, subject, session.vectors.of);
  // θ of this network is m, then b.
  const projected = geometry.ok ? geometry.value.projector.project(Float32Array.of(fit.slope, fit.intercept)) : null;
  const place = projected && placeOnSlice(recipe, projected.coordinates);
  const [xx, x, , one] = fit.hessian;
  return (
    <>
      <dl className={panel.facts}>
        <dt>slope m</dt>
        <dd>{digits(fit.slope)}</dd>
        <dt>intercept b</dt>
        <dd>{digits(fit.intercept)}</dd>
        <dt>least loss</dt>
        <dd>{fit.loss.toPrecision(7)}</dd>
        {projected && place && (
          <>
            <dt>on this slice</dt>
            <dd>
              α {formatCoordinate(place.a)}
              {source.surface.tiling.grid.axes.length > 1 && ` β ${formatCoordinate(place.b)}`}
              {projected.outOfPlane > 1e-6 && <span className={panel.under}>{formatLoss(projected.outOfPlane)} beside it</span>}
            </dd>
          </>
        )}
        <dt>lowest measured</dt>
        <dd>{range ? range.min.toPrecision(7) : '–'}</dd>
        <dt>Hessian</dt>
        <dd>
          [[{formatLoss(xx)}, {formatLoss(x)}], [{formatLoss(x)}, {formatLoss(one)}]]
        </dd>
        <dt>eigenvalues</dt>
        <dd>{fit.eigenvalues.map(formatLoss).join(', ')}</dd>
      </dl>
      {place && (
        <div className={panel.row}>
          <Button size="small" icon="target" onClick={() => setCrosshair({ a: place.a, b: place.b })}>
            Show it on the picture
          </Button>
        </div>
      )}
      <p className={`${panel.small} ${panel.soft}`}>{say('lineFit.what', { count, set })}</p>
    </>
  );
}

/** More of them than elsewhere, with the minus sign of the rest of the page: this is an exact value to compare with. */
const digits = (value: number): string => value.toPrecision(7).replace('-', '−');
