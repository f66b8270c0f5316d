/** The live counter-example to sharpness: one layer larger, the next smaller, the same network; what changes, and what does not. */
import { useEffect, useRef, useState } from 'react';
import { inspect } from '#client/inspector.ts';
import { rescalablePairs } from '#lib/analysis/rescaling.ts';
import { formatLoss } from '#lib/session/words.ts';
import type { InspectQuestion } from '#lib/wire/inspectMessages.ts';
import { useWholeSubject } from '#components/session/useWholeSubject.ts';
import { Button } from '#components/ui/Button.tsx';
import { Field } from '#components/ui/Field.tsx';
import { ProgressBar } from '#components/ui/ProgressBar.tsx';
import { Select } from '#components/ui/Select.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { whyNoGradient } from './inspected.ts';
import { MiniChart, type XY } from './MiniChart.tsx';
import { twinQuestions, TWIN_SAMPLES, type Twin } from './twins.ts';
import styles from './Analyse.module.css';

type State = { readonly kind: 'idle' } | { readonly kind: 'running'; readonly done: number } | { readonly kind: 'failed'; readonly reason: string } | { readonly kind: 'done'; readonly twins: readonly [Twin, Twin]; readonly factor: number };

/** Three questions to each of two networks. */
const QUESTIONS = 6;

export function RescaleCard({ recipe, manifest }: SliceCardProps) {
  const subject = useWholeSubject(recipe.subject);
  const pairs = rescalablePairs(manifest.network);
  const legal = pairs.filter(({ reason }) => reason === null);
  const [name, setName] = useState(legal[0]?.from ?? '');
  const [power, setPower] = useState(2);
  const [state, setState] = useState<State>({ kind: 'idle' });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const factor = 2 ** power;
  const pair = legal.find(({ from }) => from === name);
  const refusal = whyNoGradient(recipe);

  const start = async () => {
    if (!subject || !pair) return;
    const stop = new AbortController();
    running.current = stop;
    let done = 0;
    setState({ kind: 'running', done });
    const ask = async (question: InspectQuestion) => {
      const { answer } = await inspect(question, stop.signal);
      setState({ kind: 'running', done: ++done });
      return answer;
    };
    const losses = async (question: InspectQuestion): Promise<readonly XY[]> => {
      const answer = await ask(question);
      return answer.ask === 'values' ? answer.values.map(([value], at): XY => [question.spots[at]!.a, value!.level.mean]) : [];
    };
    const twins: Twin[] = [];
    try {
      for (const questions of twinQuestions(recipe, subject, pair, factor)) {
        const raw = await losses(questions.raw);
        const normalised = await losses(questions.normalised);
        const answer = await ask(questions.largest);
        twins.push({ raw, normalised, loss: raw[(raw.length - 1) / 2]![1], largest: answer.ask === 'largest' ? answer.eigenvalues[0]! : { max: NaN, maxError: NaN } });
      }
      setState({ kind: 'done', twins: twins as [Twin, Twin], factor });
    } catch (error) {
      setState(stop.signal.aborted ? { kind: 'idle' } : { kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  };

  if (pairs.length === 0) return <p className={panel.soft}>{say('rescale.none')}</p>;
  if (!pair) return <p className={panel.soft}>{say('rescale.refused', { from: pairs[0]!.from, to: pairs[0]!.to, reason: pairs[0]!.reason ?? '' })}</p>;
  if (refusal !== null) return <p className={panel.soft}>{refusal}</p>;
  return (
    <>
      <p className={panel.small}>{say('rescale.what')}</p>
      <Select label="Layers" value={name} options={legal.map(({ from, to }) => ({ value: from, title: `${from} × s, ${to} ÷ s` }))} onChange={setName} />
      <Field label={`s = ${factor < 1 ? `1/${1 / factor}` : factor}`}>{(parts) => <input {...parts} type="range" className={panel.range} min={-4} max={4} step={1} value={power} onChange={(event) => setPower(Number(event.target.value))} />}</Field>
      {state.kind === 'running' ? (
        <div className={panel.spread} role="status">
          <ProgressBar label="Questions to both networks" done={state.done} total={QUESTIONS} />
          <Button size="small" onClick={() => running.current?.abort()}>
            Cancel
          </Button>
        </div>
      ) : (
        <Button size="small" disabled={!subject} onClick={() => void start()}>
          Rescale and measure, {Math.min(TWIN_SAMPLES, recipe.samples[0]!.count)} samples
        </Button>
      )}
      {state.kind === 'failed' && (
        <p className={panel.warn} role="alert">
          {say('inspect.failed', { reason: state.reason })}
        </p>
      )}
      {state.kind === 'done' && <Outcome twins={state.twins} factor={state.factor} />}
    </>
  );
}

function Outcome({ twins, factor }: { readonly twins: readonly [Twin, Twin]; readonly factor: number }) {
  const series = (of: 'raw' | 'normalised') =>
    twins.map((twin, index) => ({ title: index === 0 ? 'as it is' : `rescaled by ${factor}`, drawn: 'line' as const, look: index === 0 ? ('first' as const) : ('second' as const), points: twin[of] }));
  const apart = Math.max(...twins[0].normalised.map(([, loss], at) => Math.abs(loss - twins[1].normalised[at]![1])));
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">measured here</th>
            <th scope="col">as it is</th>
            <th scope="col">rescaled</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">loss</th>
            {twins.map(({ loss }, index) => (
              <td key={index}>{loss.toPrecision(7)}</td>
            ))}
          </tr>
          <tr>
            <th scope="row">λmax</th>
            {twins.map(({ largest: { max, maxError } }, index) => (
              <td key={index}>
                {formatLoss(max)} <span className={styles.whole}>± {formatLoss(maxError)}</span>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
      <MiniChart label="Loss along one and the same raw direction through both networks." xTitle="raw direction" yTitle="loss" series={series('raw')} />
      <MiniChart label="Loss along the filter-normalised direction through both networks." xTitle="filter-normalised" yTitle="loss" series={series('normalised')} />
      <p role="status">{say('rescale.outcome', { apart: formatLoss(apart) })}</p>
    </>
  );
}
