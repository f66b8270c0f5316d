/** The true loss of every checkpoint on the slice's samples, beside what the slice shows in its place. */
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { formatLoss } from '#lib/session/words.ts';
import { useRoomView } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { say } from '#components/words.ts';
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
  return (
    <AnalysisFrame request={{ kind: 'checkpointLosses', format: 1, subject, samples, loss, mode }} caveat={say('trueLoss.caveat')} citation={say('trueLoss.source')}>
      {(units) => (
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
              const shown = at ? surface.estimateAt(set, at.a, at.b) : null;
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
      )}
    </AnalysisFrame>
  );
}
