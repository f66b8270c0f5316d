/** Looks on this device for a direction along which the loss has a shape that random ones hardly show, says how many it tried, and places the line. */
import { useEffect, useRef, useState } from 'react';
import { inspect, inspectionPrice } from '#client/inspector.ts';
import { MINED_CLASSES, mineCurve, type MinedClass, type Mining, type MiningPlan } from '#lib/analysis/curveMining.ts';
import type { Subject } from '#lib/network/subject.ts';
import { formatCount } from '#lib/session/words.ts';
import type { InspectQuestion } from '#lib/wire/inspectMessages.ts';
import { etaRange } from '#components/durations.ts';
import { useMay } from '#components/session/useMay.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useWholeSubject } from '#components/session/useWholeSubject.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText, TextField } from '#components/ui/Field.tsx';
import { ProgressBar } from '#components/ui/ProgressBar.tsx';
import { Select } from '#components/ui/Select.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { MiniChart } from './MiniChart.tsx';
import { basisOf, CURVE_SAMPLES, MINED_SAMPLES, minedFile, minedLine, roundQuestion, type MiningBasis } from './mining.ts';

const ROUNDS = 12;
const ANGLES = 8;

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'pricing' }
  | { readonly kind: 'priced'; readonly seconds: number }
  | { readonly kind: 'running'; readonly tried: number }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'done'; readonly mining: Mining; readonly basis: MiningBasis };

