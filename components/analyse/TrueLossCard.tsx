/** The true loss of every checkpoint on the slice's samples, beside what the slice shows in its place. */
import { fittingError } from '#lib/analysis/principalAxes.ts';
import type { CheckpointLosses } from '#lib/analysis/requests/checkpointLosses.ts';
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { formatLoss } from '#lib/session/words.ts';
import { useRoomView } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { AnalysisFrame } from './AnalysisFrame.tsx';
import type { SliceCardProps } from './card.ts';
import styles from './Analyse.module.css';

export function TrueLossCard({ recipe, manifest, source, geography }: SliceCardProps) {
  useGrowth(source);
  const { look } = useRoomView();
  const { subject, samples, loss, mode } = recipe;
  const { surface } = source;
  const set = surface.sets.includes(look.set) ? look.set : surface.sets[0]!;
  const position = samples.findIndex((each) => each.set === set);
  const placed = geography?.kind === 'known' ? [...geography.geography.trajectory, ...geography.geography.checkpoints] : [];
  /** Checkpoints of the path that have both: what they have of themselves, and what the slice shows in their place. */
  const pairsOf = (units: readonly (CheckpointLosses | null)[]): readonly Pair[] =>
    manifest.checkpoints.flatMap(({ id }, index) => {
      const truth = units[index]?.sets[position];
      const at = placed.find((each) => each.id === id);
      const onSlice = at ? surface.estimateAt(set, at.a, at.b, at.c) : null;
      const own = truth ? fromJsonNumber(truth.loss) : NaN;
      const isOnPath = manifest.trajectory.length === 0 || manifest.trajectory.includes(id);
      return isOnPath && onSlice !== null && onSlice > 0 && own > 0 && Number.isFinite(own) ? [{ own, onSlice }] : [];
    });
  return (
    <AnalysisFrame request={{ kind: 'checkpointLosses', format: 1, subject, samples, loss, mode }} caveat={say('trueLoss.caveat')} citation={say('trueLoss.source')}>
      {(units) => (
        <>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">checkpoint</th>
                <th scope="col">true loss</th>
                <th scope="col">slice shows</th>
              </tr>
            </thead>
            <tbody>
              {manifest.checkpoints.map(({ id, title }, index) => {
                const truth = units[index]?.sets[position];
                const at = placed.find((each) => each.id === id);
                const shown = at ? surface.estimateAt(set, at.a, at.b, at.c) : null;
                return (
                  <tr key={id}>
                    <th scope="row">{title}</th>
                    <td>{truth ? formatLoss(fromJsonNumber(truth.loss)) : '–'}</td>
                    <td>{shown === null ? '–' : formatLoss(shown)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          <FittingError pairs={pairsOf(units)} />
        </>
      )}
    </AnalysisFrame>
  );
}

type Pair = { readonly own: number; readonly onSlice: number };

function FittingError({ pairs }: { readonly pairs: readonly Pair[] }) {
  if (pairs.length < 2) return null;
  return (
    <p className={panel.small}>
      Fitting error of this slice: <strong>{formatLoss(fittingError(pairs))}</strong>, the mean of [ln(true / shown)]² over {pairs.length} checkpoints. Compare it with that of a random plane: the lower, the better a slice shows
      this training (Ding et al. 2023).
    </p>
  );
}
