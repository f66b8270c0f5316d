/**
 * The long analyses of a session as a page sees them: what was asked for, what is done and by whom, what runs, what it would cost.
 *
 * It puts together the document (what was asked for), the ledger (what is done), the frames of progress, and the results, which
 * are fetched by digest and read by their kind's form.
 */
import type * as Y from 'yjs';
import { analysisIdOf, kindOf, readRequest, unitsIn, type AnalysisRequest } from '#lib/analysis/requests/requests.ts';
import type { Subject, SubjectManifest } from '#lib/network/subject.ts';
import type { KeptEntry, UnitEntry } from '#lib/session/analysisLedger.ts';
import type { Command } from '#lib/session/commands.ts';
import { analysesOf, type AnalysisRecord } from '#lib/session/document.ts';
import { isHelped, type Person } from '#lib/session/people.ts';
import { unitOfKey, type UnitKey } from '#lib/work/unit.ts';
import type { AnalysisProgress } from '#lib/wire/events.ts';
import { decodeUnit } from '#lib/wire/unitCodec.ts';
import { createAnalysisRunner } from './analysisRunner.ts';
import type { Analyses, AnalysisView } from './analysisTypes.ts';
import type { AnalystHost } from './analystPool.ts';
import type { LiveSocket } from './connection.ts';
import type { Files } from './files.ts';
import type { Lending } from './lendingTypes.ts';
import { createStore, type Store } from './store.ts';

type Options = {
  readonly socket: LiveSocket;
  readonly host: AnalystHost;
  readonly files: Files;
  readonly ledger: { readonly units: Store<ReadonlyMap<UnitKey, UnitEntry>>; readonly kept: Store<ReadonlyMap<UnitKey, KeptEntry>> };
  readonly lending: Pick<Lending, 'state' | 'duty' | 'helps'>;
  readonly me: Store<Pick<Person, 'id'> | null>;
  readonly manifestOf: (subject: string) => SubjectManifest | undefined;
  readonly loadSubject: (id: string) => Promise<Subject | null>;
  /** Who signs a change now; throws when this page may not write. */
  readonly signed: () => { readonly by: string; readonly byName: string; readonly at: number };
  readonly run: (command: Command) => void;
  /** Writes without an entry for undo. */
  readonly write: (id: string, record: AnalysisRecord) => void;
};

/** A result that could not be fetched is tried again after this. */
const RETRY_MS = 5000;

type OpenAnalyses = Analyses & {
  /** What the document says now. */
  readonly read: (doc: Y.Doc) => void;
  /** The connection is welcome again. */
  readonly rejoin: () => void;
  readonly close: () => void;
};

