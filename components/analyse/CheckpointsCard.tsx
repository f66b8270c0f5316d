/** Where each checkpoint would stand on the slice, how far from it it really is, and what the slice shows in its place. */
import { formatCoordinate, formatLoss, formatShare } from '#lib/session/words.ts';
import { rangesOf } from '#lib/slice/recipe.ts';
import { useRoomView } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import styles from './Analyse.module.css';

export function CheckpointsCard({ recipe, source, geography }: SliceCardProps) {
  useGrowth(source);
  const { look } = useRoomView();
  if (!geography) return <p className={panel.soft}>{say('analyse.axes')}</p>;
  if (geography.kind === 'refused') return <p className={panel.warn}>{geography.reason}</p>;
  const { trajectory, checkpoints, captured } = geography.geography;
  const { surface } = source;
  const set = surface.sets.includes(look.set) ? look.set : surface.sets[0]!;
  const isPlane = rangesOf(recipe).length > 1;
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">checkpoint</th>
            <th scope="col">α</th>
            {isPlane && <th scope="col">β</th>}
            <th scope="col">distance from slice</th>
            <th scope="col">slice shows</th>
          </tr>
        </thead>
        <tbody>
          {[...trajectory, ...checkpoints].map(({ id, title, a, b, c, outOfPlane }) => {
            const loss = surface.estimateAt(set, a, b, c);
            return (
              <tr key={id}>
                <th scope="row">{title}</th>
                <td>{formatCoordinate(a)}</td>
                {isPlane && <td>{formatCoordinate(b)}</td>}
                <td>{outOfPlane === 0 ? 'on it' : formatLoss(outOfPlane)}</td>
                <td>{loss === null ? '–' : formatLoss(loss)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {captured !== null && (
        <p className={panel.small}>
          {say(isPlane ? 'slice.variance' : 'slice.variance.line', { pct: formatShare(captured) })}
        </p>
      )}
      <p className={`${panel.small} ${panel.soft}`}>{say('checkpoints.what')}</p>
    </>
  );
}
