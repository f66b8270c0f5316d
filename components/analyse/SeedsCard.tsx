/** The same slice under several seeds, side by side on one scale: what of a picture is the network's, and what the seed's. */
import { useEffect, useRef } from 'react';
import { seedBand } from '#lib/analysis/seedBand.ts';
import { coordinateOf } from '#lib/slice/grid.ts';
import { seedGroup, seedlessKey, USUAL_SEEDS } from '#lib/slice/groups.ts';
import { rangesOf, sliceIdOf } from '#lib/slice/recipe.ts';
import { formatLoss } from '#lib/session/words.ts';
import type { Look } from '#lib/session/look.ts';
import type { SetName } from '#lib/network/subject.ts';
import { isKnown } from '#lib/work/estimate.ts';
import type { LossRange, SurfaceView } from '#lib/work/surface.ts';
import type { WholeSource } from '#client/surfaceStore.ts';
import { colourBytes } from '#components/landscape/colourMaps.ts';
import { lossScaleOf } from '#components/landscape/lossScale.ts';
import { Button } from '#components/ui/Button.tsx';
import { useStore } from '#components/useStore.ts';
import { priceWords, useSlicePrice } from './useSlicePrice.ts';
import { useMay } from '#components/session/useMay.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { seedsTitle } from '#lib/session/sliceTitle.ts';
import { plural } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { MiniChart, type Series } from './MiniChart.tsx';
import styles from './Seeds.module.css';

export function SeedsCard({ recipe, source }: SliceCardProps) {
  const session = useSession();
  const view = useRoomView();
  const { edit } = useMay();
  const slices = useStore(session.slices);
  useGrowth(source);
  const set = source.surface.sets.includes(view.look.set) ? view.look.set : source.surface.sets[0]!;
  const key = seedlessKey(recipe);
  const siblings = [...slices].flatMap(([id, record]) => (!record.isPutAway && seedlessKey(record.recipe) === key ? [{ id, recipe: record.recipe, source: session.surfaces.of(id) }] : []));
  const known = siblings.flatMap((each) => (each.source ? [{ ...each, source: each.source }] : []));
  const missing = seedGroup(recipe, USUAL_SEEDS)
    .filter((each) => !slices.has(sliceIdOf(each)))
    .slice(0, Math.max(0, USUAL_SEEDS - siblings.length));
  const price = useSlicePrice(edit && missing.length > 0 ? recipe : null);
  return (
    <>
      <p className={panel.small}>
        {plural(siblings.length, 'seed')} in this session. {siblings.length < USUAL_SEEDS && 'Five or more say what of a picture is due to the seed.'}
      </p>
      {edit && missing.length > 0 && (
        <div className={panel.row}>
          <Button
            size="small"
            icon="plus"
            onClick={() => {
              for (const each of missing) session.place(each);
            }}
          >
            Place {missing.length} more
          </Button>
          <span role="status" className={`${panel.small} ${panel.soft}`}>
            {priceWords(price, missing.length)}
          </span>
        </div>
      )}
      {rangesOf(recipe).length === 1 ? <Curves sources={known.map((each) => each.source)} set={set} /> : <Strip all={known} set={set} look={view.look} chosen={view.sliceId} onChoose={view.chooseSlice} />}
    </>
  );
}

function Curves({ sources, set }: { readonly sources: readonly WholeSource[]; readonly set: SetName }) {
  const axis = sources[0]?.tiling.grid.axes[0];
  if (!axis) return null;
  const xs = Array.from({ length: axis.count }, (_, index) => coordinateOf(axis, index));
  const curves = sources.map(({ surface }) => surface.field(set).values);
  const paired = (values: ArrayLike<number>) => xs.map((x, index) => [x, values[index]!] as const);
  const series: Series[] = curves.map((curve, index) => ({ title: index === 0 ? 'each seed' : '', points: paired(curve), look: 'estimated', drawn: 'line' }));
  if (curves.length > 1) {
    const { mean, deviation } = seedBand(curves);
    series.push(
      { title: 'mean', points: paired(mean), look: 'first', drawn: 'line' },
      { title: 'mean ± one deviation', points: paired(mean.map((value, at) => value + deviation[at]!)), look: 'second', drawn: 'line' },
      { title: '', points: paired(mean.map((value, at) => value - deviation[at]!)), look: 'second', drawn: 'line' },
    );
  }
  return <MiniChart label={`The ${set} loss along α under ${curves.length} seeds, with their mean and a band of one standard deviation`} series={series} xTitle="α" yTitle={`${set} loss`} />;
}

type StripProps = {
  readonly all: readonly { readonly id: string; readonly recipe: SliceCardProps['recipe']; readonly source: WholeSource }[];
  readonly set: SetName;
  readonly look: Look;
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
};

function Strip({ all, set, look, chosen, onChoose }: StripProps) {
  const ranges = all.flatMap(({ source }) => source.surface.range(set) ?? []);
  if (ranges.length === 0) return <p className={panel.soft}>Nothing is measured yet.</p>;
  const range = { min: Math.min(...ranges.map(({ min }) => min)), max: Math.max(...ranges.map(({ max }) => max)) };
  const complete = all.filter(({ source }) => source.surface.counts(set).measured === source.surface.counts(set).points);
  const { mean, deviation } = complete.length > 1 ? seedBand(complete.map(({ source }) => source.surface.field(set).values)) : { mean: null, deviation: null };
  const average = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return (
    <>
      <div className={styles.strip}>
        {all.map(({ id, recipe, source }) => (
          <button key={id} type="button" className={styles.small} aria-pressed={id === chosen} onClick={() => onChoose(id)}>
            <SmallMap surface={source.surface} set={set} look={look} range={range} version={source.getSnapshot()} />
            <span>{seedsTitle(recipe)}</span>
          </button>
        ))}
      </div>
      <p className={`${panel.small} ${panel.soft}`}>
        One scale, {formatLoss(range.min)} to {formatLoss(range.max)}.
        {mean && deviation && ` Over ${complete.length} complete maps the mean loss is ${formatLoss(average(mean))}; at a point, seeds differ by ${formatLoss(average(deviation))} on average (one standard deviation).`}
      </p>
    </>
  );
}

type SmallMapProps = { readonly surface: SurfaceView; readonly set: SetName; readonly look: Look; readonly range: LossRange; readonly version: number };

function SmallMap({ surface, set, look, range, version }: SmallMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { columns, rows } = surface.tiling.grid;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const { values, states } = surface.field(set);
    const scale = lossScaleOf(look.colourScale, range);
    const colours = colourBytes(look.colourMap);
    const image = context.createImageData(columns, rows);
    for (let at = 0; at < values.length; at++) {
      if (!isKnown(states[at]!)) continue;
      // An image begins at the top, a grid at the bottom.
      const to = ((rows - 1 - Math.floor(at / columns)) * columns + (at % columns)) * 4;
      const from = Math.round(scale.fraction(values[at]!) * 255) * 4;
      image.data.set(colours.subarray(from, from + 4), to);
    }
    context.putImageData(image, 0, 0);
  }, [surface, set, look.colourMap, look.colourScale, range, version, columns, rows]);
  return <canvas ref={canvas} className={styles.map} width={columns} height={rows} />;
}
