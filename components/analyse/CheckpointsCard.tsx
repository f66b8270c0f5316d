/** Every checkpoint against the slice: where it would stand, how far off it really is, what the slice shows there, and what its own loss is. */
import type { Bead } from '#lib/analysis/checkpointsOnSlice.ts';
import { fittingError } from '#lib/analysis/fittingError.ts';
import { loseAlike } from '#lib/network/alike.ts';
import { attempt } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import { honestyLines } from '#lib/session/honesty/facts.ts';
import { formatLoss } from '#lib/session/words.ts';
import { rangesOf } from '#lib/slice/recipe.ts';
import { useHonesty } from '#components/honesty/useHonesty.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { useStore } from '#components/useStore.ts';
import { Button } from '#components/ui/Button.tsx';
import { Disclosure } from '#components/ui/Disclosure.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { AnalysisFrame } from './AnalysisFrame.tsx';
import type { SliceCardProps } from './card.ts';
import { checkpointsCsv, columnsFor, type CheckpointRow } from './checkpointRows.ts';
import { CheckpointTable } from './CheckpointTable.tsx';
import { download } from './download.ts';
import { lossesRequest, trueLossesOf } from './trueLosses.ts';
import { useShownSet } from './useShownSet.ts';

export function CheckpointsCard(props: SliceCardProps) {
  const { sliceId, recipe, manifest, source, geography } = props;
  useGrowth(source);
  const session = useSession();
  const analyses = useStore(session.analyses.views);
  const subjects = useStore(session.subjects);
  const own = subjects.find(({ id }) => id === recipe.subject);
  const set = useShownSet(source);
  const { whole } = useHonesty(props);
  if (!geography) return <p className={panel.soft}>{say('analyse.axes')}</p>;
  if (geography.kind === 'refused') return <p className={panel.warn}>{geography.reason}</p>;

  const request = lossesRequest(recipe, recipe.subject);
  const ownOf = trueLossesOf(analyses, request, set, manifest);
  const { trajectory, checkpoints, runs } = geography.geography;
  const shownAt = ({ a, b, c }: Bead): number | null => (recipe.measure ? null : source.surface.estimateAt(set, a, b, c));
  const ownRows = [...trajectory, ...checkpoints].map((bead): CheckpointRow => ({ ...bead, shown: shownAt(bead), own: ownOf(bead.id) }));
  const others = runs.map((run) => {
    const network = subjects.find(({ id }) => id === run.id);
    // A run that learned something else has no loss that could stand beside this one.
    const asked = own && network && loseAlike(own, network) ? lossesRequest(recipe, run.id) : null;
    const lossOf = asked && network ? trueLossesOf(analyses, asked, set, network.manifest) : () => null;
    return { ...run, asked, rows: [...run.trajectory, ...run.checkpoints].map((bead): CheckpointRow => ({ ...bead, shown: shownAt(bead), own: lossOf(bead.id) })) };
  });
  const rows = [...ownRows, ...others.flatMap((run) => run.rows)];
  const unlike = others.filter(({ asked }) => asked === null).map(({ title }) => title);
  const columns = columnsFor(rows, rangesOf(recipe).length, !recipe.measure);
  const onPath = trajectory.length === 0 ? ownRows : ownRows.slice(0, trajectory.length);
  return (
    <>
      {rows.length === 0 ? <p className={panel.soft}>{say('checkpoints.none')}</p> : <CheckpointTable rows={rows} columns={columns} />}
      <p className={`${panel.small} ${panel.soft}`}>{say('checkpoints.what')}</p>
      <div className={panel.row}>
        <Button size="small" disabled={rows.length === 0} onClick={() => download(`${sliceId.slice(0, 12)}.checkpoints.csv`, checkpointsCsv([`Tarn, checkpoints on a slice, losses over ${set} samples`, ...honestyLines(whole)], rows, columns))}>
          Save as CSV
        </Button>
      </div>
      <AnalysisFrame request={request} caveat={say('trueLoss.caveat')} citation={say('trueLoss.source')}>
        {() => <FittingError rows={onPath} />}
      </AnalysisFrame>
      {others.map(
        ({ id, title, asked, rows: run }) =>
          asked && (
            <Disclosure key={id} title={`True losses of ${title}`}>
              <AnalysisFrame request={asked} caveat={say('trueLoss.caveat')} citation={say('trueLoss.source')}>
                {() => <FittingError rows={run} />}
              </AnalysisFrame>
            </Disclosure>
          ),
      )}
      {unlike.length > 0 && <p className={`${panel.small} ${panel.soft}`}>{say('checkpoints.unlike', { titles: unlike.join(', ') })}</p>}
    </>
  );
}

function FittingError({ rows }: { readonly rows: readonly CheckpointRow[] }) {
  const pairs = rows.flatMap(({ own, shown }) => (own === null || shown === null ? [] : [{ own, shown }]));
  if (pairs.length < 2) return null;
  const error = attempt(() => fittingError(pairs.map(({ own }) => own), pairs.map(({ shown }) => shown)));
  if (!error.ok) return <p className={panel.small}>{say('checkpoints.fitting.none', { reason: sayProblems(error.problems) })}</p>;
  return (
    <p className={panel.small}>
      Fitting error of this slice: <strong>{formatLoss(error.value)}</strong>, {say('checkpoints.fitting', { n: pairs.length })}
    </p>
  );
}
