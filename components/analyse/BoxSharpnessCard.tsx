/** ε-sharpness at a checkpoint: how far the loss rises in a small box around it, and the same network rescaled beside it. */
import { useState } from 'react';
import { sharpnessOf } from '#lib/analysis/boxSharpness.ts';
import { highestOf, type BoxAscent, type BoxSharpnessRequest } from '#lib/analysis/requests/boxSharpness.ts';
import { formatCount, formatLoss } from '#lib/session/words.ts';
import { TextField } from '#components/ui/Field.tsx';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { draftFor, pointOf } from './curvaturePoint.ts';
import { TwinnedFrame } from './TwinnedFrame.tsx';
import type { Measured } from './twinNumbers.ts';

/** As in the paper; what a stated number means nothing without. */
const EPSILON = '0.001';
const [STARTS, STEPS] = ['3', 10];

export function BoxSharpnessCard({ recipe, manifest }: SliceCardProps) {
  const [draft, setDraft] = useState(() => draftFor(recipe));
  const [epsilon, setEpsilon] = useState(EPSILON);
  const [starts, setStarts] = useState(STARTS);
  const { parameters: _all, ...point } = pointOf(draft, recipe, manifest);
  const request: BoxSharpnessRequest = { kind: 'boxSharpness', format: 1, ...point, epsilon: Number(epsilon), starts: Number(starts), steps: STEPS, seed: 1 };
  return (
    <TwinnedFrame
      draft={draft}
      onChange={setDraft}
      hasGroup={false}
      recipe={recipe}
      manifest={manifest}
      fields={
        <>
          <TextField label="ε" inputMode="decimal" value={epsilon} onChange={setEpsilon} />
          <TextField label="Ascents" inputMode="numeric" value={starts} onChange={setStarts} />
        </>
      }
      request={request}
      words="box"
      title="ε-sharpness, %"
      numberOf={(ascents) => measuredOf(ascents, request)}
    >
      {(units) => {
        const ascents = units.flatMap((unit) => unit ?? []);
        const found = highestOf(ascents);
        if (!found) return null;
        return (
          <dl className={panel.facts}>
            <dt>ε-sharpness</dt>
            <dd>
              at least <strong>{formatLoss(sharpnessOf(found))} %</strong>
              <span className={panel.under}>of 1 + loss, over |y| ≤ ε·(|θ| + 1) for every weight</span>
            </dd>
            <dt>loss here</dt>
            <dd>{formatLoss(found.loss)}</dd>
            <dt>highest met</dt>
            <dd>{formatLoss(found.highest)}</dd>
            <dt>ascents</dt>
            <dd>{`${ascents.length} of ${request.starts}, ${STEPS} steps each`}</dd>
            <dt>samples</dt>
            <dd>{`${formatCount(request.samples.count)} ${request.samples.set}`}</dd>
          </dl>
        );
      }}
    </TwinnedFrame>
  );
}

/** Of all ascents: with fewer the number is another one. */
function measuredOf(ascents: readonly BoxAscent[], { starts }: BoxSharpnessRequest): Measured | null {
  const found = ascents.length === starts ? highestOf(ascents) : null;
  return found && { value: sharpnessOf(found), error: 0, loss: found.loss };
}
