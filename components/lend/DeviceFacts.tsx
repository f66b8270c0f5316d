/** What this device computes with, in plain words, and why it is nothing faster. */
import type { LendingState, Lent } from '#client/lendingTypes.ts';
import { reasonOf } from '#components/backendWords.ts';
import { formatMilliseconds } from '#components/durations.ts';
import { plural, say } from '#components/words.ts';
import { formatShare } from '#lib/session/words.ts';
import reading from '#components/ui/Reading.module.css';
import styles from './Lend.module.css';

export function DeviceFacts({ state }: { readonly state: Extract<LendingState, Lent> }) {
  const { report, engine, workers, dispatches } = state;
  const device = engine && !engine.includes(report.title) && !report.title.includes(engine) ? report.title : null;
  const parts = [device && `On ${device}`, reasonOf(report), report.isSoftwareAdapter && !/software/i.test(report.why) ? 'A software adapter' : null].filter((part) => part !== null);
  return (
    <dl className={reading.facts}>
      <dt>With</dt>
      <dd>
        {engine ?? report.title}
        {parts.map((part) => (
          <span key={part} className={styles.under}>
            {part}.
          </span>
        ))}
      </dd>
      <dt>Side by side</dt>
      <dd>{plural(workers, 'worker')}</dd>
      {dispatches.count > 0 && (
        <>
          <dt>At a stretch</dt>
          <dd>{say('lend.stretch', { longest: formatMilliseconds(dispatches.longestMs), share: formatShare(1 - dispatches.long / dispatches.count) })}</dd>
        </>
      )}
    </dl>
  );
}
