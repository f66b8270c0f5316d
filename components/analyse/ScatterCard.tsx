/** Curvature against test error over the networks of this session: dots, and no line through them. What is missing is measured for its price. */
import { useState } from 'react';
import { canonicalJson } from '#lib/digest.ts';
import type { AnalysisRequest } from '#lib/analysis/requests/requests.ts';
import { formatLoss, formatRoughLoss, formatShare } from '#lib/session/words.ts';
import { checkpointTitle } from '#lib/session/sliceTitle.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import { formatSeconds } from '#components/durations.ts';
import { Button } from '#components/ui/Button.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { useStore } from '#components/useStore.ts';
import { plural, say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { AnalysisProgress } from './AnalysisProgress.tsx';
import { MiniChart } from './MiniChart.tsx';
import { dotOf, networksOf, type Curvature, type Dot } from './scatterDots.ts';
import { usePrices } from './usePrice.ts';

const CURVATURE_TITLES: Readonly<Record<Curvature, string>> = { largest: 'λmax', filters: 'filter-normalised' };
const AXIS_TITLES: Readonly<Record<Curvature, string>> = { largest: 'λmax of the Hessian', filters: 'mean dᵀHd, filter-normalised' };

export function ScatterCard() {
  const session = useSession();
  const { chooseSlice } = useRoomView();
  const [by, setBy] = useState<Curvature>('largest');
  const slices = useStore(session.slices);
  const catalogue = useStore(session.catalogue);
  const views = useStore(session.analyses.views);
  const dots = networksOf(slices, (subject) => catalogue.find(({ id }) => id === subject)?.manifest).map((net) => dotOf(net, by, views));
  const whole = dots.filter((dot): dot is Dot & { readonly curvature: NonNullable<Dot['curvature']>; readonly testError: number } => dot.curvature !== null && dot.testError !== null);
  // Checkpoints of one network share the measuring of their test errors.
  const missing = [...new Map(dots.flatMap((dot) => dot.missing).map((request) => [canonicalJson(request), request])).values()];
  const isAsked = (request: AnalysisRequest) => views.some(({ record }) => canonicalJson(record.request) === canonicalJson(request));
  const sliceOf = ({ subject, checkpoint }: Dot) => [...slices].find(([, { recipe, isPutAway }]) => !isPutAway && recipe.subject === subject && recipe.centre === checkpoint)?.[0];
  return (
    <>
      <Segments label="Curvature" value={by} segments={(['largest', 'filters'] as const).map((value) => ({ value, title: CURVATURE_TITLES[value] }))} onChange={setBy} />
      {dots.length === 0 && <p className={panel.soft}>{say('scatter.none')}</p>}
      {whole.length > 0 && (
        <MiniChart
          label={`Test error against ${AXIS_TITLES[by]} for ${plural(whole.length, 'network')}.`}
          series={[{ title: 'a network', points: whole.map(({ curvature, testError }) => [curvature.value, testError]), look: 'first', drawn: 'dots' }]}
          xTitle={AXIS_TITLES[by]}
          yTitle="test error"
        />
      )}
      <ul className={panel.list}>
        {dots.map((dot) => {
          const id = sliceOf(dot);
          return (
            <li key={`${dot.subject} ${dot.checkpoint}`} className={panel.row}>
              <Button size="small" disabled={id === undefined} onClick={() => id !== undefined && chooseSlice(id)}>
                {dot.manifest.title}, {checkpointTitle(dot.manifest, dot.checkpoint)}
              </Button>
              <span className={`${panel.small} ${panel.soft}`}>
                {CURVATURE_TITLES[by]} {dot.curvature ? `${formatLoss(dot.curvature.value)} ± ${formatRoughLoss(dot.curvature.error)}` : 'not measured'}, test error {dot.testError === null ? 'not measured' : formatShare(dot.testError)}
              </span>
            </li>
          );
        })}
      </ul>
      {missing.filter((request) => !isAsked(request)).length > 0 && <Missing requests={missing.filter((request) => !isAsked(request))} />}
      {views
        .filter(({ record, status }) => status !== 'done' && missing.some((request) => canonicalJson(request) === canonicalJson(record.request)))
        .map((each) => (
          <AnalysisProgress key={each.id} view={each} />
        ))}
      <p className={`${panel.small} ${panel.soft}`}>{say('scatter.what')}</p>
    </>
  );
}

function Missing({ requests }: { readonly requests: readonly AnalysisRequest[] }) {
  const { analyses } = useSession();
  const { edit } = useMay();
  const price = usePrices(requests);
  if (price.kind === 'unable') return <p className={panel.warn}>{price.reason}</p>;
  return (
    <div className={panel.row}>
      <p className={panel.small}>{price.kind === 'working' ? say('price.working') : say('analysis.price', { time: formatSeconds(price.seconds) })}</p>
      {edit ? (
        <Button size="small" tone="accent" icon="chip" disabled={price.kind === 'working'} onClick={() => requests.forEach((request) => analyses.place(request))}>
          Measure what is missing
        </Button>
      ) : (
        <p className={panel.soft}>{say('analysis.look')}</p>
      )}
    </div>
  );
}
