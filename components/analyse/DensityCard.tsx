/** The spectral density of the Hessian at a checkpoint: Ritz values with their weights, smoothed, over as many starts as have come. */
import { useState } from 'react';
import type { DensityOfStart, DensityRequest } from '#lib/analysis/requests/density.ts';
import { momentOf } from '#lib/analysis/spectralDensity.ts';
import { formatCount, formatLoss, formatRoughLoss } from '#lib/session/words.ts';
import { TextField } from '#components/ui/Field.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { AskedFrame } from './AskedFrame.tsx';
import type { SliceCardProps } from './card.ts';
import { CurvatureFields } from './CurvatureFields.tsx';
import { draftFor, pointOf } from './curvaturePoint.ts';
import { DensityPlot } from './DensityPlot.tsx';

const STEPS = 60;

export function DensityCard({ recipe, manifest }: SliceCardProps) {
  const [draft, setDraft] = useState(() => draftFor(recipe));
  const [starts, setStarts] = useState('5');
  const request: DensityRequest = { kind: 'density', format: 1, ...pointOf(draft, recipe, manifest), starts: Number(starts), steps: STEPS, seed: 1 };
  return (
    <>
      <CurvatureFields draft={draft} onChange={setDraft} recipe={recipe} manifest={manifest}>
        <TextField label="Random starts" inputMode="numeric" value={starts} onChange={setStarts} />
      </CurvatureFields>
      <AskedFrame manifest={manifest} request={request} caveat={say('density.caveat')} citation={say('density.source')}>
        {(units) => {
          const measures = units.filter((unit) => unit !== null);
          return measures.length > 0 && <Found measures={measures} request={request} />;
        }}
      </AskedFrame>
    </>
  );
}

function Found({ measures, request }: { readonly measures: readonly DensityOfStart[]; readonly request: DensityRequest }) {
  const nodes = measures.flatMap((measure) => measure.nodes);
  const [low, high] = [Math.min(...nodes), Math.max(...nodes)];
  const mean = (of: (measure: DensityOfStart) => number): number => measures.reduce((sum, measure) => sum + of(measure), 0) / measures.length;
  const negative = measures.map(({ nodes: values, weights }) => values.reduce((sum, value, index) => sum + (value < 0 ? weights[index]! : 0), 0));
  const [least, most] = [Math.min(...negative), Math.max(...negative)];
  return (
    <>
      <DensityPlot measures={measures} />
      <dl className={panel.facts}>
        <dt>from</dt>
        <dd>
          {formatLoss(low)} to {formatLoss(high)}
        </dd>
        <dt>weight below 0</dt>
        <dd>{`${formatRoughLoss(least * 100)} to ${formatRoughLoss(most * 100)} %`}</dd>
        <dt>sum of weights</dt>
        <dd>{formatLoss(mean((measure) => momentOf(measure, 0)))}</dd>
        <dt>mean eigenvalue</dt>
        <dd>{formatLoss(mean((measure) => momentOf(measure, 1)))}</dd>
        <dt>parameters</dt>
        <dd>{formatCount(measures[0]!.size)}</dd>
        <dt>samples</dt>
        <dd>{`${formatCount(request.samples.count)} ${request.samples.set}`}</dd>
        <dt>products used</dt>
        <dd>{formatCount(nodes.length)}</dd>
      </dl>
    </>
  );
}
