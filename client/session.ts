/**
 * Joins a session: one connection, the document, the ledger, the surfaces, the lent workers, put together.
 *
 * This is the only file that knows all of them. It draws nothing and decides nothing that the server decides.
 */
import { canonicalJson } from '#lib/digest.ts';
import { attempt } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { Network } from '#lib/network/program.ts';
import { CommandHistory } from '#lib/session/commands.ts';
import { annotationsOf, setTitle, slicesOf, titleOf, writeRecord, type Annotation, type SliceRecord } from '#lib/session/document.ts';
import type { Person } from '#lib/session/people.ts';
import type { Pointer } from '#lib/session/pointer.ts';
import { setSettings, settingsOf, USUAL_SETTINGS, type Settings } from '#lib/session/settings.ts';
import { frameOf } from '#lib/slice/frame.ts';
import { readRecipe, sliceIdOf } from '#lib/slice/recipe.ts';
import type { Notice } from '#lib/wire/events.ts';
import { createAnalyses } from './analyses.ts';
import { openConnection } from './connection.ts';
import { linkDocument } from './documentLink.ts';
import { recallToken, rememberToken } from './identity.ts';
import { createFiles } from './files.ts';
import { linkLedger } from './ledgerLink.ts';
import { browserSurroundings, careFor } from './lenderCare.ts';
import { remembering } from './lenderChoice.ts';
import { pageAnalysts } from './pageAnalysts.ts';
import { pageWorkers } from './pageWorkers.ts';
import { watchPresence } from './presence.ts';
import { createMeasureHere } from './measureHere.ts';
import { createPricer } from './price.ts';
import type { Lending } from './lendingTypes.ts';
import type { Session } from './sessionTypes.ts';
import { createSampleShelf } from './sampleShelf.ts';
import { createStore } from './store.ts';
import { openSubjectShelf } from './subjectShelf.ts';
import { createSurfaceStore } from './surfaceStore.ts';
import { tilesKnown } from './tilesKnown.ts';
import { watchTooLarge } from './tooLarge.ts';
import { openVectorShelf } from './vectorShelf.ts';
import { keptIdentity } from './deviceIdentity.ts';
import { createVolunteer } from './volunteer.ts';

/** Pointers are sent at most this often. */
const POINT_MS = 50;
const ANSWER_MS = 10_000;
const MAX_NOTICES = 4;
const STILL_LOADING = 'Still loading this network. Try again in a moment.';
const STILL_CONNECTING = 'Still connecting. Try again in a moment.';

export type JoinOptions = { readonly key: string | null; /** Share of the time that a lent device computes, until its person says otherwise. */ readonly duty?: number };

