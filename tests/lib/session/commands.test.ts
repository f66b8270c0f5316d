import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { CommandHistory } from '#lib/session/commands.ts';
import { annotationsOf, prepareDocument, slicesOf, writeRecord, type Annotation } from '#lib/session/document.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import { planeRecipe } from '#tests/support/subjects.ts';

const note = (text: string): Annotation => ({ by: 'ann', byName: 'Ann', at: 1, kind: 'note', text, slice: '0'.repeat(32), a: 0, b: 0 });
const start = () => {
  const doc = prepareDocument(new Y.Doc());
  return { doc, history: new CommandHistory(doc) };
};

describe('commands', () => {
  it('[U1] undo puts a record back as it was, redo makes it again', () => {
    const { doc, history } = start();
    history.run({ map: 'annotations', id: 'note-one', before: null, after: note('first'), title: 'Add a note' });
    history.run({ map: 'annotations', id: 'note-one', before: note('first'), after: note('second'), title: 'Change a note' });
    expect(history.undoTitle).toBe('Change a note');
    expect(history.undo()).toBe('done');
    expect(annotationsOf(doc).get('note-one')).toEqual(note('first'));
    expect(history.undo()).toBe('done');
    expect(annotationsOf(doc).size).toBe(0);
    expect(history.undo()).toBe('nothing');
    history.redo();
    expect(history.redo()).toBe('done');
    expect(annotationsOf(doc).get('note-one')).toEqual(note('second'));
    expect(history.redo()).toBe('nothing');
  });

  it('[U2] what somebody changed since is left alone', () => {
    const { doc, history } = start();
    history.run({ map: 'annotations', id: 'note-one', before: null, after: note('mine'), title: 'Add a note' });
    writeRecord(doc, 'annotations', 'note-one', note('theirs'));
    expect(history.undo()).toBe('changedSince');
    expect(annotationsOf(doc).get('note-one')).toEqual(note('theirs'));
  });

  it('[U3] placing a slice is undone by putting it away, since notes may stand on it', () => {
    const { doc, history } = start();
    const recipe = planeRecipe();
    const id = sliceIdOf(recipe);
    history.run({ map: 'slices', id, before: null, after: { by: 'ann', byName: 'Ann', at: 1, recipe, isPutAway: false }, title: 'Place a slice' });
    history.undo();
    expect(slicesOf(doc).get(id)?.isPutAway).toBe(true);
    history.redo();
    expect(slicesOf(doc).get(id)?.isPutAway).toBe(false);
  });

  it('[U1] a new command forgets what was undone', () => {
    const { history } = start();
    history.run({ map: 'annotations', id: 'note-one', before: null, after: note('first'), title: 'Add a note' });
    history.undo();
    history.run({ map: 'annotations', id: 'note-two', before: null, after: note('other'), title: 'Add a note' });
    expect(history.redoTitle).toBeNull();
  });
});
