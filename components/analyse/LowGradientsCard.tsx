/** The gradient in full space at the low points of a picture, computed once and shown to everybody in the session. */
import { lowPoints } from '#lib/analysis/lowPoints.ts';
import { LEAST_PROMINENCE } from '#lib/analysis/curveClass.ts';
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { formatLoss } from '#lib/session/words.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import styles from './Analyse.module.css';
import { AnalysisFrame } from './AnalysisFrame.tsx';
import type { SliceCardProps } from './card.ts';
import { whyNoGradient } from './inspected.ts';
import { finestOf } from './measured.ts';
import { useShownSet } from './useShownSet.ts';

/** As many as one request takes with room to spare: the most prominent come first. */
const MOST = 12;

export function LowGradientsCard({ recipe, source }: SliceCardProps) {
  useGrowth(source);
  const set = useShownSet(source);
  const refusal = whyNoGradient(recipe);
  if (refusal !== null) return <p className={panel.soft}>{refusal}</p>;
  const { columns, rows } = source.surface.tiling.grid;
  const surface = finestOf(source.surface, set);
  // Low points move while the picture grows, and a request never changes.
  if (!surface || surface.columns < columns || surface.rows < rows) return <p className={panel.soft}>{say('lowGradients.early')}</p>;
  const found = lowPoints(surface, { share: LEAST_PROMINENCE }).slice(0, MOST);
  if (found.length === 0) return <p className={panel.soft}>{say('low.none')}</p>;
  const points = found.map(({ coordinates }) => coordinates);
  return (
    <AnalysisFrame request={{ kind: 'gradient', format: 1, subject: recipe.subject, recipe, points }} caveat={say('lowGradients.caveat')} citation={say('lowGradients.source')}>
      {(units) => (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">low point</th>
              <th scope="col">loss</th>
              <th scope="col">gradient</th>
              <th scope="col">within slice</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ at }, index) => {
              const unit = units[index];
              return (
                <tr key={at}>
                  <th scope="row">M{index + 1}</th>
                  <td>{unit ? formatLoss(fromJsonNumber(unit.loss)) : '–'}</td>
                  <td>{unit ? formatLoss(fromJsonNumber(unit.norm)) : '–'}</td>
                  <td>{unit ? formatLoss(fromJsonNumber(unit.inSlice)) : '–'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </AnalysisFrame>
  );
}