export function joinSession(id: string, { key, duty = 1 }: JoinOptions): Session {
  let clientId: number | null = null;
  const me = createStore<Person | null>(null);
  const code = createStore<string | null>(null);
  const title = createStore('');
  const settings = createStore<Settings>(USUAL_SETTINGS);
  const slices = createStore<ReadonlyMap<string, SliceRecord>>(new Map());
  const annotations = createStore<ReadonlyMap<string, Annotation>>(new Map());
  const notices = createStore<readonly Notice[]>([]);
  const undoTitle = createStore<string | null>(null);
  const redoTitle = createStore<string | null>(null);

  const connection = openConnection(() => ({ session: id, key, token: recallToken(id), clientId }));
  const { socket } = connection;
  const presence = watchPresence(socket, me);
  const tooLarge = watchTooLarge(socket);
  const surfaces = createSurfaceStore((work) => requestAnimationFrame(work));
  const link = linkDocument(socket, (reason) => notify({ kind: 'refused', message: `This change was not accepted: ${reason}` }));
  const ledger = linkLedger(socket, surfaces);
  const files = createFiles({ session: id, key });
  const vectors = openVectorShelf(files);
  const shelf = openSubjectShelf((message) => notify({ kind: 'refused', message }));
  const samples = createSampleShelf();
  const volunteer = createVolunteer({
    socket,
    host: pageWorkers,
    lookup: async ({ sliceId, shard }) => {
      const recipe = slices.getSnapshot().get(sliceId)?.recipe;
      const subject = recipe && (await shelf.loadWeights(recipe.subject));
      return recipe && subject ? { recipe, subject, vectors: await vectors.load(recipe), parts: await samples.load(recipe, subject.manifest, shard) } : null;
    },
    networks: networksInUse,
    identity: keptIdentity(),
    onFailure: (message) => notify({ kind: 'checkFailed', message }),
  });
  const lending: Lending = remembering(volunteer, duty, key !== null);
  const care = careFor(volunteer, browserSurroundings());
  const pricer = createPricer(volunteer, samples);
  const measuring = createMeasureHere(volunteer, samples);
  const analyses = createAnalyses({
    socket,
    host: pageAnalysts,
    files,
    ledger,
    lending: volunteer,
    me,
    manifestOf: shelf.manifestOf,
    loadSubject: shelf.load,
    signed,
    run,
    write: (analysis, record) => writeRecord(link.doc.getSnapshot(), 'analyses', analysis, record),
  });
  let history = new CommandHistory(link.doc.getSnapshot());
  let lastPointer: Pointer = { slice: null, at: null };
  let pointTimer: ReturnType<typeof setTimeout> | undefined;

  function notify(notice: Notice): void {
    notices.set([...notices.getSnapshot().filter(({ message }) => message !== notice.message), notice].slice(-MAX_NOTICES));
  }

  /** Puts what the document says into the stores, and opens the surface of every slice that can be drawn. */
  function readDocument(): void {
    const doc = link.doc.getSnapshot();
    title.set(titleOf(doc));
    const nextSettings = settingsOf(doc);
    if (canonicalJson(nextSettings) !== canonicalJson(settings.getSnapshot())) settings.set(nextSettings);
    slices.set(slicesOf(doc));
    annotations.set(annotationsOf(doc));
    analyses.read(doc);
    undoTitle.set(history.undoTitle);
    redoTitle.set(history.redoTitle);
    openSurfaces();
    lookCloser();
  }

  /** What is looked at shows where checkpoints and notes of other slices lie, which takes the weights. */
  function lookCloser(): void {
    const recipe = slices.getSnapshot().get(lastPointer.slice ?? '')?.recipe;
    if (!recipe) return;
    // A failure was told by the shelf; the picture is drawn without.
    for (const id of [recipe.subject, ...(recipe.runs ?? [])]) if (!shelf.subjectOf(id)) shelf.loadWeights(id).catch(() => {});
    vectors.load(recipe).catch((error: unknown) => notify({ kind: 'refused', message: error instanceof Error ? error.message : String(error) }));
  }

  function networksInUse(): readonly Network[] {
    const used = new Set([...slices.getSnapshot().values()].flatMap(({ recipe, isPutAway }) => (isPutAway ? [] : [recipe.subject])));
    return shelf.catalogue.getSnapshot().flatMap(({ id: subjectId, manifest }) => (used.has(subjectId) ? [manifest.network] : []));
  }

  function openSurfaces(): void {
    let isNew = false;
    for (const [sliceId, { recipe, isPutAway }] of slices.getSnapshot()) {
      const manifest = shelf.manifestOf(recipe.subject);
      const isWanted = !isPutAway || sliceId === lastPointer.slice;
      if (!isWanted || !manifest || surfaces.of(sliceId)) continue;
      surfaces.open(sliceId, recipe, manifest);
      isNew = true;
    }
    if (isNew) ledger.fetchMissing(lastPointer.slice);
  }

  function watchDocument(): void {
    const doc = link.doc.getSnapshot();
    history = new CommandHistory(doc);
    doc.on('afterTransaction', readDocument);
    readDocument();
  }

  watchDocument();
  link.doc.subscribe(watchDocument);

  socket.on('welcome', (welcome) => {
    rememberToken(id, welcome.token);
    clientId = welcome.clientId;
    me.set(welcome.me);
    code.set(welcome.code);
    // Everyone is named after this: who left while we were away is not among them.
    presence.alone(welcome.me);
    void link.join(welcome.clientId).then(() => {
      readDocument();
      return ledger.join(welcome.ledgerEpoch);
    }).then(() => {
      volunteer.rejoin();
      analyses.rejoin();
      socket.volatile.emit('point', lastPointer);
    });
  });
  socket.on('notice', notify);

  shelf.catalogue.subscribe(readDocument);

  // Closing a page with unsaved changes asks first.
  const askBeforeLeaving = (event: BeforeUnloadEvent) => {
    if (link.saved.getSnapshot().kind !== 'saved') event.preventDefault();
  };
  window.addEventListener('beforeunload', askBeforeLeaving);
  // A page that is hidden for good may never say another word.
  window.addEventListener('pagehide', volunteer.handBack);

  /** Who signs a change now; throws when this page may not write, which the screen does not offer. */
  function signed(): { by: string; byName: string; at: number } {
    const person = me.getSnapshot();
    if (!person || person.role !== 'edit' || !link.canWrite()) throw new Error('this page cannot write yet');
    return { by: person.id, byName: person.name, at: Date.now() };
  }

  function run(command: Parameters<CommandHistory['run']>[0]): void {
    history.run(command);
    readDocument();
  }

  return {
    id,
    key,
    connection: connection.state,
    saved: link.saved,
    me,
    code,
    people: presence.people,
    pointers: presence.pointers,
    title,
    settings,
    slices,
    annotations,
    analyses,
    files,
    catalogue: shelf.catalogue,
    subjects: shelf.loaded,
    loadWeights: shelf.loadWeights,
    loadSubject: shelf.load,
    vectors,
    surfaces,
    tooLarge,
    lending,
    care,
    notices,
    undoTitle,
    redoTitle,
    place(recipe) {
      if (!link.canWrite()) return { problems: [{ path: '', message: STILL_CONNECTING }] };
      const checked = readRecipe(recipe, shelf.manifestOf);
      if (!checked.ok) return { problems: checked.problems };
      // Whether the directions span a line or a plane at all is known only with the weights.
      const subject = shelf.subjectOf(checked.value.subject);
      if (!subject) return { problems: [{ path: 'subject', message: STILL_LOADING }] };
      const frame = attempt(() => frameOf(checked.value, subject, vectors.of));
      if (!frame.ok) return { problems: frame.problems };
      const sliceId = sliceIdOf(checked.value);
      const before = slices.getSnapshot().get(sliceId) ?? null;
      if (before && !before.isPutAway) return { sliceId };
      const after = before ? { ...before, isPutAway: false } : { ...signed(), recipe: checked.value, isPutAway: false };
      run({ map: 'slices', id: sliceId, before, after, title: 'Place a slice' });
      return { sliceId };
    },
    putAway(sliceId) {
      const before = slices.getSnapshot().get(sliceId);
      if (before) run({ map: 'slices', id: sliceId, before, after: { ...before, isPutAway: true }, title: 'Put a slice away' });
    },
    halt(sliceId, halt) {
      const before = slices.getSnapshot().get(sliceId);
      if (!before || before.halt === (halt ?? undefined)) return;
      const { halt: _before, ...rest } = before;
      run({ map: 'slices', id: sliceId, before, after: halt === null ? rest : { ...rest, halt }, title: halt === null ? 'Compute a slice again' : halt === 'paused' ? 'Pause a slice' : 'Cancel a slice' });
    },
    annotate({ slice, a, b, c }, kind, text) {
      const noteId = crypto.randomUUID();
      run({ map: 'annotations', id: noteId, before: null, after: { ...signed(), kind, text, slice, a, b, ...(c !== undefined && { c }) }, title: 'Add a note' });
      return noteId;
    },
    editAnnotation(noteId, change) {
      const before = annotations.getSnapshot().get(noteId);
      if (before) run({ map: 'annotations', id: noteId, before, after: { ...before, ...change }, title: 'Change a note' });
    },
    deleteAnnotation(noteId) {
      const before = annotations.getSnapshot().get(noteId);
      if (before) run({ map: 'annotations', id: noteId, before, after: null, title: 'Delete a note' });
    },
    changeSettings(next) {
      if (link.canWrite()) setSettings(link.doc.getSnapshot(), next);
      else notify({ kind: 'refused', message: STILL_CONNECTING });
    },
    setTitle(next) {
      if (link.canWrite()) setTitle(link.doc.getSnapshot(), next);
      else notify({ kind: 'refused', message: STILL_CONNECTING });
    },
    undo: () => after(history.undo()),
    redo: () => after(history.redo()),
    async rename(name) {
      try {
        const reply = await socket.timeout(ANSWER_MS).emitWithAck('rename', name);
        return reply.ok ? null : sayProblems(reply.problems);
      } catch {
        return 'The server did not answer. Try again when you are back online.';
      }
    },
    point(pointer) {
      const isOther = pointer.slice !== lastPointer.slice;
      lastPointer = pointer;
      if (isOther) {
        openSurfaces();
        lookCloser();
        ledger.fetchMissing(pointer.slice);
      }
      pointTimer ??= setTimeout(() => {
        pointTimer = undefined;
        if (socket.connected) socket.volatile.emit('point', lastPointer);
      }, POINT_MS);
    },
    async measureHere(recipe, onTile, signal) {
      const subject = await shelf.loadWeights(recipe.subject);
      if (subject) await measuring.measure(recipe, subject, await vectors.load(recipe), onTile, signal);
    },
    price: async (recipe) => pricer.price(recipe, (await shelf.loadWeights(recipe.subject)) ?? undefined, await vectors.load(recipe)),
    ...tilesKnown(surfaces, ledger),
    dismissNotice: (notice) => notices.set(notices.getSnapshot().filter((each) => each !== notice)),
    leave() {
      window.removeEventListener('beforeunload', askBeforeLeaving);
      window.removeEventListener('pagehide', volunteer.handBack);
      clearTimeout(pointTimer);
      pricer.close();
      measuring.close();
      care.close();
      volunteer.close();
      analyses.close();
      ledger.close();
      link.close();
      connection.close();
    },
  };

  function after<T>(outcome: T): T {
    readDocument();
    return outcome;
  }
}
