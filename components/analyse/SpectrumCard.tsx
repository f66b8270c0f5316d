/** Both ends of the Hessian's spectrum at a checkpoint, how sure they are, and one press to the plane of the two outermost eigenvectors. */
import { useState } from 'react';
import { SPECTRUM_TOLERANCE, type Eigenvalue, type Spectrum, type SpectrumRequest } from '#lib/analysis/requests/spectrum.ts';
import { planeOfVectors } from '#lib/slice/planeOfVectors.ts';
import type { Problem } from '#lib/parsed.ts';
import { formatCount, formatLoss, formatRoughLoss } from '#lib/session/words.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText, TextField } from '#components/ui/Field.tsx';
import { useMay } from '#components/session/useMay.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { draftFor, pointOf } from './curvaturePoint.ts';
import { TwinnedFrame } from './TwinnedFrame.tsx';
import styles from './Analyse.module.css';

/** Both ends of most spectra are sure by then. */
const STEPS = 120;

export function SpectrumCard({ recipe, manifest }: SliceCardProps) {
  const [draft, setDraft] = useState(() => draftFor(recipe));
  const [ends, setEnds] = useState('5');
  const request: SpectrumRequest = { kind: 'spectrum', format: 1, ...pointOf(draft, recipe, manifest), ends: Number(ends), steps: STEPS, seed: 1 };
  return (
    <TwinnedFrame
      draft={draft}
      onChange={setDraft}
      recipe={recipe}
      manifest={manifest}
      fields={<TextField label="At each end" inputMode="numeric" value={ends} onChange={setEnds} />}
      request={request}
      words="spectrum"
      live={([min, max]) => <Live min={min} max={max} />}
      title="λmax"
      numberOf={([unit]) => (unit ? { ...unit.largest[0]!, loss: unit.loss } : null)}
    >
      {([spectrum]) => spectrum && <Found spectrum={spectrum} request={request} {...{ recipe }} />}
    </TwinnedFrame>
  );
}

function Live({ min, max }: { readonly min: number | undefined; readonly max: number | undefined }) {
  if (min === undefined || max === undefined) return null;
  return <p className={panel.small}>{say('spectrum.live', { min: formatLoss(min), max: formatLoss(max) })}</p>;
}

type FoundProps = Pick<SliceCardProps, 'recipe'> & { readonly spectrum: Spectrum; readonly request: SpectrumRequest };

function Found({ spectrum, request, recipe }: FoundProps) {
  const { largest, least, loss, gradientNorm, size, products } = spectrum;
  const [max, min] = [largest[0]!, least[0]!];
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">rank</th>
            <th scope="col">largest</th>
            <th scope="col">least</th>
          </tr>
        </thead>
        <tbody>
          {largest.map((each, rank) => (
            <tr key={rank}>
              <th scope="row">{rank + 1}</th>
              <td>
                <Value of={each} />
              </td>
              <td>
                <Value of={least[rank]!} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl className={panel.facts}>
        <dt>loss here</dt>
        <dd>{formatLoss(loss)}</dd>
        <dt>gradient</dt>
        <dd>‖g‖ = {formatLoss(gradientNorm)}</dd>
        <dt>−λmin/λmax</dt>
        <dd>{min.value + min.error < 0 && max.value > 0 ? formatLoss(-min.value / max.value) : '0'}</dd>
        <dt>parameters</dt>
        <dd>{formatCount(size)}</dd>
        <dt>samples</dt>
        <dd>{`${formatCount(request.samples.count)} ${request.samples.set}`}</dd>
        <dt>products used</dt>
        <dd>{formatCount(products)}</dd>
      </dl>
      <p className={panel.small}>{say(min.value + min.error < 0 ? 'spectrum.saddle' : 'spectrum.bowl')}</p>
      {Math.max(max.error, min.error) > SPECTRUM_TOLERANCE * Math.max(Math.abs(max.value), Math.abs(min.value)) && <p className={panel.warn}>{say('spectrum.unsure')}</p>}
      <PlacePlane {...{ spectrum, request, recipe }} />
    </>
  );
}

function PlacePlane({ spectrum, request, recipe }: FoundProps) {
  const session = useSession();
  const view = useRoomView();
  const { edit } = useMay();
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  if (!edit) return null;
  const { largest, least, vectors, loss } = spectrum;
  const axis = ({ value }: Eigenvalue, digest: string) => ({ digest, title: `λ = ${formatLoss(value)}`, curvature: value });
  const place = async (second: { readonly digest: string; readonly title: string; readonly curvature: number }) => {
    const { checkpoint, samples } = request;
    const plane = planeOfVectors({ recipe: { ...recipe, samples: [samples] }, checkpoint, loss, axes: [axis(largest[0]!, vectors.largest), second] });
    try {
      await session.vectors.ready(plane);
    } catch (error) {
      return setProblems([{ path: '', message: error instanceof Error ? error.message : String(error) }]);
    }
    const outcome = session.place(plane);
    if ('problems' in outcome) setProblems(outcome.problems);
    else view.chooseSlice(outcome.sliceId);
  };
  return (
    <div className={panel.row}>
      <Button size="small" icon="plus" onClick={() => void place(axis(least[0]!, vectors.least))}>
        {say('spectrum.place')}
      </Button>
      {vectors.gradient !== null && (
        <Button size="small" tone="quiet" icon="plus" onClick={() => void place({ digest: vectors.gradient!, title: 'gradient', curvature: largest[0]!.value })}>
          {say('spectrum.gradient')}
        </Button>
      )}
      {problems.map(({ path, message }) => (
        <ProblemText key={path + message} text={message} />
      ))}
    </div>
  );
}

/** The error under its value, since two of both side by side are wider than the panel. */
const Value = ({ of: { value, error } }: { readonly of: Eigenvalue }) => (
  <>
    {formatLoss(value)} <span className={panel.under}>± {formatRoughLoss(error)}</span>
  </>
);
