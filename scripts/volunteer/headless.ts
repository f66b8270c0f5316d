/**
 * A session as a volunteer without a screen needs it: the connection, the document for its slices, and the lending.
 *
 * The same connection, document link and lending code as a page has. It never writes to the document.
 */
import { createAnalysisRunner } from '#client/analysisRunner.ts';
import type { AnalystHost } from '#client/analystPool.ts';
import { openConnection, type NetworkPlace } from '#client/connection.ts';
import { linkDocument } from '#client/documentLink.ts';
import { createFiles } from '#client/files.ts';
import type { ComputeHost } from '#client/evaluatorPool.ts';
import type { ConnectionState } from '#client/sessionTypes.ts';
import type { Store } from '#client/store.ts';
import { createSampleShelf } from '#client/sampleShelf.ts';
import { loadBuiltin } from '#client/subjects.ts';
import { openVectorShelf } from '#client/vectorShelf.ts';
import { passingIdentity } from '#client/deviceIdentity.ts';
import { createVolunteer, type Volunteer } from '#client/volunteer.ts';
import type { SubjectHere } from '#lib/network/subject.ts';
import { formatCapacity } from '#lib/session/words.ts';
import { leastTooLarge } from '#lib/work/capacity.ts';
import { needsOf } from '#lib/work/costCaps.ts';
import { analysesOf, slicesOf, titleOf, type AnalysisRecord, type SliceRecord } from '#lib/session/document.ts';

export type Headless = {
  readonly connection: Store<ConnectionState>;
  readonly volunteer: Volunteer;
  /** Resolves at the first welcome, when the document is here, to the session's title. */
  readonly joined: Promise<string>;
  /** Computed since the start. */
  readonly points: () => number;
  /** Hands back, delivers what is finished, and hangs up. Resolves when that is done, or after a few seconds. */
  readonly leave: () => Promise<void>;
};

export type HeadlessOptions = {
  readonly origin: string;
  readonly session: string;
  readonly key: string | null;
  readonly subjects: readonly SubjectHere[];
  readonly host: ComputeHost;
  readonly analysts: AnalystHost;
  /** Something went wrong that the person should read. */
  readonly onNotice: (message: string) => void;
};

const LEAVE_MS = 5000;

export function joinHeadless({ origin, session, key, subjects, host, analysts, onNotice }: HeadlessOptions): Headless {
  let token: string | null = null;
  let clientId: number | null = null;
  // Node says nothing of the network going and coming; the transport finds out.
  const place: NetworkPlace = { origin, isOnline: () => true, watch: () => () => {} };
  const connection = openConnection(() => ({ session, key, token, clientId }), place);
  const { socket } = connection;
  const link = linkDocument(socket, onNotice);
  let slices: ReadonlyMap<string, SliceRecord> = new Map();
  let analyses: ReadonlyMap<string, AnalysisRecord> = new Map();
  const readDocument = () => {
    slices = slicesOf(link.doc.getSnapshot());
    analyses = analysesOf(link.doc.getSnapshot());
    tellWhatIsTooLarge();
  };
  const watchDocument = () => void link.doc.getSnapshot().on('afterTransaction', readDocument);
  watchDocument();
  link.doc.subscribe(watchDocument);
  const files = createFiles({ session, key, origin });
  const vectors = openVectorShelf(files);
  const samples = createSampleShelf(origin);
  const volunteer = createVolunteer({
    socket,
    host,
    lookup: async ({ sliceId, shard }) => {
      const recipe = slices.get(sliceId)?.recipe;
      const subject = recipe && subjects.find(({ id }) => id === recipe.subject);
      return recipe && subject ? { recipe, subject, vectors: await vectors.load(recipe), parts: await samples.load(recipe, subject.manifest, shard) } : null;
    },
    networks: () => subjects.map(({ manifest }) => manifest.network),
    identity: passingIdentity(),
    onFailure: onNotice,
  });
  let toldOf = '';
  /** Somebody who looks on should know that nothing comes because nothing fits. */
  const tellWhatIsTooLarge = () => {
    const state = volunteer.state.getSnapshot();
    if (state.kind !== 'idle') return;
    const wanted = [...slices].filter(([, { isPutAway, halt }]) => !isPutAway && halt === undefined);
    const needs = wanted.flatMap(([, { recipe }]) => subjects.filter(({ id }) => id === recipe.subject).map(({ manifest }) => needsOf(recipe, manifest)));
    const least = leastTooLarge(needs, state.holds);
    const names = wanted.map(([id]) => id).join();
    if (!least || names === toldOf) return;
    toldOf = names;
    const each = state.workers > 1 ? ` for each of ${state.workers} threads (--threads with fewer leaves more for each)` : '';
    onNotice(`No slice here fits this computer: it has room for ${formatCapacity(state.holds)}${each}, and the smallest takes ${formatCapacity(least)}.`);
  };
  volunteer.state.subscribe(tellWhatIsTooLarge);
  const isLending = () => ['helping', 'idle'].includes(volunteer.state.getSnapshot().kind);
  const runner = createAnalysisRunner({
    socket,
    host: analysts,
    files,
    recordOf: (id) => analyses.get(id),
    loadSubject: async (id) => {
      const subject = subjects.find((each) => each.id === id);
      return subject ? loadBuiltin(subject.manifest.name, origin) : null;
    },
    isLending,
    lendsTo: isLending,
  });
  let wasLending = false;
  volunteer.state.subscribe(() => {
    if (isLending() !== wasLending) runner.look();
    wasLending = isLending();
  });
  runner.problems.subscribe(() => {
    const message = [...runner.problems.getSnapshot().values()].at(-1);
    if (message !== undefined) onNotice(message);
  });
  let points = 0;
  volunteer.state.subscribe(() => {
    const state = volunteer.state.getSnapshot();
    if (state.kind === 'helping' || state.kind === 'idle') points = state.points;
  });
  socket.on('notice', ({ message }) => onNotice(message));

  const joined = new Promise<string>((resolve) => {
    socket.on('welcome', (welcome) => {
      token = welcome.token;
      clientId = welcome.clientId;
      void link.join(welcome.clientId).then(() => {
        volunteer.rejoin();
        runner.rejoin();
        resolve(titleOf(link.doc.getSnapshot()));
      });
    });
  });

  return {
    connection: connection.state,
    volunteer,
    joined,
    points: () => points,
    leave: async () => {
      volunteer.stop();
      await Promise.race([volunteer.delivered(), new Promise((resolve) => setTimeout(resolve, LEAVE_MS).unref())]);
      runner.close();
      volunteer.close();
      link.close();
      const isGone = new Promise<void>((resolve) => {
        if (!socket.io.engine || !socket.connected) return resolve();
        // What was said is on its way only when the transport has closed after it.
        socket.io.engine.once('close', () => resolve());
        setTimeout(resolve, LEAVE_MS).unref();
      });
      connection.close();
      await isGone;
    },
  };
}
