/**
 * The frame of a long analysis: its price before anything runs, then how far it is and who computes it, then the result with who
 * stands for it. The kind's card fills in the result. Nothing is computed unasked.
 */
import type { ReactNode } from 'react';
import type { AnalysisView } from '#client/analysisTypes.ts';
import { canonicalJson } from '#lib/digest.ts';
import type { AnalysisRequest, KindName, UnitOf } from '#lib/analysis/requests/requests.ts';
import { Button } from '#components/ui/Button.tsx';
import { formatSeconds } from '#components/durations.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import styles from './Analysis.module.css';
import { AnalysisProgress } from './AnalysisProgress.tsx';
import { usePrice } from './usePrice.ts';

type AnalysisFrameProps<Name extends KindName> = {
  readonly request: Extract<AnalysisRequest, { readonly kind: Name }>;
  /** What the method cannot show, always said. */
  readonly caveat: string;
  readonly citation: string;
  /** On the button that asks for it; plainly to compute where absent. */
  readonly action?: string | undefined;
  /** Results by unit, as they come; null for one that is not here. */
  readonly children: (units: readonly (UnitOf<Name> | null)[], view: AnalysisView) => ReactNode;
  /** What is worth seeing while a unit runs. */
  readonly live?: ((numbers: readonly number[]) => ReactNode) | undefined;
};

export function AnalysisFrame<Name extends KindName>({ request, caveat, citation, action, children, live }: AnalysisFrameProps<Name>) {
  const { analyses } = useSession();
  const text = canonicalJson(request);
  const view = useStore(analyses.views).find(({ record }) => canonicalJson(record.request) === text) ?? null;
  const numbers = view?.running.find((each) => each.live.length > 0)?.live;
  return (
    <div className={styles.frame}>
      {view ? <AnalysisProgress view={view} /> : <Price request={request} action={action ?? say('analysis.compute')} />}
      {view && live && numbers && live(numbers)}
      {view && view.units.length > 0 && (
        <>
          {children(
            Array.from({ length: view.total }, (_, unit) => (view.units.find((each) => each.unit === unit)?.result ?? null) as UnitOf<Name> | null),
            view,
          )}
          <Provenance view={view} />
        </>
      )}
      <p className={`${panel.small} ${panel.soft}`}>{caveat}</p>
      <p className={`${panel.small} ${panel.soft}`}>{citation}</p>
    </div>
  );
}

function Price({ request, action }: { readonly request: AnalysisRequest; readonly action: string }) {
  const { analyses } = useSession();
  const may = useMay();
  const price = usePrice(request);
  if (price.kind === 'unable') return <p className={panel.warn}>{price.reason}</p>;
  return (
    <div className={styles.row}>
      <p>{price.kind === 'working' ? say('price.working') : say('analysis.price', { time: formatSeconds(price.seconds) })}</p>
      {may.edit ? (
        <Button size="small" tone="accent" icon="chip" disabled={price.kind === 'working'} onClick={() => analyses.place(request)}>
          {action}
        </Button>
      ) : (
        <p className={panel.soft}>{say('analysis.look')}</p>
      )}
    </div>
  );
}

/** Who computed it, on what, and whether anything of it was computed again. */
function Provenance({ view }: { readonly view: AnalysisView }) {
  const session = useSession();
  const me = useStore(session.me);
  const nameOf = ({ by, byName }: AnalysisView['units'][number]['entry']) => (by === me?.id ? 'you' : byName);
  const people = [...new Set(view.units.map(({ entry }) => nameOf(entry)))];
  const backends = [...new Set(view.units.map(({ entry }) => entry.backend))];
  const checks = [...new Set(view.units.map(({ entry }) => entry.verified))];
  const values = { who: people.join(', '), backend: backends.join(', '), time: formatSeconds(view.units.reduce((sum, { entry }) => sum + entry.ms, 0) / 1000) };
  const [check] = checks;
  const words = checks.every((each) => each !== null) && check ? say('analysis.verified', { ...values, how: check }) : say('analysis.unverified', values);
  return <p className={panel.small}>{words}</p>;
}
