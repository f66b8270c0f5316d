/** The mean curvature along filter-normalised directions at a checkpoint: the sharpness that rescaling does not move, with the proof beside it. */
import { useState } from 'react';
import type { FilterCurvatureRequest, FilterCurvatureSamples } from '#lib/analysis/requests/filterCurvature.ts';
import { estimateOf } from '#lib/analysis/trace.ts';
import { formatCount, formatLoss, formatRoughLoss } from '#lib/session/words.ts';
import { TextField } from '#components/ui/Field.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { AskedFrame } from './AskedFrame.tsx';
import type { SliceCardProps } from './card.ts';
import { CurvatureFields } from './CurvatureFields.tsx';
import { draftFor, pointOf } from './curvaturePoint.ts';
import { RescaledTwin } from './RescaledTwin.tsx';
import type { Measured } from './twinNumbers.ts';

export function FilterCurvatureCard({ recipe, manifest }: SliceCardProps) {
  const [draft, setDraft] = useState(() => draftFor(recipe));
  const [probes, setProbes] = useState('100');
  const { parameters: _filters, ...point } = pointOf(draft, recipe, manifest);
  const request: FilterCurvatureRequest = { kind: 'filterCurvature', format: 1, ...point, probes: Number(probes), seed: 1 };
  return (
    <>
      <CurvatureFields draft={draft} onChange={setDraft} recipe={recipe} manifest={manifest} hasGroup={false}>
        <TextField label="Probes" inputMode="numeric" value={probes} onChange={setProbes} />
      </CurvatureFields>
      <AskedFrame manifest={manifest} request={request} caveat={say('filterCurvature.caveat')} citation={say('filterCurvature.source')}>
        {(units) => {
          const samples = units.flatMap((unit) => unit?.samples ?? []);
          if (samples.length < 2) return null;
          const { mean, standardError } = estimateOf(samples);
          return (
            <dl className={panel.facts}>
              <dt>mean dᵀHd</dt>
              <dd>
                <strong>{formatLoss(mean)}</strong> ± {formatRoughLoss(standardError)}
              </dd>
              <dt>probes</dt>
              <dd>{`${formatCount(samples.length)} of ${formatCount(request.probes)}`}</dd>
              <dt>samples</dt>
              <dd>{`${formatCount(request.samples.count)} ${request.samples.set}`}</dd>
            </dl>
          );
        }}
      </AskedFrame>
      <RescaledTwin request={request} manifest={manifest} title="mean dᵀHd" numberOf={(units) => measuredOf(units, request)} />
    </>
  );
}

/** Of all probes: the same ones were sent through both networks. */
function measuredOf(units: readonly FilterCurvatureSamples[], { probes }: FilterCurvatureRequest): Measured | null {
  const samples = units.flatMap(({ samples: each }) => each);
  if (samples.length < probes) return null;
  const { mean, standardError } = estimateOf(samples);
  return { value: mean, error: standardError };
}
