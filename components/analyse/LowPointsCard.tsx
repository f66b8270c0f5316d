/** The low points of a plane or line: pinned M1 … on the picture, listed with prominence and width, and checked in full space for everybody. */
import { useMemo } from 'react';
import { lowPoints, MOST_LOW_POINTS } from '#lib/analysis/lowPoints.ts';
import { LEAST_PROMINENCE } from '#lib/analysis/curveClass.ts';
import { formatShare } from '#lib/session/words.ts';
import { coordinateOf } from '#lib/slice/grid.ts';
import { useRoomView } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { Field } from '#components/ui/Field.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { AnalysisFrame } from './AnalysisFrame.tsx';
import type { SliceCardProps } from './card.ts';
import { whyNoGradient } from './inspected.ts';
import { LowPointRow } from './LowPointRow.tsx';
import { finestOf } from './measured.ts';
import { useGradients } from './useGradients.ts';
import { useShownSet } from './useShownSet.ts';

export function LowPointsCard({ recipe, source, geography }: SliceCardProps) {
  const version = useGrowth(source);
  const { overlays, setOverlays } = useRoomView();
  const set = useShownSet(source);
  const gradientAt = useGradients(recipe);
  const share = overlays.lows ?? LEAST_PROMINENCE;
  const surface = useMemo(() => {
    void version;
    return finestOf(source.surface, set);
  }, [source, set, version]);
  const found = useMemo(() => (surface ? lowPoints(surface, { share }) : []), [surface, share]);
  if (!surface) return <p className={panel.soft}>{say('low.early')}</p>;
  const { columns, rows } = source.surface.tiling.grid;
  const isWhole = surface.columns === columns && surface.rows === rows;
  // A layer of a volume has a third coordinate, the same for all of its points.
  const third = 'setLayer' in source ? [coordinateOf(source.whole.tiling.grid.axes[2]!, source.layer)] : [];
  const points = found.map(({ coordinates }) => [...coordinates, ...third]);
  const refusal = whyNoGradient(recipe);
  return (
    <>
      <Toggle label="Mark low points on the picture (M)" isOn={overlays.lows !== null} onChange={(isOn) => setOverlays({ ...overlays, lows: isOn ? share : null })} />
      <Field label={`Least prominence: ${formatShare(share)} of the range`}>
        {(parts) => (
          // Even steps of a logarithm: from a thousandth of the range to all of it.
          <input {...parts} type="range" className={panel.range} min={-3} max={0} step={0.1} value={Math.log10(share)} onChange={(event) => setOverlays({ ...overlays, lows: 10 ** Number(event.target.value) })} />
        )}
      </Field>
      {!isWhole && <p className={`${panel.small} ${panel.soft}`}>{say('low.level', { grid: surface.rows === 1 ? surface.columns : `${surface.columns} × ${surface.rows}` })}</p>}
      {found.length === 0 && <p className={panel.soft}>{say('low.none')}</p>}
      <ol className={panel.list}>
        {found.map((point, index) => (
          <LowPointRow key={point.at} recipe={recipe} geography={geography} point={point} place={points[index]!} gradient={gradientAt(points[index]!)} name={`M${index + 1}`} />
        ))}
      </ol>
      <p className={`${panel.small} ${panel.soft}`}>{say('low.what', { most: MOST_LOW_POINTS })}</p>
      {refusal !== null && <p className={`${panel.small} ${panel.soft}`}>{refusal}</p>}
      {/* Low points move while the picture grows, and a request never changes. */}
      {refusal === null && !isWhole && <p className={`${panel.small} ${panel.soft}`}>{say('low.check.early')}</p>}
      {refusal === null && isWhole && points.length > 0 && (
        <AnalysisFrame request={{ kind: 'gradient', format: 1, subject: recipe.subject, recipe, points }} action={say('low.check')} caveat={say('low.check.caveat')} citation={say('low.check.source')}>
          {() => null}
        </AnalysisFrame>
      )}
    </>
  );
}
