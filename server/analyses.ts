/**
 * The long analyses of one session: units lent, their progress told, results kept and listed in the ledger.
 *
 * A result is listed only after it is durable and its form was checked, and never as verified unless something of it was
 * recomputed here. It does not know who people are, nor what a kind computes. Rules U13–U20 in docs/SPEC.md.
 */
import type * as Y from 'yjs';
import { digestOf } from '#lib/digest.ts';
import { parsed, refused, type Parsed } from '#lib/parsed.ts';
import { kindOf, unitsIn, type AnalysisRequest } from '#lib/analysis/requests/requests.ts';
import type { Subject } from '#lib/network/subject.ts';
import { strikeUnit, writeKept, writeUnit } from '#lib/session/analysisLedger.ts';
import type { AnalysisRecord } from '#lib/session/document.ts';
import type { SessionRecord, Storage, UnitRecord } from '#lib/session/storage.ts';
import { unitKey, unitOfKey, type UnitKey } from '#lib/work/unit.ts';
import { checksOf } from '#lib/work/unitChecks.ts';
import { UnitBook, type Asker, type UnitLease } from '#lib/work/unitBook.ts';
import type { AnalysisProgress, KeptUnit, ReturnedUnit, ReturnOutcome, UnitOffer, UnitProgress } from '#lib/wire/events.ts';
import { decodeUnit } from '#lib/wire/unitCodec.ts';
import type { Clock } from './clock.ts';
import type { Helper } from './roster.ts';
import type { Dice } from './dice.ts';
import type { Log } from './log.ts';
import type { Outbox } from './outbox.ts';
import type { TileBook } from './tileBook.ts';
import type { Tokens } from './tokens.ts';
import { disagreementOf, type UnitProber } from './unitJudge.ts';

/** How often progress is told. */
const TICK_MS = 400;
/** A state that another took the place of stays so long for whoever is about to fetch it, or to name it. */
const STATE_STAYS_MS = 10 * 60_000;

type Dependencies = {
  readonly record: SessionRecord;
  readonly storage: Storage;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly prober: UnitProber;
  readonly log: Log;
  readonly outbox: Outbox;
  readonly ledger: Y.Doc;
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly tiles: Pick<TileBook, 'isBelieved'>;
};

/** A page that comes with something about an analysis. */
export type Visitor = Helper & Pick<Asker, 'mayKeep'> & { /** Whether this page lends to whoever placed an analysis. */ readonly lendsTo: (placedBy: string) => boolean };

export class Analyses {
  readonly #dependencies: Dependencies;
  readonly #book = new UnitBook();
  readonly #records = new Map<string, AnalysisRecord>();
  readonly #done = new Map<string, Set<number>>();
  readonly #kept = new Map<UnitKey, string>();
  /** Pages that were told there is nothing to do. */
  readonly #hungry = new Set<string>();
  /** What was told of each analysis last, to tell only changes. */
  #told = new Map<string, string>();
  #cancelTick = () => {};
  #isClosed = false;

