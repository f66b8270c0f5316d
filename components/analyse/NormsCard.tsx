/** How long the directions of the slice are in every tensor, beside the weights there: what a normalisation promises, measured. */
import { layoutOf } from '#lib/network/layout.ts';
import { formatCount, formatLoss, AXIS_NAMES } from '#lib/session/words.ts';
import { largestDifference, tensorNorms } from '#lib/slice/tensorNorms.ts';
import type { DirectionRecipe } from '#lib/slice/recipe.ts';
import { geometryOf } from '#components/session/frames.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useOffPath } from '#components/session/useOffPath.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import styles from './Analyse.module.css';

export function NormsCard({ sliceId, recipe, manifest, geography }: SliceCardProps) {
  const session = useSession();
  const subject = useStore(session.subjects).find(({ id }) => id === recipe.subject);
  const isReady = geography?.kind === 'known' && subject !== undefined;
  const found = useOffPath(sliceId, isReady ? sliceId : null, () => {
    const geometry = geometryOf(recipe, subject!, session.vectors.of);
    if (!geometry.ok) return null;
    const { axes } = geometry.value;
    const layout = layoutOf(manifest.network);
    return {
      size: layout.size,
      tensors: tensorNorms(axes, layout),
      promised: axes.directions.map((direction, axis) => {
        const by = promiseOf(recipe.axes[axis]!.direction);
        return by && { by, difference: largestDifference(direction, axes.origin, layout, by) };
      }),
    };
  });
  if (geography?.kind === 'refused') return <p className={panel.warn}>{geography.reason}</p>;
  if (!found) return <p className={panel.soft}>{say('analyse.axes')}</p>;
  return (
    <>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label="Norms of every tensor">
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">tensor</th>
              <th scope="col">‖θ‖</th>
              {recipe.axes.map((_, axis) => (
                <th key={axis} scope="col">
                  ‖d{AXIS_NAMES[axis]}‖
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.tensors.map(({ name, shape, filters, weights, directions }) => (
              <tr key={name}>
                <th scope="row">
                  {name}
                  <span className={panel.under}>
                    {shape.join('×')}
                    {shape.length > 1 && ` = ${formatCount(shape.reduce((product, length) => product * length, 1))}`}
                    {filters > 0 && `, ${formatCount(filters)} filters`}
                  </span>
                </th>
                <td>{formatLoss(weights)}</td>
                {directions.map((norm, axis) => (
                  <td key={axis}>{norm === 0 ? 'still' : formatLoss(norm)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={panel.small}>{say('norms.size', { p: formatCount(found.size), n: formatCount(found.tensors.length) })}</p>
      {found.promised.map((promise, axis) => promise && <p key={axis} className={panel.small}>{say(promise.by === 'filter' ? 'norms.filter' : 'norms.tensor', { axis: AXIS_NAMES[axis]!, difference: formatLoss(promise.difference) })}</p>)}
      <p className={`${panel.small} ${panel.soft}`}>{say('norms.what')}</p>
    </>
  );
}

/** What of a direction is as long as the weights; null where its normalisation promises nothing of the kind, or it was changed afterwards. */
function promiseOf(direction: DirectionRecipe): 'filter' | 'tensor' | null {
  if (direction.kind !== 'random' || direction.orthogonal) return null;
  return direction.normalisation === 'filter' ? 'filter' : direction.normalisation === 'layer' ? 'tensor' : null;
}
