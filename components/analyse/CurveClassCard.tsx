/** What a line slice shows of itself: its class by Tarn's own rule, the proof of non-convexity, and the barrier between its ends. */
import { formatCoordinate, formatLoss } from '#lib/session/words.ts';
import { coordinateOf } from '#lib/slice/grid.ts';
import { isBetweenNetworks } from '#lib/slice/recipe.ts';
import { useRoomView } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { Toggle } from '#components/ui/Toggle.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { readLine } from './lineReading.ts';

export function CurveClassCard({ recipe, source }: SliceCardProps) {
  useGrowth(source);
  const { overlays, setOverlays } = useRoomView();
  const { surface } = source;
  const axis = surface.tiling.grid.axes[0]!;
  const step = (axis.max - axis.min) / (axis.count - 1);
  const isBetween = isBetweenNetworks(recipe);
  return (
    <>
      {surface.sets.map((set) => {
        const { shape, proof, barrier, isComplete } = readLine(surface, set);
        return (
          <dl key={set} className={panel.facts}>
            <dt>{set}</dt>
            <dd>
              {shape ? <strong>{shape.class}</strong> : say('analyse.unmeasured')}
              {shape && shape.valleys.length > 0 && (
                <span className={panel.under}>
                  {shape.valleys.length === 1 ? 'valley' : 'valleys'} at α {shape.valleys.map((at) => formatCoordinate(coordinateOf(axis, at), step)).join(', ')}
                </span>
              )}
            </dd>
            <dt>Convexity</dt>
            <dd>
              {proof ? say('chord.bad') : isComplete ? say('chord.ok') : say('analyse.unmeasured')}
              {proof && (
                <span className={panel.under}>
                  {say('chord.points', {
                    middle: formatCoordinate(proof.middle.coordinates[0]!, step),
                    excess: formatLoss(proof.excess),
                    from: formatCoordinate(proof.from.coordinates[0]!, step),
                    to: formatCoordinate(proof.to.coordinates[0]!, step),
                  })}
                </span>
              )}
            </dd>
            {isBetween && (
              <>
                <dt>Barrier</dt>
                <dd>
                  {barrier.kind === 'none' ? barrier.reason : say('barrier', { barrier: formatLoss(barrier.barrier.barrier), a: formatCoordinate(barrier.barrier.top.coordinates[0]!, step) })}
                  {barrier.kind === 'known' && <span className={panel.under}>{say('barrier.instability', { instability: formatLoss(barrier.barrier.instability) })}</span>}
                </dd>
              </>
            )}
          </dl>
        );
      })}
      <Toggle label="Mark the three points on the curve" isOn={overlays.isProofShown} onChange={(isProofShown) => setOverlays({ ...overlays, isProofShown })} />
      {isBetween && <Toggle label="Mark the barrier on the curve" isOn={overlays.isBarrierShown} onChange={(isBarrierShown) => setOverlays({ ...overlays, isBarrierShown })} />}
      {isBetween && <p className={`${panel.small} ${panel.soft}`}>{say('barrier.what')}</p>}
      <p className={`${panel.small} ${panel.soft}`}>{say('curve.class.rule')}</p>
    </>
  );
}
