/** A page that takes part in long analyses, over a real connection, with workers that run where the test runs. */
import type * as Y from 'yjs';
import { createAnalyses } from '#client/analyses.ts';
import type { AnalystHost } from '#client/analystPool.ts';
import { linkDocument } from '#client/documentLink.ts';
import { createFiles } from '#client/files.ts';
import { linkLedger } from '#client/ledgerLink.ts';
import type { LendingState } from '#client/lendingTypes.ts';
import { createStore } from '#client/store.ts';
import { createSurfaceStore } from '#client/surfaceStore.ts';
import type { Subject } from '#lib/network/subject.ts';
import { CommandHistory } from '#lib/session/commands.ts';
import { writeRecord } from '#lib/session/document.ts';
import type { Helped } from '#lib/session/people.ts';
import type { Handshake, Welcome } from '#lib/wire/events.ts';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { createAnalyseJobs } from '#workers/analyseJobs.ts';
import { connectSocket } from './startedTarn.ts';

/** Analysts in this very thread, as many as are asked for. */
export const inlineAnalysts = (most = 2): AnalystHost => ({
  most,
  hire(hear) {
    let isEnded = false;
    const jobs = createAnalyseJobs((message) => queueMicrotask(() => !isEnded && hear(message)), NODE_FILES);
    return { post: (message) => queueMicrotask(() => !isEnded && jobs.hear(message)), end: () => (isEnded = true) };
  },
});

type Presented = Partial<Handshake> & Pick<Handshake, 'session'>;

export async function openAnalysisPage(url: string, presented: Presented, subject: Subject, host: AnalystHost = inlineAnalysts()) {
  const socket = connectSocket(url, presented);
  const link = linkDocument(socket, (reason) => refusals.push(reason));
  const refusals: string[] = [];
  const ledger = linkLedger(socket, createSurfaceStore((work) => work()));
  const lendingState = createStore<LendingState>({ kind: 'off', points: 0 });
  let welcome: Welcome | null = null;
  let history = new CommandHistory(link.doc.getSnapshot());
  const analyses = createAnalyses({
    socket,
    host,
    files: createFiles({ session: presented.session, key: presented.key ?? null, origin: url }),
    ledger,
    lending: { state: lendingState, duty: createStore(1), helps: createStore<Helped>('everyone') },
    me: createStore(null),
    manifestOf: (id) => (id === subject.id ? subject.manifest : undefined),
    loadSubject: async (id) => (id === subject.id ? subject : null),
    signed: () => ({ by: welcome!.me.id, byName: welcome!.me.name, at: 1 }),
    run: (command) => {
      history.run(command);
      read();
    },
    write: (id, record) => writeRecord(link.doc.getSnapshot(), 'analyses', id, record),
  });
  const read = () => analyses.read(link.doc.getSnapshot());
  const watch = () => {
    const doc: Y.Doc = link.doc.getSnapshot();
    history = new CommandHistory(doc);
    doc.on('afterTransaction', read);
    read();
  };
  watch();
  link.doc.subscribe(watch);
  welcome = await new Promise<Welcome>((resolve, reject) => {
    socket.once('welcome', resolve);
    socket.once('connect_error', reject);
  });
  await link.join(welcome.clientId);
  read();
  await ledger.join(welcome.ledgerEpoch);
  analyses.rejoin();
  return {
    socket,
    me: welcome.me,
    analyses,
    refusals,
    undo: () => {
      history.undo();
      read();
    },
    view: (id: string) => analyses.views.getSnapshot().find((each) => each.id === id),
    /** Says that this page lends, as the volunteer would. */
    lend: () => {
      socket.emit('lend', { title: 'float64', workers: 1, duty: 1 });
      lendingState.set({ kind: 'idle', report: { backend: 'cpu', title: 'float64', why: '', isSoftwareAdapter: false }, holds: { piece: 2 ** 20, all: 2 ** 20 }, workers: 1, points: 0, pointsPerSecond: 0, tileMs: null, isBraked: false, dispatches: { count: 0, long: 0, longestMs: 0 } });
    },
    close: () => {
      analyses.close();
      ledger.close();
      link.close();
      socket.close();
    },
  };
}
