/** A bent picture of the checkpoints with the surface behind it: what is lost on the way stands beside every one of them. */
import { useState } from 'react';
import { CHECKPOINT_CHOICES, rowsOf, type CheckpointChoice } from '#lib/analysis/requests/checkpointChoice.ts';
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { readRequest, type AnalysisRequest, type UnitOf } from '#lib/analysis/requests/requests.ts';
import { canonicalJson } from '#lib/digest.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { formatLoss, formatShare } from '#lib/session/words.ts';
import { TextField } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import styles from './Analyse.module.css';
import { AnalysisFrame } from './AnalysisFrame.tsx';
import { AskedBefore } from './AskedBefore.tsx';
import type { SliceCardProps } from './card.ts';
import { CHOICE_TITLES } from './choiceTitles.ts';
import { DecodedMap } from './DecodedMap.tsx';
import { MiniChart } from './MiniChart.tsx';
import { useAsked } from './useAsked.ts';

type Draft = { readonly of: CheckpointChoice; readonly epochs: string; readonly side: string; readonly seed: string };

type Request = Extract<AnalysisRequest, { readonly kind: 'autoEncoder' }>;

const draftOf = ({ of, epochs, side, seed }: Request): Draft => ({ of, epochs: String(epochs), side: String(side), seed: String(seed) });

export function AutoEncoderCard({ recipe, manifest }: SliceCardProps) {
  const asked = useAsked('autoEncoder', recipe.subject).filter(({ samples, loss }) => loss === recipe.loss && canonicalJson(samples) === canonicalJson(recipe.samples[0]));
  const [draft, setDraft] = useState<Draft>(() => (asked[0] ? draftOf(asked[0]) : { of: manifest.trajectory.length >= 3 ? 'trajectory' : 'all', epochs: '3000', side: '17', seed: '1' }));
  const number = (text: string) => (text.trim() === '' ? NaN : Number(text));
  const request: Request = {
    kind: 'autoEncoder',
    format: 1,
    subject: recipe.subject,
    of: draft.of,
    samples: recipe.samples[0]!,
    loss: recipe.loss,
    seed: number(draft.seed),
    epochs: number(draft.epochs),
    side: number(draft.side),
  };
  const read = readRequest(request, () => manifest);
  const problemAt = (path: string) => (read.ok ? undefined : read.problems.find((problem) => problem.path === path)?.message);
  return (
    <>
      <AskedBefore asked={asked} chosen={request} titleOf={({ of, epochs, side, seed }) => `${CHOICE_TITLES[of]}, ${epochs} epochs, ${side} × ${side}, seed ${seed}`} onChoose={(before) => setDraft(draftOf(before))} />
      <Select label="Checkpoints" value={draft.of} options={CHECKPOINT_CHOICES.map((value) => ({ value, title: CHOICE_TITLES[value] }))} onChange={(of) => setDraft({ ...draft, of })} problem={problemAt('of')} />
      <div className={panel.pair}>
        <TextField label="Epochs" value={draft.epochs} inputMode="numeric" onChange={(epochs) => setDraft({ ...draft, epochs })} problem={problemAt('epochs')} />
        <TextField label="Places a side" value={draft.side} inputMode="numeric" onChange={(side) => setDraft({ ...draft, side })} problem={problemAt('side')} />
        <TextField label="Seed" value={draft.seed} inputMode="numeric" onChange={(seed) => setDraft({ ...draft, seed })} problem={problemAt('seed')} />
      </div>
      {read.ok && (
        <AnalysisFrame
          request={request}
          caveat={say('encoder.caveat')}
          citation={say('encoder.source')}
          live={(errors) => (
            <MiniChart
              label="Reconstruction error while the auto-encoder is trained"
              series={[{ title: 'error', points: errors.map((error, index) => [index, error]), look: 'first', drawn: 'line' }]}
              xTitle="training"
              yTitle="error"
              isLog
            />
          )}
        >
          {([unit]) => unit && <Decoded unit={unit} request={request} manifest={manifest} />}
        </AnalysisFrame>
      )}
    </>
  );
}

function Decoded({ unit, request, manifest }: { readonly unit: UnitOf<'autoEncoder'>; readonly request: { readonly of: CheckpointChoice }; readonly manifest: SubjectManifest }) {
  const titles = rowsOf(request.of, manifest).map((row) => manifest.checkpoints[row]!.title);
  const isBetter = unit.error < unit.linearError;
  return (
    <>
      <DecodedMap surface={unit.surface.map(fromJsonNumber)} points={unit.checkpoints.map(({ picture }, at) => ({ title: titles[at]!, at: picture }))} />
      <p className={panel.small}>
        {say(isBetter ? 'encoder.better' : 'encoder.notBetter', { error: formatShare(unit.error), linear: formatShare(unit.linearError) })}
      </p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">checkpoint</th>
            <th scope="col">error</th>
            <th scope="col">true loss</th>
            <th scope="col">decoded loss</th>
          </tr>
        </thead>
        <tbody>
          {unit.checkpoints.map(({ error, loss, decodedLoss }, at) => (
            <tr key={titles[at]}>
              <th scope="row">{titles[at]}</th>
              <td className={styles.whole}>{formatShare(error)}</td>
              <td>{formatLoss(fromJsonNumber(loss))}</td>
              <td>{formatLoss(fromJsonNumber(decodedLoss))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
