/** Every analysis of the session that is not done: whoever asked, everybody sees it here, whichever slice is on the screen. */
import { kindOf } from '#lib/analysis/requests/requests.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { AnalysisProgress } from './AnalysisProgress.tsx';

export function OpenAnalyses() {
  const { analyses, catalogue } = useSession();
  const open = useStore(analyses.views).filter(({ status }) => status !== 'done');
  const networks = useStore(catalogue);
  if (open.length === 0) return null;
  return (
    <section className={panel.section} aria-label={say('analysis.open')}>
      <h2>{say('analysis.open')}</h2>
      <ul className={panel.list}>
        {open.map((view) => (
          <li key={view.id} className={panel.card}>
            <p>
              <strong>{kindOf(view.record.request).title}</strong>
              <span className={panel.under}>
                {networks.find(({ id }) => id === view.record.request.subject)?.manifest.title} · {say('analysis.askedBy', { who: view.record.byName })}
              </span>
            </p>
            <AnalysisProgress view={view} />
          </li>
        ))}
      </ul>
    </section>
  );
}