  private constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#tick();
  }

  /** Takes in what is stored: results and what was kept are listed before anything is lent. */
  static async open(dependencies: Dependencies, records: ReadonlyMap<string, AnalysisRecord>): Promise<Analyses> {
    const { storage, record: session, ledger } = dependencies;
    const [units, kept] = await Promise.all([storage.units(session.id), storage.keptUnits(session.id)]);
    const analyses = new Analyses(dependencies);
    ledger.transact(() => {
      for (const record of units) analyses.#list(record);
      for (const record of kept) {
        analyses.#kept.set(record.unit, record.digest);
        writeKept(ledger, record.unit, { digest: record.digest, by: record.by, byName: record.byName, share: record.share });
      }
    });
    for (const [id, record] of records) analyses.note(id, record);
    void analyses.#freeStates();
    return analyses;
  }

  /** An analysis was placed, paused, gone on with, put away or brought back. */
  note(id: string, record: AnalysisRecord): void {
    const manifest = this.#dependencies.subjects.get(record.request.subject)?.manifest;
    const isKnown = this.#records.get(id)?.isPutAway === false;
    this.#records.set(id, record);
    if (record.isPutAway || !manifest) return this.#book.forget(id);
    if (isKnown) this.#book.setPaused(id, record.isPaused);
    else {
      const total = unitsIn(record.request, manifest);
      this.#book.want(id, { total, keepsFiles: kindOf(record.request).keepsFiles, done: this.#done.get(id) ?? [], isPaused: record.isPaused });
    }
    this.#sayWork();
  }

  /** Whoever names an analysis chose to compute it; of others only who lends to those who placed them is given something. */
  ask(asker: Visitor, analysis: string | null, room: number): readonly UnitOffer[] {
    const { tokens, clock, record: session, tiles } = this.#dependencies;
    if (!tiles.isBelieved(asker.device)) return [];
    const granted = this.#book.grant(asker, analysis, room, clock.now(), (id) => asker.lendsTo(this.#records.get(id)!.by));
    if (granted.length < room) this.#hungry.add(asker.connectionId);
    return granted.map((lease) => {
      const key = unitKey(lease.analysis, lease.unit);
      return { analysis: lease.analysis, unit: lease.unit, ticket: tokens.unitTicket(session.id, key, asker.personId), kept: this.#kept.get(key) ?? null };
    });
  }

  progress(visitor: Visitor, { analysis, unit, ticket, share, live }: UnitProgress): boolean {
    const { tokens, record: session, clock } = this.#dependencies;
    if (!tokens.isUnitTicket(ticket, session.id, unitKey(analysis, unit), visitor.personId)) return false;
    return this.#book.renew(visitor, analysis, unit, { share, live }, clock.now());
  }

  async keep({ personId, name }: Visitor, { analysis, unit, share, digest, ticket }: KeptUnit): Promise<Parsed<null>> {
    const { storage, tokens, record: session, clock, ledger } = this.#dependencies;
    const key = unitKey(analysis, unit);
    if (!tokens.isUnitTicket(ticket, session.id, key, personId)) return refused('this unit was not lent to you');
    if (!(await storage.blob(digest))) return refused('the file named was not put before');
    const signed = { digest, by: personId, byName: name, share };
    if (!(await storage.keepUnit({ session: session.id, unit: key, ...signed, at: clock.date() }))) {
      return this.#done.get(analysis)?.has(unit) ? parsed(null) : refused('the file named was freed before it was kept: put it again');
    }
    this.#kept.set(key, digest);
    writeKept(ledger, key, signed);
    void this.#freeStates();
    return parsed(null);
  }

  async returnUnit({ personId, name, device }: Visitor, { analysis, unit, ms, backend, ticket }: ReturnedUnit, bytes: Uint8Array): Promise<ReturnOutcome> {
    const { storage, tokens, record: session, clock, tiles, log } = this.#dependencies;
    const key = unitKey(analysis, unit);
    const request = this.#records.get(analysis)?.request;
    if (!tokens.isUnitTicket(ticket, session.id, key, personId)) return refused('this unit was not lent to you');
    if (!tiles.isBelieved(device) || this.#book.isBarred(analysis, unit, personId)) return refused('numbers from this device did not match, so another has to compute this');
    if (!request || !this.#book.has(analysis, unit)) return refused('this analysis is not in the session any more');
    const result = decodeUnit(request.kind, bytes);
    if (!result.ok) return result;
    for (const digest of kindOf(request).filesOf(result.value)) {
      if (!(await storage.blob(digest))) return refused(`the result names the file ${digest.slice(0, 12)}…, which was not put before`);
    }
    if (this.#book.complete(analysis, unit) === 'duplicate') return parsed('duplicate');
    const record: UnitRecord = { session: session.id, unit: key, digest: digestOf(bytes), by: personId, byName: name, backend, ms, verified: null, at: clock.date() };
    try {
      if (!(await storage.putUnit(record, bytes))) return parsed('duplicate');
    } catch (error) {
      log.error('unit.notKept', error, { unit: key });
      this.#book.reopen(analysis, unit, null);
      return refused('the result could not be stored');
    }
    this.#list(record);
    void this.#freeStates();
    void this.#check(request, record, result.value);
    return parsed('accepted');
  }

  handBack({ connectionId }: Visitor, keys: readonly UnitKey[]): void {
    this.#book.handBack(connectionId, keys);
    this.#sayWork();
  }

  release(connectionId: string): void {
    this.#hungry.delete(connectionId);
    this.#book.release(connectionId);
    this.#sayWork();
  }

  /** Everything that runs now, for who comes in. */
  wholeFrame(): readonly AnalysisProgress[] {
    return [...grouped(this.#book.leases())].map(([analysis, running]) => ({ analysis, running }));
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTick();
  }

  /** What was kept of units and is no more. Whatever ends the server in between, the next time frees it. K10 */
  async #freeStates(): Promise<void> {
    const { storage, record: session, clock, log } = this.#dependencies;
    try {
      await storage.freeStates(session.id, clock.date() - STATE_STAYS_MS);
    } catch (error) {
      if (!this.#isClosed) log.error('states.notFreed', error, { session: session.id });
    }
  }

  #list({ unit: key, digest, by, byName, backend, ms, verified }: UnitRecord): void {
    const { analysis, unit } = unitOfKey(key)!;
    this.#done.set(analysis, (this.#done.get(analysis) ?? new Set()).add(unit));
    this.#kept.delete(key);
    writeUnit(this.#dependencies.ledger, key, { digest, by, byName, backend, ms, verified });
  }

  /** Recomputes a part of a result that can be had cheaply, at a place that only the server knows; marked as verified only then. U20 */
  async #check(request: AnalysisRequest, record: UnitRecord, result: unknown): Promise<void> {
    const { storage, subjects, prober, dice, log } = this.#dependencies;
    const { analysis, unit } = unitOfKey(record.unit)!;
    const manifest = subjects.get(request.subject)?.manifest;
    const checks = manifest ? checksOf(request, unit, result, manifest, dice.uniform()) : [];
    if (checks.length === 0) return;
    try {
      for (const check of checks) {
        const why = await disagreementOf(check, prober);
        if (this.#isClosed) return;
        if (why !== null) return await this.#strike(record, why);
      }
      const words = checks.map((check) => check.words).join('; ');
      await storage.markUnitVerified(record.session, record.unit, record.digest, words);
      // Meanwhile it may have been struck, and another may stand in its place.
      if (this.#done.get(analysis)?.has(unit)) this.#list({ ...record, verified: words });
    } catch (error) {
      // Not verified and not struck: it stays what its author says.
      if (!this.#isClosed) log.error('unit.notChecked', error, { unit: record.unit });
    }
  }

  async #strike(record: UnitRecord, why: string): Promise<void> {
    const { storage, ledger, log, outbox } = this.#dependencies;
    const { analysis, unit } = unitOfKey(record.unit)!;
    await storage.strikeUnit(record.session, record.unit, record.digest);
    log.warn('unit.struck', { unit: record.unit, by: record.by, backend: record.backend, why });
    this.#done.get(analysis)?.delete(unit);
    strikeUnit(ledger, record.unit);
    this.#book.reopen(analysis, unit, record.by);
    outbox.send('everyone', 'notice', { kind: 'checkFailed', message: `A part of an analysis that ${record.byName} computed did not match float64, so somebody else has to compute it again.` });
    this.#sayWork();
  }

  #sayWork(): void {
    if (this.#hungry.size === 0 || !this.#book.isWaiting) return;
    const hungry = [...this.#hungry];
    this.#hungry.clear();
    for (const only of hungry) this.#dependencies.outbox.send({ only }, 'unitsWaiting');
  }

  #tick(): void {
    const { clock, outbox } = this.#dependencies;
    this.#book.expire(clock.now());
    this.#sayWork();
    const now = new Map(this.wholeFrame().map((progress) => [progress.analysis, progress]));
    const texts = new Map([...now].map(([analysis, progress]) => [analysis, JSON.stringify(progress)]));
    const changed = [...texts].flatMap(([analysis, text]) => (this.#told.get(analysis) === text ? [] : [now.get(analysis)!]));
    const ended = [...this.#told.keys()].flatMap((analysis) => (now.has(analysis) ? [] : [{ analysis, running: [] }]));
    this.#told = texts;
    if (changed.length + ended.length > 0) outbox.send('everyone', 'analysisProgress', [...changed, ...ended]);
    this.#cancelTick = clock.after(TICK_MS, () => this.#tick());
  }
}

function grouped(leases: readonly UnitLease[]): ReadonlyMap<string, AnalysisProgress['running']> {
  const groups = new Map<string, AnalysisProgress['running'][number][]>();
  for (const { analysis, unit, personId, share, live } of leases) groups.set(analysis, [...(groups.get(analysis) ?? []), { unit, by: personId, share, live }]);
  return groups;
}
