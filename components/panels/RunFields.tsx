/** Which other networks of this session count as further runs of the one in the form: those of the same form, and why others do not. */
import { formDifference } from '#lib/network/form.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { MAX_RUNS, pathIdsOf } from '#lib/slice/runs.ts';
import { Disclosure } from '#components/ui/Disclosure.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';
import { plural, say } from '#components/words.ts';
import styles from './Panel.module.css';

type RunFieldsProps = { readonly subject: string; readonly manifest: SubjectManifest; readonly runs: readonly string[]; readonly onChange: (runs: readonly string[]) => void };

export function RunFields({ subject, manifest, runs, onChange }: RunFieldsProps) {
  const session = useSession();
  const catalogue = useStore(session.catalogue);
  const loaded = useStore(session.subjects);
  const others = catalogue.filter(({ id }) => id !== subject);
  const fitting = others.filter((each) => formDifference(manifest.network, each.manifest.network) === null);
  if (fitting.length === 0) return <p className={`${styles.small} ${styles.soft}`}>{say('runs.none')}</p>;
  return (
    <Disclosure title="And of other runs" summary={runs.length === 0 ? 'none' : plural(runs.length, 'run')}>
      {fitting.map(({ id, manifest: run }) => (
        <Toggle
          key={id}
          kind="checkbox"
          label={run.title}
          hint={`${plural(pathIdsOf(run).length, 'checkpoint')} on ${run.dataset.title}${runs.includes(id) && !loaded.some((each) => each.id === id) ? ', loading its weights …' : ''}`}
          isOn={runs.includes(id)}
          disabled={!runs.includes(id) && runs.length >= MAX_RUNS}
          onChange={(isOn) => {
            // A failure is told by the session, and the axes wait.
            if (isOn) session.loadWeights(id).catch(() => {});
            onChange(fitting.flatMap((each) => ((each.id === id ? isOn : runs.includes(each.id)) ? [each.id] : [])));
          }}
        />
      ))}
      {others.length > fitting.length && <p className={`${styles.small} ${styles.soft}`}>{say('runs.otherForm', { n: plural(others.length - fitting.length, 'network') })}</p>}
    </Disclosure>
  );
}
