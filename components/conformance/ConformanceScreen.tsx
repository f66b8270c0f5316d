'use client';
/** The checks of lib/conformance, run in this very browser: what was measured beside what is expected, row by row. */
import { useState } from 'react';
import { startConformance, type ConformanceState, type Outcome } from '#client/conformance.ts';
import { createStore } from '#client/store.ts';
import { CHECKS } from '#lib/conformance/conformance.ts';
import type { Check } from '#lib/conformance/trap.ts';
import { BACKENDS, type BackendWish } from '#lib/wire/workerMessages.ts';
import { Badge } from '#components/ui/Badge.tsx';
import { Button } from '#components/ui/Button.tsx';
import { PlainPage } from '#components/ui/PlainPage.tsx';
import { ProgressBar } from '#components/ui/ProgressBar.tsx';
import { Select } from '#components/ui/Select.tsx';
import { WISH_TITLES } from '#components/backendWords.ts';
import { useLasting } from '#components/useLasting.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import reading from '#components/ui/Reading.module.css';
import styles from './ConformanceScreen.module.css';

/** What stands before the page is alive, and on the server. */
const BEFORE = createStore<ConformanceState>({ outcomes: CHECKS.map(() => ({ kind: 'waiting' })), report: null, isDone: false });

export function ConformanceScreen() {
  const [wish, setWish] = useState<BackendWish>('auto');
  const [turn, setTurn] = useState(0);
  const run = useLasting(`${wish} ${turn}`, () => startConformance(wish), ({ stop }) => stop());
  const state = useStore(run?.state ?? BEFORE);
  return (
    <PlainPage title={say('conformance.title')} what={say('conformance.what')} layout="reading">
      <section className={`${reading.framed} ${styles.state}`} aria-label="How the checks stand">
        <Overall state={state} />
        <div className={reading.buttons}>
          <Select label="Compute with" value={wish} options={(['auto', ...BACKENDS] as const).map((value) => ({ value, title: WISH_TITLES[value] }))} onChange={setWish} />
          <Button icon="redo" disabled={!state.isDone} onClick={() => setTurn(turn + 1)}>
            Run again
          </Button>
        </div>
      </section>
      <noscript>{say('conformance.noscript')}</noscript>
      <ol className={styles.rows}>
        {CHECKS.map((check, index) => (
          <Row key={check.name} check={check} outcome={state.outcomes[index]!} />
        ))}
      </ol>
    </PlainPage>
  );
}

function Overall({ state: { outcomes, report, isDone } }: { readonly state: ConformanceState }) {
  const total = CHECKS.length;
  const held = outcomes.filter(holds).length;
  const done = outcomes.filter(({ kind }) => kind === 'measured' || kind === 'failed').length;
  return (
    <div className={styles.overall} data-done={isDone}>
      <p role="status" className={styles.count} data-ok={isDone ? held === total : undefined}>
        {isDone ? say(held === total ? 'conformance.all' : 'conformance.some', { held, total }) : say('conformance.running', { done, held, total })}
      </p>
      {!isDone && <ProgressBar label="Checks done" done={done} total={total} />}
      <p className={reading.soft}>{report ? report.why : isDone ? 'Nothing computes here.' : 'Looking for what computes here …'}</p>
    </div>
  );
}

const holds = (outcome: Outcome): boolean => outcome.kind === 'measured' && outcome.measurement.ok;

function Row({ check: { name, who, claim }, outcome }: { readonly check: Check; readonly outcome: Outcome }) {
  return (
    <li className={styles.row} data-outcome={holds(outcome) ? 'holds' : outcome.kind === 'measured' ? 'failed' : outcome.kind}>
      <div className={styles.head}>
        <h2>{name}</h2>
        <Verdict outcome={outcome} />
      </div>
      <p>{claim}</p>
      <dl className={reading.facts}>
        {outcome.kind === 'measured' && (
          <>
            <dt>Measured</dt>
            <dd>{outcome.measurement.measured}</dd>
            <dt>Expected</dt>
            <dd>{outcome.measurement.expected}</dd>
          </>
        )}
        {outcome.kind === 'failed' && (
          <>
            <dt>Stopped</dt>
            <dd>{outcome.reason}</dd>
          </>
        )}
        <dt>Known from</dt>
        <dd>{who}</dd>
      </dl>
    </li>
  );
}

function Verdict({ outcome }: { readonly outcome: Outcome }) {
  switch (outcome.kind) {
    case 'waiting':
      return <Badge icon="wait">waiting</Badge>;
    case 'running':
      return (
        <Badge icon="chip" tone="accent">
          measuring
        </Badge>
      );
    case 'failed':
      return (
        <Badge icon="warning" tone="danger">
          could not be measured
        </Badge>
      );
    case 'measured':
      return outcome.measurement.ok ? (
        <Badge icon="check" tone="ok">
          claim holds
        </Badge>
      ) : (
        <Badge icon="warning" tone="danger">
          claim does not hold
        </Badge>
      );
  }
}
