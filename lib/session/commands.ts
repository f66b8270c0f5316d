/**
 * What a person does to the session document, each as one command that can be undone by who did it.
 *
 * Undo puts a record back as it was before the command, and only where it still is what the command made
 * of it: what somebody changed since is left alone. One entry per gesture. Rules U1–U3 in docs/SPEC.md.
 */
import type * as Y from 'yjs';
import { canonicalJson } from '#lib/digest.ts';
import { analysesOf, annotationsOf, slicesOf, writeRecord, type AnalysisRecord, type Annotation, type SliceRecord } from './document.ts';

type SliceStep = { readonly map: 'slices'; readonly id: string; readonly before: SliceRecord | null; readonly after: SliceRecord | null };
type AnnotationStep = { readonly map: 'annotations'; readonly id: string; readonly before: Annotation | null; readonly after: Annotation | null };
type AnalysisStep = { readonly map: 'analyses'; readonly id: string; readonly before: AnalysisRecord | null; readonly after: AnalysisRecord | null };

/** One change to one record. `title` is what the undo button says. */
export type Command = (SliceStep | AnnotationStep | AnalysisStep) & { readonly title: string };

export type UndoOutcome = 'done' | 'nothing' | 'changedSince';

type AnyRecord = SliceRecord | Annotation | AnalysisRecord;

function recordIn(doc: Y.Doc, { map, id }: Command): AnyRecord | null {
  switch (map) {
    case 'slices':
      return slicesOf(doc).get(id) ?? null;
    case 'annotations':
      return annotationsOf(doc).get(id) ?? null;
    case 'analyses':
      return analysesOf(doc).get(id) ?? null;
  }
}

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
    // A slice or an analysis can be put away but not erased, so placing one is undone by putting it away.
    if (command.map !== 'annotations' && command.before === null && command.after !== null) {
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

  #write(command: Command, record: AnyRecord | null): void {
    this.#doc.transact(() => writeRecord(this.#doc, command.map, command.id, record), this);
  }
}
