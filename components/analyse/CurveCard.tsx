/** A curve of low loss between two checkpoints: trained here, drawn beside the straight line, and placed as a slice. */
import { useState } from 'react';
import { barrierOf } from '#lib/analysis/barrier.ts';
import { sliceAlongCurve } from '#lib/analysis/requests/curve.ts';
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { readRequest, type UnitOf } from '#lib/analysis/requests/requests.ts';
import { attempt } from '#lib/knownError.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { CURVES } from '#lib/slice/curve.ts';
import { formatLoss } from '#lib/session/words.ts';
import { Button } from '#components/ui/Button.tsx';
import { TextField } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { AnalysisFrame } from './AnalysisFrame.tsx';
import { AskedBefore } from './AskedBefore.tsx';
import type { SliceCardProps } from './card.ts';
import { CURVE_NUMBERS, CURVE_TITLES, curveDraftFor, curveDraftOf, curveRequestOf } from './curveDraft.ts';
import { MiniChart, type XY } from './MiniChart.tsx';
import { useAsked } from './useAsked.ts';

const SHAPES = { bezier: 'Bézier curve, one bend', polygon: 'Two straight lines, one bend' } as const;

export function CurveCard({ recipe, manifest }: SliceCardProps) {
  const asked = useAsked('curve', recipe.subject);
  const [draft, setDraft] = useState(() => (asked[0] ? curveDraftOf(asked[0]) : curveDraftFor(recipe, manifest)));
  const wanted = curveRequestOf(draft, recipe.subject, recipe.loss);
  const read = readRequest(wanted, () => manifest);
  const problemAt = (path: string) => (read.ok ? undefined : read.problems.find((problem) => problem.path === path)?.message);
  const checkpoints = manifest.checkpoints.map(({ id, title }) => ({ value: id, title }));
  return (
    <>
      <AskedBefore asked={asked} chosen={wanted} titleOf={({ from, to, shape, steps, seed }) => `${from} to ${to}, ${shape}, ${steps} steps, seed ${seed}`} onChoose={(request) => setDraft(curveDraftOf(request))} />
      <div className={panel.pair}>
        <Select label="From" value={draft.from} options={checkpoints} onChange={(from) => setDraft({ ...draft, from })} problem={problemAt('from')} />
        <Select label="To" value={draft.to} options={checkpoints} onChange={(to) => setDraft({ ...draft, to })} problem={problemAt('to')} />
      </div>
      <Select label="Curve" value={draft.shape} options={CURVES.map((value) => ({ value, title: SHAPES[value] }))} onChange={(shape) => setDraft({ ...draft, shape })} />
      <div className={panel.pair}>
        {CURVE_NUMBERS.map((name) => (
          <TextField key={name} label={CURVE_TITLES[name]} value={draft[name]} inputMode="decimal" onChange={(text) => setDraft({ ...draft, [name]: text })} problem={problemAt(name)} />
        ))}
      </div>
      {read.ok && (
        <AnalysisFrame
          request={wanted}
          caveat={say(manifest.network.buffers.length > 0 ? 'curve.caveat.statistics' : 'curve.caveat')}
          citation={say('curve.source')}
          live={(losses) => <TrainingStrip losses={losses} />}
        >
          {([unit]) => unit && <TrainedCurveView unit={unit} request={wanted} manifest={manifest} />}
        </AnalysisFrame>
      )}
    </>
  );
}

function TrainedCurveView({ unit, request, manifest }: { readonly unit: UnitOf<'curve'>; readonly request: ReturnType<typeof curveRequestOf>; readonly manifest: SubjectManifest }) {
  const session = useSession();
  const { chooseSlice } = useRoomView();
  const may = useMay();
  const [problem, setProblem] = useState<string | null>(null);
  const [along, straight, losses] = [unit.along, unit.straight, unit.losses].map((values) => values.map(fromJsonNumber));

  async function place(): Promise<void> {
    const slice = sliceAlongCurve(request, unit.bend, manifest);
    try {
      await session.vectors.ready(slice);
      const outcome = session.place(slice);
      if ('sliceId' in outcome) chooseSlice(outcome.sliceId);
      else setProblem(outcome.problems[0]?.message ?? null);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <>
      <TrainingStrip losses={losses!} />
      <MiniChart
        label="Loss along the curve, and along the straight line"
        series={[
          { title: 'the curve', points: alongPoints(along!), look: 'first', drawn: 'line' },
          { title: 'the straight line', points: alongPoints(straight!), look: 'second', drawn: 'line' },
        ]}
        xTitle="t"
        yTitle="loss"
      />
      <dl className={panel.facts}>
        <dt>Barrier</dt>
        <dd>
          <strong>{barrierWords(along!)}</strong> on the curve, {barrierWords(straight!)} on the straight line
        </dd>
        <dt>Highest loss</dt>
        <dd>
          {formatLoss(Math.max(...along!))} on the curve, {formatLoss(Math.max(...straight!))} on the straight line
        </dd>
      </dl>
      {may.edit && (
        <p>
          <Button size="small" onClick={() => void place()}>
            {say('curve.place')}
          </Button>
        </p>
      )}
      {problem !== null && <p className={panel.warn}>{problem}</p>}
    </>
  );
}

const alongPoints = (losses: readonly number[]): readonly XY[] => losses.map((loss, place) => [place / (losses.length - 1), loss]);

/** The losses that the steps met, each at another place of the curve. */
function TrainingStrip({ losses }: { readonly losses: readonly number[] }) {
  const points = losses.map((loss, index): XY => [losses.length > 1 ? index / (losses.length - 1) : 0, loss]);
  return <MiniChart label="Loss of the training steps, in order" series={[{ title: 'training', points, look: 'first', drawn: 'line' }]} xTitle="training so far" yTitle="loss" />;
}

/** How far the losses rise above the chord of their ends. */
function barrierWords(values: readonly number[]): string {
  const outcome = attempt(() => barrierOf({ axes: [{ min: 0, max: 1, count: values.length }], columns: values.length, rows: 1, values }));
  return outcome.ok ? formatLoss(outcome.value.barrier) : 'unknown';
}
