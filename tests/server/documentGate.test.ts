/** The gate before the document: what a hostile or broken page may send, and that nothing of it stays. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createRandom } from '#lib/random.ts';
import { annotationsOf, prepareDocument, setTitle, titleOf, writeRecord, type Annotation } from '#lib/session/document.ts';
import { DocumentGate } from '#lib/session/documentGate.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const ADA = { id: 'ada', clientId: 11 };
const EVE = { id: 'eve', clientId: 22 };
const recipe = planeRecipe();
const SLICE = sliceIdOf(recipe);

const noteBy = (by: string, change: Partial<Annotation> = {}): Annotation => ({ by, byName: by, at: 1, kind: 'note', text: 'here', slice: SLICE, a: 0, b: 0, ...change });

function setUp() {
  const main = prepareDocument(new Y.Doc());
  const gate = new DocumentGate(main);
  const manifest = lineSubject().manifest;
  const accept = (update: Uint8Array, who: { id: string; clientId: number }, role: 'edit' | 'view' = 'edit') => {
    const outcome = gate.accept(update, { person: { id: who.id, role }, ownsClientId: (id) => id === who.clientId, subjectOf: () => manifest });
    if (outcome.ok) Y.applyUpdate(main, update);
    return outcome;
  };
  /** A page's copy of the document, under its own client id. */
  const page = (clientId: number) => {
    const doc = prepareDocument(new Y.Doc());
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(main));
    doc.clientID = clientId;
    return doc;
  };
  const changed = (doc: Y.Doc, make: () => void) => {
    const before = Y.encodeStateVector(doc);
    doc.transact(make);
    return Y.encodeStateAsUpdate(doc, before);
  };
  const ada = page(ADA.clientId);
  accept(changed(ada, () => writeRecord(ada, 'slices', SLICE, { by: 'ada', byName: 'Ada', at: 1, recipe, isPutAway: false })), ADA);
  accept(changed(ada, () => writeRecord(ada, 'annotations', 'note-of-ada', noteBy('ada'))), ADA);
  const state = () => JSON.stringify([main.toJSON(), [...Y.encodeStateVector(main)]]);
  return { main, accept, page, changed, ada, state };
}

/** The words of a refusal, or null. */
const refusal = (outcome: ReturnType<ReturnType<typeof setUp>['accept']>) => (outcome.ok ? null : outcome.problems[0]!.message);

