/**
 * What whoever lends this device can do: start, pause, finish, stop, and how hard it may work. The same in a session and on the lend-only page.
 *
 * It says why nothing is computed, with the one thing that would change it. It knows no slices.
 */
import { DUTIES, dutyOf, type DutyName } from '#client/lenderChoice.ts';
import type { LendingState, PauseReason } from '#client/lendingTypes.ts';
import { HELPED } from '#lib/session/people.ts';
import { formatCount } from '#lib/session/words.ts';
import { Button } from '#components/ui/Button.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { noticeWords } from '#components/backendWords.ts';
import { formatSeconds } from '#components/durations.ts';
import { useStore } from '#components/useStore.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { say } from '#components/words.ts';
import { DeviceFacts } from './DeviceFacts.tsx';
import { useLending } from './useLending.ts';
import { Waits } from './Waits.tsx';
import reading from '#components/ui/Reading.module.css';
import styles from './Lend.module.css';

const DUTY_TITLES: Readonly<Record<DutyName, string>> = { light: 'Light 25 %', balanced: 'Balanced 50 %', full: 'Full' };

type LenderControlsProps = {
  /** What became of what was computed, in words: `412 points so far, 7 % of this picture`. */
  readonly contribution: string | null;
  /** Whether something of the picture on screen is still to be computed, by whomever. */
  readonly isMore: boolean;
  /** Whether this person can place slices here, and so choose to compute only those. */
  readonly mayPlace: boolean;
};

export function LenderControls({ contribution, isMore, mayPlace }: LenderControlsProps) {
  const { lending, care } = useSession();
  const state = useLending(lending);
  const duty = useStore(lending.duty);
  const helps = useStore(lending.helps);
  const power = useStore(care.power);
  const goesOn = useStore(care.goesOn);
  return (
    <div className={styles.controls}>
      <Buttons state={state} />
      <div role="status" className={styles.said}>
        <Said state={state} contribution={contribution} isMore={isMore} />
      </div>
      <Segments
        label="How much of the time"
        value={dutyOf(duty) ?? 'full'}
        segments={(Object.keys(DUTIES) as DutyName[]).map((value) => ({ value, title: DUTY_TITLES[value] }))}
        onChange={(next) => lending.setDuty(DUTIES[next])}
        hint={say('lend.duty')}
      />
      {mayPlace && (
        <Segments
          label={say('lend.whom')}
          value={helps}
          segments={HELPED.map((value) => ({ value, title: say(`lend.whom.${value}`) }))}
          onChange={(next) => lending.setHelps(next)}
          hint={say('lend.whom.hint')}
        />
      )}
      <Toggle kind="checkbox" label={say('lend.background')} isOn={goesOn.hidden} onChange={(isOn) => care.allow('hidden', isOn)} />
      <p className={reading.soft}>{power.kind === 'battery' ? say('lend.power.battery', { level: Math.round(power.level * 100) }) : say(power.kind === 'mains' ? 'lend.power.mains' : 'lend.power.unknown')}</p>
      {'report' in state && <DeviceFacts state={state} />}
    </div>
  );
}

function Buttons({ state }: { readonly state: LendingState }) {
  const { lending } = useSession();
  switch (state.kind) {
    case 'off':
    case 'unable':
      return (
        <Button tone="accent" size="large" icon="chip" onClick={() => lending.start()}>
          {state.kind === 'unable' ? 'Try again' : 'Start lending'}
        </Button>
      );
    case 'starting':
      return (
        <Button size="large" onClick={() => lending.stop()}>
          Stop
        </Button>
      );
    case 'paused':
      return (
        <div className={styles.buttons}>
          <Button tone="accent" size="large" disabled={state.reason !== 'person'} onClick={() => lending.resume('person')}>
            Go on
          </Button>
          <Button size="large" onClick={() => lending.stop()}>
            Stop
          </Button>
        </div>
      );
    case 'helping':
    case 'idle':
    case 'finishing':
      return (
        <div className={styles.buttons}>
          <Button size="large" onClick={() => lending.pause('person')}>
            Pause
          </Button>
          <Button size="large" disabled={state.kind === 'finishing'} title={say('lend.finish')} onClick={() => lending.finish()}>
            Finish
          </Button>
          <Button size="large" tone="danger" title={say('lend.stop')} onClick={() => lending.stop()}>
            Stop
          </Button>
        </div>
      );
  }
}

function Said({ state, contribution, isMore }: Omit<LenderControlsProps, 'mayPlace'> & { readonly state: LendingState }) {
  const { care, lending } = useSession();
  switch (state.kind) {
    case 'off':
      return <p>{state.points > 0 && contribution !== null ? say('lend.thanks', { what: contribution }) : say('lend.paused')}</p>;
    case 'starting':
      return <p>{say('lend.starting')}</p>;
    case 'unable':
      return <p className={reading.warning}>{state.reason}</p>;
    case 'paused':
      return (
        <>
          <p className={reading.warning}>{say(PAUSE_WORDS[state.reason], { why: state.why ?? '' })}</p>
          {state.reason === 'battery' && (
            <Button size="small" onClick={() => care.allow('battery', true)}>
              Help anyway
            </Button>
          )}
          {state.reason === 'elsewhere' && (
            <Button size="small" onClick={() => care.takeOver()}>
              Compute in this tab instead
            </Button>
          )}
          {state.reason === 'failures' && (
            <Button size="small" onClick={() => lending.resume('failures')}>
              Try again
            </Button>
          )}
          {contribution !== null && <p>{say('lend.sofar', { what: contribution })}</p>}
        </>
      );
    case 'helping':
    case 'finishing':
    case 'idle':
      return (
        <>
          {state.kind === 'idle' ? <Waits holds={state.holds} isMore={isMore} /> : <p>{state.kind === 'finishing' ? say('lend.finishing') : say('lend.on', { what: contribution ?? `${formatCount(state.points)} points so far` })}</p>}
          {state.kind === 'idle' && contribution !== null && <p>{say('lend.sofar', { what: contribution })}</p>}
          {state.isBraked && <p className={reading.warning}>{say('lend.braked')}</p>}
          {state.report.notice && <p className={reading.warning}>{noticeWords(state.report.notice)}</p>}
          {!('gpu' in navigator) && <p>{say('lend.cpu')}</p>}
          <p className={reading.soft}>
            {state.pointsPerSecond > 0 ? `${formatCount(Math.max(1, Math.round(state.pointsPerSecond)))} points per second` : 'Waiting for work'}
            {state.tileMs !== null && ` · a piece of work takes ${formatSeconds(state.tileMs / 1000)}`}
          </p>
        </>
      );
  }
}

const PAUSE_WORDS = {
  person: 'lend.paused.person',
  battery: 'lend.battery',
  hidden: 'lend.hidden',
  heat: 'lend.heat',
  elsewhere: 'lend.elsewhere',
  failures: 'lend.failures',
} as const satisfies Record<PauseReason, Parameters<typeof say>[0]>;
