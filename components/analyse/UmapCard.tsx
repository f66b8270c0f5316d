/** UMAP of the checkpoints with how faithful it is. There is no way back from it, so nothing can be drawn behind it; that is said. */
import { useState } from 'react';
import { CHECKPOINT_CHOICES, rowsOf, type CheckpointChoice } from '#lib/analysis/requests/checkpointChoice.ts';
import { readRequest, type AnalysisRequest, type UnitOf } from '#lib/analysis/requests/requests.ts';
import { TextField } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import styles from './Analyse.module.css';
import { AnalysisFrame } from './AnalysisFrame.tsx';
import { AskedBefore } from './AskedBefore.tsx';
import type { SliceCardProps } from './card.ts';
import { CHOICE_TITLES } from './choiceTitles.ts';
import { MiniChart, type XY } from './MiniChart.tsx';
import { useAsked } from './useAsked.ts';

/** As McInnes et al. choose; the method itself is loaded only by who computes it. */
const [NEIGHBOURS, MIN_DISTANCE] = [15, '0.1'];

type Draft = { readonly of: CheckpointChoice; readonly neighbours: string; readonly minDistance: string; readonly seed: string };

type Request = Extract<AnalysisRequest, { readonly kind: 'umap' }>;

const draftOf = ({ of, neighbours, minDistance, seed }: Request): Draft => ({ of, neighbours: String(neighbours), minDistance: String(minDistance), seed: String(seed) });

export function UmapCard({ recipe, manifest }: SliceCardProps) {
  const asked = useAsked('umap', recipe.subject);
  const [draft, setDraft] = useState<Draft>(() => {
    if (asked[0]) return draftOf(asked[0]);
    const of = manifest.trajectory.length >= 5 ? 'trajectory' : 'all';
    const neighbours = Math.max(2, Math.min(NEIGHBOURS, Math.floor(rowsOf(of, manifest).length / 2)));
    return { of, neighbours: String(neighbours), minDistance: MIN_DISTANCE, seed: '1' };
  });
  const number = (text: string) => (text.trim() === '' ? NaN : Number(text));
  const request: Request = {
    kind: 'umap',
    format: 1,
    subject: recipe.subject,
    of: draft.of,
    seed: number(draft.seed),
    neighbours: number(draft.neighbours),
    minDistance: number(draft.minDistance),
  };
  const read = readRequest(request, () => manifest);
  const problemAt = (path: string) => (read.ok ? undefined : read.problems.find((problem) => problem.path === path)?.message);
  return (
    <>
      <AskedBefore asked={asked} chosen={request} titleOf={({ of, neighbours, minDistance, seed }) => `${CHOICE_TITLES[of]}, ${neighbours} neighbours, ${minDistance}, seed ${seed}`} onChoose={(before) => setDraft(draftOf(before))} />
      <Select label="Checkpoints" value={draft.of} options={CHECKPOINT_CHOICES.map((value) => ({ value, title: CHOICE_TITLES[value] }))} onChange={(of) => setDraft({ ...draft, of })} problem={problemAt('of')} />
      <div className={panel.pair}>
        <TextField label="Neighbours" value={draft.neighbours} inputMode="numeric" onChange={(neighbours) => setDraft({ ...draft, neighbours })} problem={problemAt('neighbours')} />
        <TextField label="Least distance" value={draft.minDistance} inputMode="decimal" onChange={(minDistance) => setDraft({ ...draft, minDistance })} problem={problemAt('minDistance')} />
        <TextField label="Seed" value={draft.seed} inputMode="numeric" onChange={(seed) => setDraft({ ...draft, seed })} problem={problemAt('seed')} />
      </div>
      {read.ok && (
        <AnalysisFrame request={request} caveat={say('umap.caveat')} citation={say('umap.source')}>
          {([unit]) => unit && <Embedding unit={unit} />}
        </AnalysisFrame>
      )}
    </>
  );
}

function Embedding({ unit }: { readonly unit: UnitOf<'umap'> }) {
  const points = unit.picture.map(([x, y]): XY => [x!, y!]);
  return (
    <>
      <MiniChart
        label={`${points.length} checkpoints placed by UMAP, joined in their order`}
        series={[
          { title: 'order', points, look: 'estimated', drawn: 'line' },
          { title: 'checkpoints', points, look: 'first', drawn: 'dots' },
          { title: 'last', points: points.slice(-1), look: 'danger', drawn: 'dots' },
        ]}
        xTitle="first number"
        yTitle="second number"
      />
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">of {unit.k} neighbours</th>
            <th scope="col">UMAP</th>
            <th scope="col">two components</th>
          </tr>
        </thead>
        <tbody>
          {(['trustworthiness', 'continuity'] as const).map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{unit.umap[name].toFixed(4)}</td>
              <td>{unit.components[name].toFixed(4)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
