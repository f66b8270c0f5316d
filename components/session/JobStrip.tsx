/** The strip at the bottom: how far the picture is, who helps, how fast, how long still. It counts points, not only per cent. */
import { formatCount, formatRoughLoss, formatShare } from '#lib/session/words.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProgressBar } from '#components/ui/ProgressBar.tsx';
import { Takes, useTooLarge } from '#components/lend/TooLarge.tsx';
import { useLending } from '#components/lend/useLending.ts';
import { useLendsTo } from '#components/lend/useLendsTo.ts';
import { plural, say } from '#components/words.ts';
import { JobHalt } from './JobHalt.tsx';
import { useRoomView, useSession } from './SessionContext.ts';
import { isUntouched, type Job, type TimeLeft } from './useJob.ts';
import styles from './JobStrip.module.css';

export function JobStrip({ job }: { readonly job: Job | null }) {
  const { lending } = useSession();
  const state = useLending(lending);
  const view = useRoomView();
  const isLending = state.kind !== 'off' && state.kind !== 'unable';
  const isForThis = useLendsTo(view.slice?.by);
  const isTooLarge = useTooLarge(view.sliceId);
  const helpsHere = isLending && isForThis;
  if (!job) return <footer className={styles.strip}>{say('job.none')}</footer>;
  const isComplete = job.work.computed >= job.work.all;
  // What was computed before this page came is fetched, which takes nobody any computing.
  const onTheirWay = job.work.computed - job.work.done;
  const hasEveryPoint = job.measured >= job.points;
  const isHalted = view.slice?.halt !== undefined;
  const isGoing = !isComplete && !isHalted && (job.helpers > 0 || helpsHere);
  const isWaiting = !isComplete && !isHalted && view.slice?.isPutAway !== true && job.helpers === 0 && !helpsHere && !isUntouched(job);
  return (
    <footer className={styles.strip} aria-label="Computing">
      <div className={styles.bar}>
        <ProgressBar label="Points of this slice measured" done={job.work.done} total={job.work.all} />
      </div>
      <p className={styles.numbers}>
        {hasEveryPoint ? (
          <span>{say('job.done', { n: formatCount(job.points) })}</span>
        ) : (
          <span>
            {formatCount(job.measured)} of {formatCount(job.points)} points
          </span>
        )}
        {onTheirWay > 0 && <span>{say('job.fetching', { n: formatCount(onTheirWay) })}</span>}
        <Samples levels={job.levels} />
        <span>{formatCount(job.verified)} verified</span>
        {!isComplete && <span>{plural(job.helpers, 'helper')}</span>}
        {job.pointsPerSecond !== null && isGoing && <span>{formatCount(Math.max(1, Math.round(job.pointsPerSecond)))} points per second</span>}
        {job.left && isGoing && !isTooLarge && <span>{timeLeftWords(job, job.left)}</span>}
        {job.notFinite > 0 && <span>{formatCount(job.notFinite)} not finite</span>}
      </p>
      {!isComplete && <JobHalt />}
      {isTooLarge && !isComplete && !isHalted && view.slice && (
        <p role="status">
          {say('large.title')}. <Takes recipe={view.slice.recipe} />
        </p>
      )}
      {isWaiting && (
        <div className={styles.ask} role="status">
          <span>{say(isLending ? 'call.own' : 'job.nohelpers')}</span>
          <Button size="small" tone="accent" icon="chip" onClick={() => (isLending ? lending.setHelps('everyone') : lending.start())}>
            {say(isLending ? 'lend.everyone' : 'call.compute')}
          </Button>
        </div>
      )}
      {isLending && (
        <Button size="small" icon="chip" onClick={() => lending.stop()}>
          Stop helping
        </Button>
      )}
      {state.kind === 'unable' && (
        <Button size="small" tone="danger" icon="warning" onClick={() => view.setTab('compute')}>
          Cannot compute here: why?
        </Button>
      )}
    </footer>
  );
}

function timeLeftWords(job: Job, left: TimeLeft): string {
  const pct = formatShare(job.work.computed / job.work.all);
  if (left.kind === 'unknown') return say('eta.unknown', { pct });
  const { low: lo, high: hi } = left;
  return left.isLonger ? say('eta.grew', { pct, lo, hi, helpers: plural(job.helpers, 'helper') }) : say('eta', { pct, lo, hi });
}

/** How many samples the picture is over, and how sure its level is, where they come piece by piece. */
function Samples({ levels }: { readonly levels: Job['levels'] }) {
  const [first] = levels ?? [];
  if (!first) return null;
  return (
    <>
      <span data-samples={first.samples}>{say('job.samples', { n: formatCount(first.samples), all: formatCount(first.all), set: first.set })}</span>
      {Number.isFinite(first.standardError) && <span data-standard-error={first.standardError}>{say('job.error', { error: formatRoughLoss(first.standardError) })}</span>}
    </>
  );
}
