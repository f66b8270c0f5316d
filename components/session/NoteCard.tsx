/** Where a note is written: its kind, its words. It stands over the picture without covering the point it speaks of. */
import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import { ANNOTATION_KINDS, KIND_TITLES, MAX_TEXT, type Annotation, type AnnotationKind } from '#lib/session/document.ts';
import { formatCoordinate } from '#lib/session/words.ts';
import { coordinateOf, gridOf } from '#lib/slice/grid.ts';
import { rangesOf } from '#lib/slice/recipe.ts';
import { Button } from '#components/ui/Button.tsx';
import { Field } from '#components/ui/Field.tsx';
import fieldStyles from '#components/ui/Field.module.css';
import { Segments } from '#components/ui/Segments.tsx';
import { useStore } from '#components/useStore.ts';
import { useRoomView, useSession } from './SessionContext.ts';
import type { NoteDraft } from './useView.ts';
import styles from './NoteCard.module.css';

export function NoteCard() {
  const session = useSession();
  const { note } = useRoomView();
  const annotations = useStore(session.annotations);
  if (!note) return null;
  const existing = note.kind === 'edit' ? annotations.get(note.id) : undefined;
  // The note that was being edited has been deleted meanwhile.
  if (note.kind === 'edit' && !existing) return null;
  return <Editor key={note.kind === 'edit' ? note.id : `${note.at.a} ${note.at.b}`} draft={note} existing={existing} />;
}

function Editor({ draft, existing }: { readonly draft: NoteDraft; readonly existing: Annotation | undefined }) {
  const session = useSession();
  const { sliceId, slice, layer, setNote, setNoting } = useRoomView();
  const gamma = slice && gridOf(rangesOf(slice.recipe)).axes[2];
  const layerAt = gamma ? { c: coordinateOf(gamma, layer ?? gamma.anchor) } : {};
  const [kind, setKind] = useState<AnnotationKind>(existing?.kind ?? 'note');
  const [text, setText] = useState(existing?.text ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const isEmpty = text.trim() === '';
  const at = draft.kind === 'new' ? draft.at : { a: existing?.a ?? 0, b: existing?.b ?? 0 };

  const close = () => {
    setNote(null);
    setNoting(false);
  };
  const keep = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isEmpty) return;
    if (draft.kind === 'edit') session.editAnnotation(draft.id, { kind, text: text.trim() });
    else if (sliceId !== null) session.annotate({ slice: sliceId, a: at.a, b: at.b, ...layerAt }, kind, text.trim());
    close();
  };

  return (
    <div
      className={styles.note}
      role="dialog"
      aria-label={draft.kind === 'edit' ? 'Change a note' : 'Write a note'}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          close();
        }
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) keep(event);
      }}
    >
      <form className={styles.form} onSubmit={keep}>
        <p className={styles.where}>
          {draft.kind === 'edit' ? 'Note' : 'New note'} at α {formatCoordinate(at.a)}
          {slice && rangesOf(slice.recipe).length > 1 && `, β ${formatCoordinate(at.b)}`}
        </p>
        <Segments label="Kind of note" isLabelHidden value={kind} segments={ANNOTATION_KINDS.map((value) => ({ value, title: KIND_TITLES[value], icon: value }))} onChange={setKind} />
        <Field label="What is there to see?">
          {(parts) => <textarea {...parts} className={fieldStyles.input} rows={3} maxLength={MAX_TEXT} value={text} ref={field} onChange={(event) => setText(event.target.value)} />}
        </Field>
        <div className={styles.row}>
          <Button type="submit" tone="accent" disabled={isEmpty} title="Ctrl or ⌘ and Enter">
            {draft.kind === 'edit' ? 'Keep the change' : 'Add the note'}
          </Button>
          <Button onClick={close}>Cancel</Button>
        </div>
      </form>
    </div>
  );
}
