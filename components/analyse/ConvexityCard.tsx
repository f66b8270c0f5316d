/** A convexity map of the slice on the screen: both eigenvalues of the full Hessian at few points of it, priced before it is placed. */
import { useState } from 'react';
import type { Problem } from '#lib/parsed.ts';
import { STANDARD_MODE } from '#lib/network/mode.ts';
import { formatCount } from '#lib/session/words.ts';
import { rangesOf, sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { etaRange } from '#components/durations.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import { useMay } from '#components/session/useMay.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { Price } from '#client/sessionTypes.ts';
import type { SliceCardProps } from './card.ts';
import { HessianSizeNote } from './HessianSizeNote.tsx';
import { priceWords, useSlicePrice } from './useSlicePrice.ts';

const COUNTS = ['11', '21', '31'] as const;
const PARAMETERS = [
  { value: 'all', title: 'all parameters' },
  { value: 'matrices', title: 'tensors with two or more axes' },
] as const;

/** A run that is sure to a thousandth is sure enough for a colour; most are by then. */
const TOLERANCE = 1e-3;
const STEPS = 60;

export function ConvexityCard({ recipe, manifest }: SliceCardProps) {
  const session = useSession();
  const view = useRoomView();
  const { edit } = useMay();
  const slices = useStore(session.slices);
  const [count, setCount] = useState<(typeof COUNTS)[number]>('11');
  const [parameters, setParameters] = useState<'all' | 'matrices'>('all');
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const map = mapOf(recipe, Number(count), parameters);
  const price = useSlicePrice(map);
  const isPlaced = slices.get(sliceIdOf(map))?.isPutAway === false;

  const place = () => {
    const outcome = session.place(map);
    if ('problems' in outcome) setProblems(outcome.problems);
    else view.chooseSlice(outcome.sliceId);
  };

  return (
    <div className={panel.section}>
      <p className={`${panel.small} ${panel.soft}`}>{say('convexity.what')}</p>
      <Select label="Points" value={count} options={COUNTS.map((value) => ({ value, title: rangesOf(recipe).length === 1 ? value : `${value} × ${value}` }))} onChange={setCount} />
      <Select label="Parameters" value={parameters} options={PARAMETERS} onChange={setParameters} />
      <HessianSizeNote network={manifest.network} choice={parameters} />
      <div className={panel.row}>
        {(edit || isPlaced) && (
          <Button size="small" icon={isPlaced ? 'layers' : 'plus'} onClick={isPlaced ? () => view.chooseSlice(sliceIdOf(map)) : place}>
            {say(isPlaced ? 'convexity.show' : 'convexity.place')}
          </Button>
        )}
        <span className={`${panel.small} ${panel.soft}`} role="status">
          {price.kind === 'known' ? mapPriceWords(price.price) : priceWords(price)}
        </span>
      </div>
      {problems.map(({ path, message }) => (
        <ProblemText key={path + message} text={message} />
      ))}
      <p className={`${panel.small} ${panel.soft}`}>{say('convexity.source')}</p>
    </div>
  );
}

/** The same points of parameter space, fewer of them; with the statistics and dropout that second derivatives are taken at. */
function mapOf(recipe: SliceRecipe, count: number, parameters: 'all' | 'matrices'): SliceRecipe {
  const { cut, curve } = recipe;
  return {
    ...recipe,
    samples: recipe.samples.slice(0, 1),
    mode: recipe.mode.batchNorm === 'interpolated' ? { ...STANDARD_MODE, batchNorm: 'interpolated' } : STANDARD_MODE,
    axes: cut || curve ? recipe.axes : recipe.axes.map((axis) => ({ ...axis, count })),
    ...(cut && { cut: { ...cut, ranges: [{ ...cut.ranges[0], count }, { ...cut.ranges[1], count }] } }),
    ...(curve && { curve: { ...curve, range: { ...curve.range, count } } }),
    measure: { kind: 'convexity', parameters, tolerance: TOLERANCE, steps: STEPS },
  };
}

/** A point is done when it is sure, and takes all its products at most. */
function mapPriceWords({ points, seconds }: Price): string {
  const [lo, hi] = etaRange(seconds);
  return say('convexity.price', { points: formatCount(points), steps: String(STEPS), lo, hi });
}