export function createAnalyses({ socket, host, files, ledger, lending, me, manifestOf, loadSubject, signed, run, write }: Options): OpenAnalyses {
  const records = createStore<ReadonlyMap<string, AnalysisRecord>>(new Map());
  const isLending = () => ['helping', 'idle'].includes(lending.state.getSnapshot().kind);
  const lendsTo = (placedBy: string) => isLending() && isHelped(placedBy, lending.helps.getSnapshot(), me.getSnapshot()?.id);
  const runner = createAnalysisRunner({ socket, host, files, recordOf: (id) => records.getSnapshot().get(id), loadSubject, isLending, lendsTo });
  const views = createStore<readonly AnalysisView[]>([]);
  const progress = createStore<ReadonlyMap<string, AnalysisProgress['running']>>(new Map());
  /** By digest. Null while it is on its way. */
  const results = new Map<string, unknown>();
  let retry: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;

  /** Many changes in one turn are one new picture. */
  function refresh(): void {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      views.set([...records.getSnapshot()].flatMap(([id, record]) => (record.isPutAway ? [] : viewOf(id, record))));
    });
  }

  function viewOf(id: string, record: AnalysisRecord): readonly AnalysisView[] {
    const manifest = manifestOf(record.request.subject);
    if (!manifest) return [];
    const total = unitsIn(record.request, manifest);
    const ofThis = <T>(entries: ReadonlyMap<UnitKey, T>) => [...entries].filter(([key]) => key.startsWith(`${id}/`)).map(([key, entry]) => ({ unit: unitOfKey(key)!.unit, entry }));
    const done = ofThis(ledger.units.getSnapshot()).toSorted((one, other) => one.unit - other.unit);
    const running = (progress.getSnapshot().get(id) ?? []).filter(({ unit }) => !done.some((each) => each.unit === unit));
    const kept = ofThis(ledger.kept.getSnapshot()).filter(({ unit }) => !running.some((each) => each.unit === unit));
    const isHere = runner.here.getSnapshot().has(id);
    const status = done.length >= total ? 'done' : record.isPaused ? 'paused' : running.length > 0 || isHere ? 'running' : 'waiting';
    const partly = running.reduce((sum, { share }) => sum + share, 0) + kept.reduce((sum, { entry }) => sum + entry.share, 0);
    return [
      {
        id,
        record,
        total,
        units: done.map(({ unit, entry }) => ({ unit, entry, result: resultOf(record.request, entry.digest) })),
        running,
        kept: kept.map(({ entry }) => entry),
        share: Math.min(1, (done.length + partly) / total),
        status,
        isHere,
        problem: runner.problems.getSnapshot().get(id) ?? null,
      },
    ];
  }

  function resultOf(request: AnalysisRequest, digest: string): unknown {
    if (!results.has(digest)) {
      results.set(digest, null);
      files.load(digest).then(
        (bytes) => {
          const outcome = decodeUnit(request.kind, bytes);
          if (outcome.ok) results.set(digest, outcome.value);
          refresh();
        },
        () => {
          results.delete(digest);
          clearTimeout(retry);
          retry = setTimeout(refresh, RETRY_MS);
        },
      );
    }
    return results.get(digest) ?? null;
  }

  const hear = (frame: readonly AnalysisProgress[]) => {
    const next = new Map(progress.getSnapshot());
    for (const { analysis, running } of frame) {
      if (running.length > 0) next.set(analysis, running);
      else next.delete(analysis);
    }
    progress.set(next);
  };
  // Whoever was computing may have gone while this page was away: everything that runs is told at the next welcome.
  const forget = () => progress.set(new Map());
  socket.on('analysisProgress', hear);
  socket.on('disconnect', forget);
  const stops = [records, ledger.units, ledger.kept, progress, runner.here, runner.problems].map((store) => store.subscribe(refresh));
  // The document changes with every note; what is wanted, rarely.
  let wanted = '';
  stops.push(
    records.subscribe(() => {
      const now = JSON.stringify([...records.getSnapshot()].map(([id, { isPaused, isPutAway }]) => [id, isPaused, isPutAway]));
      if (now !== wanted) runner.look();
      wanted = now;
    }),
  );

  let wasLending = false;
  stops.push(
    lending.state.subscribe(() => {
      if (isLending() !== wasLending) runner.look();
      wasLending = isLending();
    }),
    lending.helps.subscribe(runner.look),
    lending.duty.subscribe(() => runner.pool.setDuty(lending.duty.getSnapshot())),
  );

  return {
    views,
    read: (doc) => records.set(analysesOf(doc)),
    rejoin: runner.rejoin,
    place(request) {
      const checked = readRequest(request, manifestOf);
      if (!checked.ok) return { problems: checked.problems };
      const id = analysisIdOf(checked.value);
      const before = records.getSnapshot().get(id) ?? null;
      if (!before || before.isPutAway) {
        const after: AnalysisRecord = before ? { ...before, isPaused: false, isPutAway: false } : { ...signed(), request: checked.value, isPaused: false, isPutAway: false };
        run({ map: 'analyses', id, before, after, title: `Ask for: ${kindOf(checked.value).title}` });
      } else if (before.isPaused) write(id, { ...before, isPaused: false });
      runner.start(id);
      return { analysisId: id };
    },
    computeHere(id) {
      const record = records.getSnapshot().get(id);
      if (record?.isPaused) write(id, { ...record, isPaused: false });
      runner.start(id);
    },
    pause(id) {
      const record = records.getSnapshot().get(id);
      if (record && !record.isPaused) write(id, { ...record, isPaused: true });
      runner.stop(id);
    },
    putAway(id) {
      const before = records.getSnapshot().get(id);
      if (before) run({ map: 'analyses', id, before, after: { ...before, isPutAway: true }, title: `Put away: ${kindOf(before.request).title}` });
      runner.stop(id);
    },
    async price(request) {
      const [manifest, subject] = [manifestOf(request.subject), await loadSubject(request.subject)];
      if (!manifest || !subject) throw new Error('the network is not loaded yet');
      const units = unitsIn(request, manifest);
      const { passes, runsOn } = kindOf(request);
      const ms = units * passes(request, manifest) * (await runner.pool.msPerPass(subject, runsOn(request, manifest)));
      return { units, seconds: ms / Math.min(units, runner.pool.most) / 1000 };
    },
    close() {
      clearTimeout(retry);
      for (const stop of stops) stop();
      socket.off('analysisProgress', hear);
      socket.off('disconnect', forget);
      runner.close();
    },
  };
}
