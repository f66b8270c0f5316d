/** Lending this browser: one switch, what it does right now and with what, and how hard it may work. */
import { BACKENDS } from '#lib/wire/workerMessages.ts';
import type { LendingState } from '#client/sessionTypes.ts';
import { formatCount } from '#lib/session/words.ts';
import { Field } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { noticeWords, reasonOf, WISH_TITLES } from '#components/backendWords.ts';
import { useStore } from '#components/useStore.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { plural, say } from '#components/words.ts';
import styles from './Panel.module.css';

export function ComputePanel() {
  const { lending } = useSession();
  const state = useStore(lending.state);
  const wish = useStore(lending.wish);
  const duty = useStore(lending.duty);
  const isOn = state.kind !== 'off' && state.kind !== 'unable';
  return (
    <div className={styles.panel}>
      <section className={styles.section}>
        <h2>Lend this browser</h2>
        <p>{say('lend.ask')}</p>
        <p className={`${styles.small} ${styles.soft}`}>{say('lend.receives')}</p>
        <Toggle label="Lend compute to this session" isOn={isOn} onChange={(next) => (next ? lending.start() : lending.stop())} />
        <div role="status" className={styles.section}>
          <LendingWords state={state} />
        </div>
      </section>
      <section className={styles.section}>
        <Select
          label="Compute with"
          value={wish}
          options={(['auto', ...BACKENDS] as const).map((value) => ({ value, title: WISH_TITLES[value] }))}
          onChange={(next) => lending.setWish(next)}
        />
        <Field label={`How much of the time: ${Math.round(duty * 100)} %`} hint="Less leaves the device cooler and the tab smoother.">
          {(parts) => <input {...parts} type="range" className={styles.range} min={10} max={100} step={5} value={Math.round(duty * 100)} onChange={(event) => lending.setDuty(Number(event.target.value) / 100)} />}
        </Field>
      </section>
    </div>
  );
}

function LendingWords({ state }: { readonly state: LendingState }) {
  switch (state.kind) {
    case 'off':
      return <p className={styles.soft}>{say('lend.paused')}</p>;
    case 'starting':
      return <p>{say('lend.starting')}</p>;
    case 'unable':
      return <p className={styles.warn}>{state.reason}</p>;
    case 'helping':
    case 'idle':
      return (
        <>
          <p>{state.kind === 'helping' ? say('lend.on', { n: plural(state.points, 'point') }) : say('lend.idle')}</p>
          {state.report.notice && <p className={styles.notice}>{noticeWords(state.report.notice)}</p>}
          {!('gpu' in navigator) && <p className={styles.small}>{say('lend.cpu')}</p>}
          <dl className={styles.facts}>
            <dt>With</dt>
            <dd>
              {state.engine ?? state.report.title}
              <Reason state={state} />
            </dd>
            <dt>Workers</dt>
            <dd>{plural(state.workers, 'worker')}</dd>
            <dt>Computed</dt>
            <dd>{plural(state.points, 'point')} in this session</dd>
            <dt>Speed</dt>
            <dd>{state.pointsPerSecond > 0 ? `${formatCount(Math.round(state.pointsPerSecond))} points per second` : 'waiting for work'}</dd>
          </dl>
        </>
      );
  }
}

/** Why it computes with this and with nothing faster. */
function Reason({ state: { report, engine } }: { readonly state: Extract<LendingState, { kind: 'helping' | 'idle' }> }) {
  const device = engine && !engine.includes(report.title) && !report.title.includes(engine) ? report.title : null;
  const parts = [device && `On ${device}`, reasonOf(report), report.isSoftwareAdapter && !/software/i.test(report.why) ? 'A software adapter' : null].filter((part) => part !== null);
  return parts.map((part) => (
    <span key={part} className={styles.under}>
      {part}.
    </span>
  ));
}
