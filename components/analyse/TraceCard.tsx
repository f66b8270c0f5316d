/** The trace of the Hessian at a checkpoint, with its standard error; it becomes surer as probes come. */
import { useState } from 'react';
import type { TraceRequest } from '#lib/analysis/requests/trace.ts';
import { estimateOf } from '#lib/analysis/trace.ts';
import { formatCount, formatLoss, formatRoughLoss } from '#lib/session/words.ts';
import { TextField } from '#components/ui/Field.tsx';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { draftFor, pointOf } from './curvaturePoint.ts';
import { TwinnedFrame } from './TwinnedFrame.tsx';
import { meanOfProbes } from './twinNumbers.ts';

export function TraceCard({ recipe, manifest }: SliceCardProps) {
  const [draft, setDraft] = useState(() => draftFor(recipe));
  const [probes, setProbes] = useState('50');
  const request: TraceRequest = { kind: 'trace', format: 1, ...pointOf(draft, recipe, manifest), probes: Number(probes), seed: 1 };
  return (
    <TwinnedFrame
      draft={draft}
      onChange={setDraft}
      recipe={recipe}
      manifest={manifest}
      fields={<TextField label="Probes" inputMode="numeric" value={probes} onChange={setProbes} />}
      request={request}
      words="trace"
      title="trace"
      numberOf={(units) => meanOfProbes(units, request)}
    >
      {(units) => {
        const samples = units.flatMap((unit) => unit?.samples ?? []);
        const size = units.find((unit) => unit !== null)?.size;
        if (samples.length < 2 || size === undefined) return null;
        const { mean, standardError } = estimateOf(samples);
        return (
          <dl className={panel.facts}>
            <dt>trace</dt>
            <dd>
              <strong>{formatLoss(mean)}</strong> ± {formatRoughLoss(standardError)}
            </dd>
            <dt>mean eigenvalue</dt>
            <dd>{formatLoss(mean / size)}</dd>
            <dt>parameters</dt>
            <dd>{formatCount(size)}</dd>
            <dt>samples</dt>
            <dd>{`${formatCount(request.samples.count)} ${request.samples.set}`}</dd>
            <dt>products used</dt>
            <dd>{formatCount(samples.length)}</dd>
          </dl>
        );
      }}
    </TwinnedFrame>
  );
}
