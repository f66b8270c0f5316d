/**
 * What a person does to the session document, each as one command that can be undone by who did it.
 *
 * Undo puts a record back as it was before the command, and only where it still is what the command made
 * of it: what somebody changed since is left alone. One entry per gesture. Rules U1–U3 in docs/SPEC.md.
 */
import type * as Y from 'yjs';
import { canonicalJson } from '#lib/digest.ts';
import { annotationsOf, slicesOf, writeRecord, type Annotation, type SliceRecord } from './document.ts';

type SliceStep = { readonly map: 'slices'; readonly id: string; readonly before: SliceRecord | null; readonly after: SliceRecord | null };
type AnnotationStep = { readonly map: 'annotations'; readonly id: string; readonly before: Annotation | null; readonly after: Annotation | null };

/** One change to one record. `title` is what the undo button says. */
export type Command = (SliceStep | AnnotationStep) & { readonly title: string };

export type UndoOutcome = 'done' | 'nothing' | 'changedSince';

const recordIn = (doc: Y.Doc, { map, id }: Command): SliceRecord | Annotation | null =>
  (map === 'slices' ? slicesOf(doc).get(id) : annotationsOf(doc).get(id)) ?? null;

const isSame = (one: unknown, other: unknown): boolean => canonicalJson(one) === canonicalJson(other);

export class CommandHistory {
  readonly #doc: Y.Doc;
  #done: Command[] = [];
  #undone: Command[] = [];

  constructor(doc: Y.Doc) {
    this.#doc = doc;
  }

  get undoTitle(): string | null {
    return this.#done.at(-1)?.title ?? null;
  }

  get redoTitle(): string | null {
    return this.#undone.at(-1)?.title ?? null;
  }

  run(command: Command): void {
    this.#write(command, command.after);
    this.#done.push(command);
    this.#undone = [];
  }

  undo(): UndoOutcome {
    const command = this.#done.pop();
    if (!command) return 'nothing';
    if (!isSame(recordIn(this.#doc, command), command.after)) return 'changedSince';
    // A slice can be put away but not erased, so placing one is undone by putting it away.
    if (command.map === 'slices' && command.before === null && command.after !== null) {
      this.#write(command, { ...command.after, isPutAway: true });
    } else this.#write(command, command.before);
    this.#undone.push(command);
    return 'done';
  }

  redo(): UndoOutcome {
    const command = this.#undone.pop();
    if (!command) return 'nothing';
    this.#write(command, command.after);
    this.#done.push(command);
    return 'done';
  }

  #write(command: Command, record: SliceRecord | Annotation | null): void {
    this.#doc.transact(() => writeRecord(this.#doc, command.map, command.id, record), this);
  }
}
