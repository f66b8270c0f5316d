/** The merge tree of a surface as a persistence diagram, and whether its valleys are more than chance makes. */
import { useEffect, useMemo, useState } from 'react';
import { mergeTree } from '#lib/analysis/mergeTree.ts';
import { persistenceNull, SURPRISING, type NullKind, type NullTest } from '#lib/analysis/persistenceNull.ts';
import { finiteRange, sampleAt, type SampledSurface } from '#lib/analysis/sampledSurface.ts';
import { formatCoordinate, formatLoss } from '#lib/session/words.ts';
import { useRoomView } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProgressBar } from '#components/ui/ProgressBar.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { finestOf } from './measured.ts';
import { MiniChart, type XY } from './MiniChart.tsx';
import { useShownSet } from './useShownSet.ts';

const SEED = 1;
const SHOWN = 6;
/** Draws that are made before the page draws again. */
const AT_ONCE = 3;

export function ValleysCard({ source }: SliceCardProps) {
  const version = useGrowth(source);
  const set = useShownSet(source);
  const surface = useMemo(() => {
    void version;
    return finestOf(source.surface, set);
  }, [source, set, version]);
  if (!surface) return <p className={panel.soft}>{say('low.early')}</p>;
  return <Tree surface={surface} />;
}

function Tree({ surface }: { readonly surface: SampledSurface }) {
  const { setCrosshair } = useRoomView();
  const valleys = useMemo(() => mergeTree(surface, 8).valleys, [surface]);
  const range = finiteRange(surface);
  if (!range) return <p className={panel.soft}>{say('valleys.none')}</p>;
  const points = valleys.map(({ birth, death }): XY => [birth, death ?? range.max]);
  return (
    <>
      <MiniChart
        label={`Persistence of ${valleys.length} valleys: the height at which each ends over the height at which it begins.`}
        series={[
          { title: 'equal', points: [[range.min, range.min], [range.max, range.max]], look: 'ruler', drawn: 'line' },
          { title: 'a valley', points: points.slice(1), look: 'first', drawn: 'dots' },
          { title: 'the deepest, which never ends', points: points.slice(0, 1), look: 'danger', drawn: 'dots' },
        ]}
        xTitle="begins at loss"
        yTitle="ends at loss"
      />
      <ol className={panel.list}>
        {valleys.slice(0, SHOWN).map(({ birth, death, bottom }, index) => {
          const [a = 0, b = 0] = sampleAt(surface, bottom).coordinates;
          return (
            <li key={bottom} className={panel.row}>
              <Button size="small" icon="target" label={`Show valley ${index + 1}`} onClick={() => setCrosshair({ a, b })} />
              <span className={panel.small}>
                {formatLoss(birth)} → {death === null ? 'never' : formatLoss(death)} · α {formatCoordinate(a)}
                {surface.rows > 1 && ` β ${formatCoordinate(b)}`}
              </span>
            </li>
          );
        })}
      </ol>
      {valleys.length > SHOWN && <p className={`${panel.small} ${panel.soft}`}>{say('valleys.more', { n: valleys.length - SHOWN })}</p>}
      <Chance surface={surface} />
    </>
  );
}

function Chance({ surface }: { readonly surface: SampledSurface }) {
  const [kind, setKind] = useState<NullKind>('smooth');
  const [asked, setAsked] = useState<{ readonly surface: SampledSurface; readonly kind: NullKind } | null>(null);
  const [state, setState] = useState<{ readonly done: number; readonly of: number; readonly test: NullTest | null }>({ done: 0, of: 1, test: null });

  useEffect(() => {
    if (!asked) return undefined;
    const work = persistenceNull(asked.surface, { kind: asked.kind, seed: SEED, neighbours: 8 });
    let timer: ReturnType<typeof setTimeout>;
    const go = () => {
      let step = work.next();
      for (let made = 1; made < AT_ONCE && !step.done; made++) step = work.next();
      if (step.done) return setState({ done: 1, of: 1, test: step.value });
      setState({ ...step.value, test: null });
      timer = setTimeout(go, 0);
      return undefined;
    };
    timer = setTimeout(go, 0);
    return () => clearTimeout(timer);
  }, [asked]);

  const isCurrent = asked?.surface === surface && asked.kind === kind;
  const test = isCurrent ? state.test : null;
  return (
    <>
      <Segments label="Against surfaces with the same losses" value={kind} segments={[{ value: 'smooth', title: 'as smooth' }, { value: 'shuffled', title: 'shuffled' }]} onChange={setKind} />
      {isCurrent && !test && (
        <div className={panel.spread} role="status">
          <ProgressBar label="Surfaces drawn" done={state.done} total={state.of} />
          <Button size="small" onClick={() => setAsked(null)}>
            Cancel
          </Button>
        </div>
      )}
      {!isCurrent && (
        <div className={panel.row}>
          <Button size="small" onClick={() => setAsked({ surface, kind })}>
            Test against chance
          </Button>
        </div>
      )}
      {test && <p className={panel.small}>{test.valleys.length === 0 ? say('valleys.single') : say('valleys.test', { exceeding: test.exceeding, n: test.valleys.length, draws: test.largest.length, chance: SURPRISING })}</p>}
      <p className={`${panel.small} ${panel.soft}`}>{say('valleys.what')}</p>
    </>
  );
}
