/** The notes of this network, whichever slice they were placed on: read, jump to, change, delete, add without a mouse. */
import { useMemo } from 'react';
import { KIND_TITLES } from '#lib/session/document.ts';
import { formatCoordinate, formatLoss } from '#lib/session/words.ts';
import { rangesOf } from '#lib/slice/recipe.ts';
import { Button } from '#components/ui/Button.tsx';
import { Icon } from '#components/ui/Icon.tsx';
import { useStore } from '#components/useStore.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import type { PlacedNote } from '#components/session/usePins.ts';
import { kindOf } from '#lib/session/sliceTitle.ts';
import { say } from '#components/words.ts';
import styles from './Panel.module.css';

export function PinsPanel({ pins }: { readonly pins: readonly PlacedNote[] }) {
  const { edit } = useMay();
  const view = useRoomView();
  const sorted = useMemo(() => pins.toSorted((one, other) => other.note.at - one.note.at), [pins]);
  return (
    <div className={styles.panel}>
      {edit && view.slice && (
        <div className={styles.section}>
          <div className={styles.row}>
            <Button size="small" icon="note" aria-pressed={view.isNoting} onClick={() => view.setNoting(!view.isNoting)}>
              Place a note
            </Button>
            <Button
              size="small"
              icon="target"
              disabled={!view.crosshair}
              title={view.crosshair ? 'Add a note where the crosshair is' : 'Move over the picture, or focus it and use the arrow keys'}
              onClick={() => view.crosshair && view.setNote({ kind: 'new', at: view.crosshair })}
            >
              At the crosshair
            </Button>
          </div>
          {view.isNoting && <p className={styles.small}>{say('note.mode')}</p>}
        </div>
      )}
      {sorted.length === 0 && <p className={styles.soft}>{say(edit ? 'empty.pins' : 'empty.pins.view')}</p>}
      <ul className={styles.list}>
        {sorted.map((pin) => (
          <PinCard key={pin.id} pin={pin} />
        ))}
      </ul>
    </div>
  );
}

function PinCard({ pin: { id, note, a, b, outOfPlane, isOwn, layer } }: { readonly pin: PlacedNote }) {
  const session = useSession();
  const view = useRoomView();
  const me = useStore(session.me);
  const slices = useStore(session.slices);
  const catalogue = useStore(session.catalogue);
  const recipe = slices.get(note.slice)?.recipe;
  const manifest = catalogue.find((subject) => subject.id === recipe?.subject)?.manifest;
  const isMine = me?.role === 'edit' && me.id === note.by;
  const isLine = recipe && rangesOf(recipe).length === 1;

  const jump = () => {
    if (!isOwn) return view.chooseSlice(note.slice);
    if (layer !== null) view.setLayer(layer);
    view.setCrosshair({ a, b });
  };

  return (
    <li className={styles.card} data-own={isOwn}>
      <div className={styles.spread}>
        <span className={styles.kind}>
          <Icon name={note.kind} /> {KIND_TITLES[note.kind]}
        </span>
        <span className={`${styles.small} ${styles.soft}`}>{note.byName}</span>
      </div>
      <p className={styles.text}>{note.text}</p>
      <p className={`${styles.small} ${styles.soft}`}>
        {isOwn
          ? `α ${formatCoordinate(note.a)}${isLine ? '' : `, β ${formatCoordinate(note.b)}`}${layer === null ? '' : `, γ ${formatCoordinate(note.c ?? 0)}`}`
          : `Placed on ${recipe ? kindOf(recipe, manifest).toLowerCase() : 'another slice'}, ${outOfPlane === 0 ? 'and in this slice too' : `${formatLoss(outOfPlane)} outside this slice`}`}
      </p>
      <div className={styles.row}>
        <Button size="small" icon="target" onClick={jump}>
          {isOwn ? 'Point at it' : 'Open its slice'}
        </Button>
        {isMine && (
          <>
            <Button size="small" icon="edit" label={`Edit this ${KIND_TITLES[note.kind].toLowerCase()}`} onClick={() => view.setNote({ kind: 'edit', id })} />
            <Button size="small" tone="danger" icon="trash" label={`Delete this ${KIND_TITLES[note.kind].toLowerCase()}`} onClick={() => session.deleteAnnotation(id)} />
          </>
        )}
      </div>
    </li>
  );
}
