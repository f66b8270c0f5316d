/** How far a long analysis is, who computes it and for how long still, with what a person may do about it; nothing once it is done. */
import type { AnalysisView } from '#client/analysisTypes.ts';
import { formatShare } from '#lib/session/words.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProgressBar } from '#components/ui/ProgressBar.tsx';
import { useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import { useStore } from '#components/useStore.ts';
import { plural, say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import styles from './Analysis.module.css';
import { useEta } from './useEta.ts';

export function AnalysisProgress({ view }: { readonly view: AnalysisView }) {
  const session = useSession();
  const { analyses } = session;
  const may = useMay();
  const me = useStore(session.me);
  const people = useStore(session.people);
  const eta = useEta(view.status === 'running' ? view.share : null);
  if (view.status === 'done') return null;
  const who = [...new Set(view.running.map(({ by }) => by))].map((id) => (id === me?.id ? 'you' : (people.get(id)?.name ?? 'somebody')));
  const isRunning = view.status === 'running';
  return (
    <div className={styles.progress}>
      <ProgressBar label={say('analysis.progress')} done={view.share} total={1} />
      <p role="status" className={styles.row}>
        <span>
          {formatShare(view.share)}
          {view.total > 1 && ` · ${view.units.length} of ${plural(view.total, 'part')}`}
        </span>
        {isRunning && <span>{who.length > 0 ? say('analysis.by', { who: who.join(', ') }) : say('analysis.starting')}</span>}
        {isRunning && eta && <span>{say(eta.isLonger ? 'analysis.longer' : 'analysis.left', { lo: eta.range[0], hi: eta.range[1] })}</span>}
        {view.status === 'paused' && <span>{say('analysis.paused')}</span>}
        {view.status === 'waiting' && <span>{say('analysis.waiting')}</span>}
      </p>
      {view.problem !== null && <p className={panel.warn}>{say('analysis.failed', { reason: view.problem })}</p>}
      {may.edit && (
        <p className={styles.row}>
          {!view.isHere && (
            <Button size="small" tone={isRunning ? 'plain' : 'accent'} icon="chip" onClick={() => analyses.computeHere(view.id)}>
              {say(isRunning ? 'analysis.help' : view.share > 0 ? 'analysis.resume' : 'analysis.compute')}
            </Button>
          )}
          {view.status !== 'paused' && (
            <Button size="small" onClick={() => analyses.pause(view.id)}>
              {say('analysis.pause')}
            </Button>
          )}
          <Button size="small" tone="quiet" onClick={() => analyses.putAway(view.id)}>
            {say('analysis.cancel')}
          </Button>
        </p>
      )}
    </div>
  );
}
