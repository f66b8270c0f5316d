/** Which of the named shapes a line slice has, by Tarn's own rule; *unclassified* is an answer. */
import { classifyCurve } from '#lib/analysis/curveClass.ts';
import { formatCoordinate } from '#lib/session/words.ts';
import { coordinateOf } from '#lib/slice/grid.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { measuredLine } from './measured.ts';

export function CurveClassCard({ source }: SliceCardProps) {
  useGrowth(source);
  const { surface } = source;
  const axis = surface.tiling.grid.axes[0]!;
  const step = (axis.max - axis.min) / (axis.count - 1);
  return (
    <>
      <dl className={panel.facts}>
        {surface.sets.map((set) => {
          const losses = measuredLine(surface, set);
          const curve = losses && classifyCurve(losses, axis.anchor);
          return (
            <div key={set} className={panel.contents}>
              <dt>{set}</dt>
              <dd>
                {curve ? <strong>{curve.class}</strong> : say('analyse.unmeasured')}
                {curve && curve.valleys.length > 0 && (
                  <span className={panel.under}>
                    {curve.valleys.length === 1 ? 'valley' : 'valleys'} at α {curve.valleys.map((at) => formatCoordinate(coordinateOf(axis, at), step)).join(', ')}
                  </span>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
      <p className={`${panel.small} ${panel.soft}`}>{say('curve.class.rule')}</p>
    </>
  );
}
