/** The slices of this session, newest first, each with how far its picture is. */
import { useMemo } from 'react';
import { LOSS_TITLES } from '#lib/network/loss.ts';
import type { SliceRecord } from '#lib/session/document.ts';
import { formatCount } from '#lib/session/words.ts';
import { rangesOf } from '#lib/slice/recipe.ts';
import { Button } from '#components/ui/Button.tsx';
import { Icon } from '#components/ui/Icon.tsx';
import { ProgressBar } from '#components/ui/ProgressBar.tsx';
import { aroundTitle, gridTitle, kindOf, modeTitle, normalisationTitle, seedsTitle, shapeTitle } from '#lib/session/sliceTitle.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import { useRoomView, useSession } from './SessionContext.ts';
import { useMay } from './useMay.ts';
import { useGrowth, useSurface } from './useSurface.ts';
import styles from './SliceList.module.css';

export function SliceList() {
  const session = useSession();
  const view = useRoomView();
  const { edit } = useMay();
  const slices = useStore(session.slices);
  const shown = useMemo(() => [...slices].filter(([id, { isPutAway }]) => !isPutAway || id === view.sliceId).toReversed(), [slices, view.sliceId]);
  return (
    <section className={styles.outline} aria-labelledby="slices-title">
      <div className={styles.head}>
        <h2 id="slices-title">Slices</h2>
        {edit && (
          <Button size="small" icon="plus" onClick={() => view.setPlacing(true)}>
            Place a slice
          </Button>
        )}
      </div>
      {shown.length === 0 && <p className={styles.empty}>{say(edit ? 'empty.slices' : 'empty.slices.view')}</p>}
      <ul className={styles.list}>
        {shown.map(([id, record]) => (
          <SliceCard key={id} id={id} record={record} mayEdit={edit} />
        ))}
      </ul>
    </section>
  );
}

const SHAPE_ICONS = [undefined, 'line', 'layers', 'cube'] as const;

function SliceCard({ id, record, mayEdit }: { readonly id: string; readonly record: SliceRecord; readonly mayEdit: boolean }) {
  const session = useSession();
  const view = useRoomView();
  const catalogue = useStore(session.catalogue);
  const source = useSurface(session.surfaces, id);
  useGrowth(source);
  const { recipe, byName, isPutAway } = record;
  const manifest = catalogue.find((subject) => subject.id === recipe.subject)?.manifest;
  const [set] = source?.surface.sets ?? [];
  const counts = source && set ? source.surface.counts(set) : null;
  const measure = [manifest && recipe.loss !== manifest.loss ? LOSS_TITLES[recipe.loss] : null, modeTitle(recipe)];
  const facts = [`around ${aroundTitle(recipe, manifest)}`, gridTitle(recipe), normalisationTitle(recipe), seedsTitle(recipe), ...measure].filter((fact) => fact !== null && fact !== '');
  const isChosen = id === view.sliceId;
  return (
    <li className={styles.card} data-chosen={isChosen}>
      <button type="button" className={styles.choose} aria-current={isChosen ? 'true' : undefined} onClick={() => view.chooseSlice(id)}>
        <span className={styles.kind}>
          <Icon name={SHAPE_ICONS[rangesOf(recipe).length] ?? 'layers'} />
          <strong>{shapeTitle(recipe, manifest)}</strong>
        </span>
        <span className={styles.facts}>
          {facts.map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </span>
        <span className={styles.soft}>
          {manifest?.title ?? 'a network that is loading'} · {byName}
          {isPutAway && ' · put away'}
        </span>
      </button>
      <div className={styles.foot}>
        {counts && (
          <>
            <ProgressBar label={`Measured points of ${kindOf(recipe, manifest)}`} done={counts.measured} total={counts.points} />
            <span className={styles.count}>
              {counts.measured === counts.points ? 'complete' : `${formatCount(counts.measured)} / ${formatCount(counts.points)}`}
            </span>
          </>
        )}
        {mayEdit && isPutAway && <Button tone="quiet" size="small" icon="undo" label={say('away.back')} onClick={() => void session.place(recipe)} />}
        {mayEdit && !isPutAway && <Button tone="quiet" size="small" icon="archive" label="Put this slice away" onClick={() => session.putAway(id)} />}
      </div>
    </li>
  );
}
