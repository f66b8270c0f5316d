/** The mean curvature along filter-normalised directions at a checkpoint: the sharpness that rescaling does not move, with the proof beside it. */
import { useState } from 'react';
import type { FilterCurvatureRequest } from '#lib/analysis/requests/filterCurvature.ts';
import { estimateOf } from '#lib/analysis/trace.ts';
import { formatCount, formatLoss, formatRoughLoss } from '#lib/session/words.ts';
import { TextField } from '#components/ui/Field.tsx';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { draftFor, pointOf } from './curvaturePoint.ts';
import { TwinnedFrame } from './TwinnedFrame.tsx';
import { meanOfProbes } from './twinNumbers.ts';

export function FilterCurvatureCard({ recipe, manifest }: SliceCardProps) {
  const [draft, setDraft] = useState(() => draftFor(recipe));
  const [probes, setProbes] = useState('100');
  const { parameters: _filters, ...point } = pointOf(draft, recipe, manifest);
  const request: FilterCurvatureRequest = { kind: 'filterCurvature', format: 1, ...point, probes: Number(probes), seed: 1 };
  return (
    <TwinnedFrame
      draft={draft}
      onChange={setDraft}
      hasGroup={false}
      recipe={recipe}
      manifest={manifest}
      fields={<TextField label="Probes" inputMode="numeric" value={probes} onChange={setProbes} />}
      request={request}
      words="filterCurvature"
      title="mean dᵀHd"
      numberOf={(units) => meanOfProbes(units, request)}
    >
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
    </TwinnedFrame>
  );
}
