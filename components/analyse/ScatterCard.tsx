/** Curvature against test error over the networks of this session: dots, and no line through them. */
import { isClassification } from '#lib/network/loss.ts';
import { formatLoss, formatShare } from '#lib/session/words.ts';
import { strideOf } from '#lib/slice/grid.ts';
import { rangesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { SurfaceView } from '#lib/work/surface.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { checkpointTitle } from '#lib/session/sliceTitle.ts';
import { Button } from '#components/ui/Button.tsx';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { MiniChart } from './MiniChart.tsx';
import { useTick } from './useTick.ts';

export function ScatterCard() {
  const session = useSession();
  const { chooseSlice } = useRoomView();
  const slices = useStore(session.slices);
  const catalogue = useStore(session.catalogue);
  useTick();
  const dots = [...slices].flatMap(([id, { recipe, isPutAway }]) => {
    const surface = isPutAway || !isTold(recipe) ? null : (session.surfaces.of(id)?.surface ?? null);
    const told = surface && curvatureAndError(surface);
    const manifest = catalogue.find((each) => each.id === recipe.subject)?.manifest;
    return told ? [{ id, title: `${manifest?.title ?? 'a network'}, ${checkpointTitle(manifest, recipe.centre)}`, ...told }] : [];
  });
  return (
    <>
      {dots.length === 0 ? (
        <p className={panel.soft}>{say('scatter.none')}</p>
      ) : (
        <>
          <MiniChart
            label={`Test error against filter-normalised curvature for ${dots.length} slices.`}
            series={[{ title: 'a slice', points: dots.map(({ curvature, error }) => [curvature, error]), look: 'first', drawn: 'dots' }]}
            xTitle="curvature at the centre, filter-wise"
            yTitle="test error"
          />
          <ul className={panel.list}>
            {dots.map(({ id, title, curvature, error }) => (
              <li key={id} className={panel.spread}>
                <Button size="small" onClick={() => chooseSlice(id)}>
                  {title}
                </Button>
                <span className={panel.small}>
                  {formatLoss(curvature)} · {formatShare(error)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      <p className={panel.small}>{say('scatter.what')}</p>
    </>
  );
}

/** Slices whose numbers may stand in one chart: filter-wise random directions, with test samples and classes. */
const isTold = (recipe: SliceRecipe): boolean =>
  isClassification(recipe.loss) &&
  !recipe.measure &&
  rangesOf(recipe).length < 3 &&
  recipe.samples.some(({ set }) => set === 'test') &&
  recipe.axes.every(({ direction }) => direction.kind === 'random' && direction.normalisation === 'filter');

/** Second differences at the centre, averaged over the axes, and the share of test samples classified wrongly there; null while not measured. */
function curvatureAndError(surface: SurfaceView): { readonly curvature: number; readonly error: number } | null {
  const { grid } = surface.tiling;
  const [alpha, beta] = grid.axes;
  const [column, row] = [alpha!.anchor, beta?.anchor ?? 0];
  const centre = surface.valueAt('test', column, row);
  if (!centre) return null;
  // The same step for every grid, where it has one: that of the coarsest level.
  const stride = strideOf(grid, 0);
  const bends = [alpha!, ...(beta ? [beta] : [])].map((axis, which) => {
    const step = (stride * (axis.max - axis.min)) / (axis.count - 1);
    const [up, down] = [1, -1].map((way) => (which === 0 ? surface.valueAt('test', column + way * stride, row) : surface.valueAt('test', column, row + way * stride))?.loss ?? NaN);
    return (up! - 2 * centre.loss + down!) / step ** 2;
  });
  const curvature = bends.reduce((sum, bend) => sum + bend, 0) / bends.length;
  return Number.isFinite(curvature) ? { curvature, error: 1 - centre.accuracy } : null;
}