export function MineCard({ recipe }: SliceCardProps) {
  const subject = useWholeSubject(recipe.subject);
  const [wanted, setWanted] = useState<MinedClass>('w-basin');
  const [seed, setSeed] = useState('1');
  const [state, setState] = useState<State>({ kind: 'idle' });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const plan = { wanted, rounds: ROUNDS, angles: ANGLES, samples: CURVE_SAMPLES, seed: Number(seed) };
  const problem = Number.isInteger(plan.seed) && plan.seed >= 0 && plan.seed <= 0xffffffff && seed.trim() !== '' ? undefined : 'must be a whole number from 0 to 4,294,967,295';

  const run = async (task: (stop: AbortSignal, of: Subject) => Promise<void>) => {
    if (!subject) return;
    const stop = new AbortController();
    running.current = stop;
    try {
      await task(stop.signal, subject);
    } catch (error) {
      setState(stop.signal.aborted ? { kind: 'idle' } : { kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  };
  const price = () =>
    run(async (stop, of) => {
      setState({ kind: 'pricing' });
      const basis = basisOf(recipe, of, plan.seed);
      const first = mineCurve({ ...plan, span: basis.vectors.length }).next();
      if (!first.done) setState({ kind: 'priced', seconds: ROUNDS * (await inspectionPrice(roundQuestion(first.value, basis, recipe, of), stop)) });
    });
  const start = () =>
    run(async (stop, of) => {
      setState({ kind: 'running', tried: 0 });
      const basis = basisOf(recipe, of, plan.seed);
      const ask = async (question: InspectQuestion) => (await inspect(question, stop)).answer;
      const mining = await mined({ ...plan, span: basis.vectors.length }, (tried) => setState({ kind: 'running', tried }), async (round) => {
        const answer = await ask(roundQuestion(round, basis, recipe, of));
        const losses = answer.ask === 'values' ? answer.values.map(([value]) => value!.level.mean) : [];
        return round.directions.map((_, which) => losses.slice(which * CURVE_SAMPLES, (which + 1) * CURVE_SAMPLES));
      });
      setState({ kind: 'done', mining, basis });
    });
  const isBusy = state.kind === 'running' || state.kind === 'pricing';

  return (
    <>
      <p className={`${panel.small} ${panel.soft}`}>{say('mine.what')}</p>
      <div className={panel.pair}>
        <Select label="Shape" value={wanted} options={MINED_CLASSES.map((value) => ({ value, title: value }))} onChange={(next) => (setWanted(next), setState({ kind: 'idle' }))} />
        <TextField label="Seed" inputMode="numeric" value={seed} problem={problem} onChange={(next) => (setSeed(next), setState({ kind: 'idle' }))} />
      </div>
      {isBusy ? (
        <div className={panel.spread} role="status">
          <span className={panel.soft}>{state.kind === 'running' ? say('mine.tried', { tried: state.tried, most: ROUNDS * ANGLES }) : say('price.working')}</span>
          {state.kind === 'running' && <ProgressBar label="Directions tried" done={state.tried} total={ROUNDS * ANGLES} />}
          <Button size="small" onClick={() => running.current?.abort()}>
            Cancel
          </Button>
        </div>
      ) : state.kind === 'priced' ? (
        <div className={panel.row}>
          <Button size="small" tone="accent" onClick={() => void start()}>
            Look for it here
          </Button>
          <span className={`${panel.small} ${panel.soft}`}>{say('mine.price', { most: ROUNDS * ANGLES, samples: formatCount(Math.min(MINED_SAMPLES, recipe.samples[0]!.count)), lo: etaRange(state.seconds)[0], hi: etaRange(state.seconds)[1] })}</span>
        </div>
      ) : (
        <div className={panel.row}>
          <Button size="small" disabled={!subject || problem !== undefined} onClick={() => void price()}>
            What would it cost?
          </Button>
        </div>
      )}
      {state.kind === 'failed' && (
        <p className={panel.warn} role="alert">
          {say('inspect.failed', { reason: state.reason })}
        </p>
      )}
      {state.kind === 'done' && <Found {...state} wanted={wanted} recipe={recipe} />}
      <p className={`${panel.small} ${panel.soft}`}>{say('curve.class.rule')}</p>
    </>
  );
}

/** Runs the rounds one after the other. */
async function mined(plan: MiningPlan, onTried: (tried: number) => void, lossesOf: (round: { readonly directions: readonly (readonly number[])[]; readonly tried: number }) => Promise<readonly (readonly number[])[]>): Promise<Mining> {
  const mining = mineCurve(plan);
  let step = mining.next();
  while (!step.done) {
    const losses = await lossesOf(step.value);
    onTried(step.value.tried + losses.length);
    step = mining.next(losses);
  }
  return step.value;
}

type FoundProps = { readonly mining: Mining; readonly basis: MiningBasis; readonly wanted: MinedClass } & Pick<SliceCardProps, 'recipe'>;

function Found({ mining: { best, tried, counts }, basis, wanted, recipe }: FoundProps) {
  const session = useSession();
  const view = useRoomView();
  const { edit } = useMay();
  const [problem, setProblem] = useState<string>();
  const middle = (CURVE_SAMPLES - 1) / 2;
  const place = async () => {
    const line = minedLine(session.vectors.hold(minedFile(best!, basis, recipe, tried)), recipe);
    try {
      await session.vectors.ready(line);
    } catch (error) {
      return setProblem(error instanceof Error ? error.message : String(error));
    }
    const outcome = session.place(line);
    if ('problems' in outcome) setProblem(outcome.problems.map(({ message }) => message).join(' '));
    else view.chooseSlice(outcome.sliceId);
  };
  return (
    <>
      <p role="status">{best?.class === wanted ? say('mine.found', { shape: wanted, tried }) : say('mine.nothing', { shape: wanted, tried })}</p>
      <p className={panel.small}>
        {Object.entries(counts)
          .filter(([, count]) => count > 0)
          .map(([name, count]) => `${name} ${count}`)
          .join(', ')}
      </p>
      {best && (
        <>
          <MiniChart label={`The loss along the direction that came nearest, a ${best.class}.`} xTitle="along the direction" yTitle="loss" series={[{ title: best.class, look: 'first', drawn: 'line', points: best.losses.map((loss, at) => [at / middle - 1, loss] as const) }]} />
          {edit && (
            <div className={panel.row}>
              <Button size="small" icon="plus" onClick={() => void place()}>
                Place this line
              </Button>
            </div>
          )}
          <ProblemText text={problem} />
        </>
      )}
    </>
  );
}
