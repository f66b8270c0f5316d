/** Every checkpoint against the slice: where it would stand, how far off it really is, what the slice shows there, and what its own loss is. */
import { fittingError } from '#lib/analysis/fittingError.ts';
import type { CheckpointLosses, CheckpointLossesRequest } from '#lib/analysis/requests/checkpointLosses.ts';
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { canonicalJson } from '#lib/digest.ts';
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
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { AnalysisFrame } from './AnalysisFrame.tsx';
import type { SliceCardProps } from './card.ts';
import { checkpointsCsv, columnsFor, type CheckpointRow } from './checkpointRows.ts';
import { CheckpointTable } from './CheckpointTable.tsx';
import { download } from './download.ts';
import { useShownSet } from './useShownSet.ts';

export function CheckpointsCard(props: SliceCardProps) {
  const { sliceId, recipe, manifest, source, geography } = props;
  useGrowth(source);
  const session = useSession();
  const analyses = useStore(session.analyses.views);
  const set = useShownSet(source);
  const { whole } = useHonesty(props);
  if (!geography) return <p className={panel.soft}>{say('analyse.axes')}</p>;
  if (geography.kind === 'refused') return <p className={panel.warn}>{geography.reason}</p>;

  const { subject, samples, loss, mode } = recipe;
  const request: CheckpointLossesRequest = { kind: 'checkpointLosses', format: 1, subject, samples, loss, mode };
  const text = canonicalJson(request);
  const units = analyses.find(({ record }) => canonicalJson(record.request) === text)?.units ?? [];
  const position = samples.findIndex((each) => each.set === set);
  const ownOf = (id: string): number | null => {
    const unit = manifest.checkpoints.findIndex((each) => each.id === id);
    const found = units.find((each) => each.unit === unit)?.result as CheckpointLosses | undefined;
    return found?.sets[position] ? fromJsonNumber(found.sets[position].loss) : null;
  };
  const { trajectory, checkpoints } = geography.geography;
  const rows = [...trajectory, ...checkpoints].map((bead): CheckpointRow => ({ ...bead, shown: recipe.measure ? null : source.surface.estimateAt(set, bead.a, bead.b, bead.c), own: ownOf(bead.id) }));
  const columns = columnsFor(rows, rangesOf(recipe).length, !recipe.measure);
  const onPath = trajectory.length === 0 ? rows : rows.slice(0, trajectory.length);
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