describe('document gate', () => {
  it('[D1] accepts what a page writes under its own id, and names the changes', () => {
    const { accept, ada, changed } = setUp();
    const outcome = accept(changed(ada, () => setTitle(ada, 'Basins')), ADA);
    expect(outcome.ok && outcome.value).toEqual([{ map: 'session', key: 'title', before: undefined, after: 'Basins' }]);
  });

  it('[D1] what was accepted may come again, from anyone', () => {
    const { main, accept } = setUp();
    expect(accept(Y.encodeStateAsUpdate(main), EVE).ok).toBe(true);
  });

  it('[D1] where a check throws, nothing of the update stays, and what rests on it is not let through', () => {
    const main = prepareDocument(new Y.Doc());
    const gate = new DocumentGate(main);
    const asker = (subjectOf: () => undefined) => ({ person: { id: 'ada', role: 'edit' as const }, ownsClientId: () => true, subjectOf });
    const page = prepareDocument(new Y.Doc());
    page.clientID = ADA.clientId;
    writeRecord(page, 'slices', SLICE, { by: 'ada', byName: 'Ada', at: 1, recipe, isPutAway: false });
    const first = Y.encodeStateAsUpdate(page);
    const before = Y.encodeStateVector(page);
    setTitle(page, 'rests on it');
    expect(() => gate.accept(first, asker(() => { throw new Error('broken'); }))).toThrow('broken');
    expect(gate.accept(Y.encodeStateAsUpdate(page, before), asker(() => undefined)).ok).toBe(false);
  });

  it('[D2] a view link changes nothing', () => {
    const { accept, ada, changed, state } = setUp();
    const before = state();
    expect(refusal(accept(changed(ada, () => setTitle(ada, 'Mine')), ADA, 'view'))).toContain('only look');
    expect(state()).toBe(before);
  });

  it('[D3] nobody writes under the id of somebody else, and the victim’s next change arrives', () => {
    const { main, accept, page, ada, changed, state } = setUp();
    const before = state();
    const forger = page(ADA.clientId);
    expect(refusal(accept(changed(forger, () => setTitle(forger, 'forged')), EVE))).toContain('somebody else');
    expect(state()).toBe(before);
    expect(accept(changed(ada, () => setTitle(ada, 'honest')), ADA).ok).toBe(true);
    expect(titleOf(main)).toBe('honest');
  });

  it('[D3] a change whose predecessor is missing is refused, and leaves nothing pending', () => {
    const { main, accept, ada, changed } = setUp();
    changed(ada, () => setTitle(ada, 'lost'));
    const later = changed(ada, () => setTitle(ada, 'later'));
    expect(refusal(accept(later, ADA))).toContain('missing');
    expect(main.store.pendingStructs).toBeNull();
  });

  it('[D3] the deletion of what is not there yet is refused', () => {
    const { main, accept, page, changed } = setUp();
    const other = page(99);
    changed(other, () => setTitle(other, 'a'));
    const gone = changed(other, () => writeRecord(other, 'annotations', 'note-of-ada', null));
    const update = Y.encodeStateAsUpdate(other, Y.encodeStateVector(other));
    expect(gone.byteLength).toBeGreaterThan(0);
    expect(accept(update, EVE).ok).toBe(false);
    expect(main.store.pendingDs).toBeNull();
  });

  it('[D4] a slice is placed under the hash of its recipe, signed, and never changes but for being put away', () => {
    const { accept, ada, page, changed, state } = setUp();
    const eve = page(EVE.clientId);
    const record = { by: 'eve', byName: 'Eve', at: 2, recipe: planeRecipe({}, [5, 5]), isPutAway: false };
    const before = state();
    const tries: [string, () => void][] = [
      ['hash of its recipe', () => writeRecord(eve, 'slices', SLICE.replace(/^./, (c) => (c === '0' ? '1' : '0')), record)],
      ['never changes', () => writeRecord(eve, 'slices', SLICE, { by: 'eve', byName: 'Eve', at: 2, recipe, isPutAway: false })],
      ['signed by', () => writeRecord(eve, 'slices', sliceIdOf(record.recipe), { ...record, by: 'ada' })],
      ['not erased', () => writeRecord(eve, 'slices', SLICE, null)],
      ['must be odd', () => writeRecord(eve, 'slices', sliceIdOf(planeRecipe({}, [4, 5])), { ...record, recipe: planeRecipe({}, [4, 5]) })],
    ];
    for (const [words, make] of tries) {
      const copy = page(EVE.clientId);
      Y.applyUpdate(eve, Y.encodeStateAsUpdate(copy));
      const attempt = page(EVE.clientId);
      const original = eve.getMap('slices');
      expect(original.size).toBeGreaterThan(0);
      const update = changed(attempt, () => replay(attempt, make, eve));
      expect(refusal(accept(update, EVE))).toContain(words);
    }
    expect(state()).toBe(before);
    const put = changed(ada, () => writeRecord(ada, 'slices', SLICE, { by: 'ada', byName: 'Ada', at: 1, recipe, isPutAway: true }));
    expect(accept(put, ADA).ok).toBe(true);

    /** Runs a change meant for one document on another. */
    function replay(target: Y.Doc, make: () => void, source: Y.Doc): void {
      const keysBefore = new Map(source.getMap('slices').entries());
      make();
      for (const [key, value] of source.getMap('slices')) if (keysBefore.get(key) !== value) target.getMap('slices').set(key, value);
      for (const key of keysBefore.keys()) if (!source.getMap('slices').has(key)) target.getMap('slices').delete(key);
    }
  });

  it.each([
    ['change', noteBy('eve', { text: 'mine now' })],
    ['change and keep the signature of', noteBy('ada', { text: 'mine now' })],
    ['delete', null],
  ])('[D5] nobody can %s the note of somebody else', (_, after) => {
    const { main, accept, page, changed } = setUp();
    const eve = page(EVE.clientId);
    expect(refusal(accept(changed(eve, () => writeRecord(eve, 'annotations', 'note-of-ada', after)), EVE))).toContain('belongs to who wrote it');
    expect(annotationsOf(main).get('note-of-ada')?.text).toBe('here');
  });

  it.each<[string, unknown]>([
    ['is not a number', noteBy('eve', { a: NaN })],
    ['is infinite', noteBy('eve', { b: Infinity })],
    ['is far too long', noteBy('eve', { text: 'x'.repeat(2001) })],
    ['has an unknown kind', { ...noteBy('eve'), kind: 'advert' }],
    ['has a field too many', { ...noteBy('eve'), script: 'alert(1)' }],
    ['stands on no slice', noteBy('eve', { slice: 'f'.repeat(32) })],
    ['is signed by another', noteBy('ada')],
    ['is text', 'hello'],
    ['is null', null],
    ['is bytes', Uint8Array.of(1, 2, 3)],
  ])('[D6] a note that %s is refused', (_, value) => {
    const { accept, page, changed, state } = setUp();
    const before = state();
    const eve = page(EVE.clientId);
    const outcome = accept(changed(eve, () => eve.getMap('annotations').set('note-of-eve', value)), EVE);
    expect(outcome.ok).toBe(false);
    expect(state()).toBe(before);
  });

  it.each<[string, (doc: Y.Doc) => void]>([
    ['an unknown part', (doc) => doc.getMap('admins').set('eve', true)],
    ['a list as a part', (doc) => doc.getArray('list').push([1])],
    ['a text', (doc) => doc.getMap('annotations').set('note-of-eve', new Y.Text('bomb'))],
    ['a nested map', (doc) => doc.getMap('annotations').set('note-of-eve', new Y.Map([['a', 1]]))],
    ['a subdocument', (doc) => doc.getMap('annotations').set('note-of-eve', new Y.Doc())],
    ['a setting there is not', (doc) => doc.getMap('session').set('theme', 'dark')],
    ['an id of another form', (doc) => doc.getMap('annotations').set('<b>', noteBy('eve'))],
    ['deep nesting', (doc) => doc.getMap('annotations').set('note-of-eve', JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`))],
    ['hundreds of changes at once', (doc) => { for (let n = 0; n < 300; n++) doc.getMap('annotations').set(`note-number-${n}`, noteBy('eve')); }],
    ['more than 64 KiB', (doc) => { for (let n = 0; n < 40; n++) doc.getMap('annotations').set(`note-number-${n}`, noteBy('eve', { text: 'x'.repeat(2000) })); }],
  ])('[D6] %s is refused as a whole', (_, make) => {
    const { main, accept, page, changed, ada, state } = setUp();
    const before = state();
    const eve = page(EVE.clientId);
    // The good half of an update must not pass where the other half does not.
    const update = changed(eve, () => {
      make(eve);
      setTitle(eve, 'passed');
    });
    expect(accept(update, EVE).ok).toBe(false);
    expect(state()).toBe(before);
    expect(accept(changed(ada, () => setTitle(ada, 'still works')), ADA).ok).toBe(true);
    expect(titleOf(main)).toBe('still works');
  });

  it('[D6] a list put into a part that is a map is refused', () => {
    const { accept, state } = setUp();
    const before = state();
    const doc = new Y.Doc();
    doc.clientID = EVE.clientId;
    doc.getArray('annotations').push([noteBy('eve')]);
    expect(accept(Y.encodeStateAsUpdate(doc), EVE).ok).toBe(false);
    expect(state()).toBe(before);
  });

  it.each([1, 2, 3, 4])('[D6] mutated bytes neither throw nor leave anything behind unless they are a fair change (seed %i)', (seed) => {
    const { integer } = createRandom(seed);
    for (let round = 0; round < 250; round++) {
      const { main, accept, page, changed } = setUp();
      const eve = page(EVE.clientId);
      const update = changed(eve, () => writeRecord(eve, 'annotations', 'note-of-eve', noteBy('eve')));
      for (let count = 0; count <= integer(4); count++) update[integer(update.length)] = integer(256);
      const sent = integer(5) === 0 ? update.slice(0, integer(update.length)) : update;
      const outcome = accept(sent, EVE);
      expect(main.store.pendingStructs).toBeNull();
      expect(main.store.pendingDs).toBeNull();
      expect(annotationsOf(main).get('note-of-ada')).toEqual(noteBy('ada'));
      if (!outcome.ok) expect(annotationsOf(main).size).toBe(1);
    }
  });
});
