/** The surface itself as a sum of few products f(α)·g(β): the error of every rank, and the surface of one rank as a picture. */
import { useMemo, useState } from 'react';
import { surfaceRanks } from '#lib/analysis/surfaceRanks.ts';
import type { SampledSurface } from '#lib/analysis/sampledSurface.ts';
import { finiteRange } from '#lib/analysis/sampledSurface.ts';
import { attempt } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import { formatCount, formatLoss, formatShare } from '#lib/session/words.ts';
import { useRoomView } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { Field } from '#components/ui/Field.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { SmallMap } from './SmallMap.tsx';
import { finestOf } from './measured.ts';
import { MiniChart } from './MiniChart.tsx';
import { useShownSet } from './useShownSet.ts';

export function RankCard({ source }: SliceCardProps) {
  const version = useGrowth(source);
  const set = useShownSet(source);
  const surface = useMemo(() => {
    void version;
    return finestOf(source.surface, set);
  }, [source, set, version]);
  return surface ? <Ranks surface={surface} /> : <p className={panel.soft}>{say('low.early')}</p>;
}

function Ranks({ surface }: { readonly surface: SampledSurface }) {
  const { look } = useRoomView();
  const [rank, setRank] = useState(2);
  const ranks = useMemo(() => attempt(() => surfaceRanks(surface)), [surface]);
  const most = ranks.ok ? ranks.value.errors.length : 1;
  const shown = Math.min(rank, most);
  const rebuilt = useMemo(() => (ranks.ok ? ranks.value.surface(shown) : surface), [ranks, shown, surface]);
  const range = finiteRange(surface);
  if (!ranks.ok || !range) return <p className={panel.soft}>{ranks.ok ? say('valleys.none') : sayProblems(ranks.problems)}</p>;
  const { errors } = ranks.value;
  const error = errors[shown - 1]!;
  return (
    <>
      <div className={panel.pair}>
        <SmallMap title="measured" surface={surface} range={range} colourMap={look.colourMap} isLog={look.colourScale === 'log'} />
        <SmallMap title={`rank ${shown}`} surface={rebuilt} range={range} colourMap={look.colourMap} isLog={look.colourScale === 'log'} />
      </div>
      <Field label={`Rank: ${shown} of ${most}`}>
        {(parts) => <input {...parts} type="range" className={panel.range} min={1} max={most} step={1} value={shown} onChange={(event) => setRank(Number(event.target.value))} />}
      </Field>
      <dl className={panel.facts}>
        <dt>Error</dt>
        <dd>
          {formatShare(error.relative)} <span className={panel.under}>of the length of all losses (Frobenius {formatLoss(error.frobenius)}, largest stretch {formatLoss(error.spectral)})</span>
        </dd>
        <dt>Stored</dt>
        <dd>
          {formatCount(error.stored)} numbers <span className={panel.under}>against {formatCount(surface.columns * surface.rows)}</span>
        </dd>
      </dl>
      <MiniChart
        label="Relative error of the surface against the rank, on a logarithmic scale."
        series={[{ title: 'relative error', points: errors.map((each) => [each.rank, each.relative]), look: 'first', drawn: 'line' }]}
        xTitle="rank"
        yTitle="error (log)"
        isLog
        marker={shown}
      />
      <p className={`${panel.small} ${panel.soft}`}>{say('rank.what')}</p>
    </>
  );
}
