/**
 * One session while somebody is in it: everything people say comes here, everything they hear is said here.
 *
 * It puts together the document (sessionDocument.ts), the computing (computing.ts), the people (roster.ts) and what scripts ask (scriptDesk.ts).
 * No sockets, no clock, no dice of its own: what it says goes to an Outbox. Rules D1–D7, W5–W8 in docs/SPEC.md.
 */
import { nameSchema, type Role } from '#lib/session/people.ts';
import { tickFor, type Pointer } from '#lib/session/pointer.ts';
import { parsed, read, refused, type Parsed } from '#lib/parsed.ts';
import type { Subject } from '#lib/network/subject.ts';
import { analysesOf, slicesOf } from '#lib/session/document.ts';
import type { Change } from '#lib/session/policy.ts';
import type { SessionRecord, Storage } from '#lib/session/storage.ts';
import type { DeviceRecord, DeviceState } from '#lib/work/belief/device.ts';
import type { Domain } from '#lib/work/belief/domain.ts';
import type { TileKey } from '#lib/work/tile.ts';
import type { Channel, DeviceSaid, LeaseOffer, LendFacts, ReturnedTile, ReturnOutcome, SyncReply } from '#lib/wire/events.ts';
import { Analyses, type Visitor } from './analyses.ts';
import type { Clock } from './clock.ts';
import { Computing } from './computing.ts';
import { rollId, type Dice } from './dice.ts';
import type { Log } from './log.ts';
import { Members } from './members.ts';
import { mergeUpdates, type MergedUpdates } from './mergedUpdates.ts';
import type { Outbox } from './outbox.ts';
import type { Prober } from './prober.ts';
import { Roster, type Connection } from './roster.ts';
import { ScriptDesk } from './scriptDesk.ts';
import { SessionDocument, type Author } from './sessionDocument.ts';
import { wordsForDevice } from './deviceWords.ts';
import { answerTo, readSyncMessage, updateMessage } from './syncMessages.ts';
import type { TileBook } from './tileBook.ts';
import type { Tokens } from './tokens.ts';

const SWEEP_MS = 1000;
/** Up to this many connections each change is passed on by itself. */
const FEW = 50;
const MERGE_MS = 30;
const LEDGER_MS = 50;

export type SessionDependencies = {
  readonly record: SessionRecord;
  readonly storage: Storage;
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly tiles: TileBook;
  readonly prober: Prober;
  readonly tokens: Tokens;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  /** The log could not be written: the session has to be opened again from what is stored. */
  readonly onBroken: () => void;
};

export type Arrival = {
  readonly connectionId: string;
  readonly role: Role;
  /** Who the page proved to be, or null for somebody new. */
  readonly personId: string | null;
  /** Under which it wrote before, if it says so. */
  readonly clientId: number | null;
  /** Where it came from and when; absent where that is not known. */
  readonly domain?: Domain | null;
};

export class LiveSession {
  readonly #dependencies: SessionDependencies;
  /** The session as scripts use it. */
  readonly scripts: ScriptDesk;
  readonly #document: SessionDocument;
  readonly #computing: Computing;
  readonly #analyses: Analyses;
  readonly #roster = new Roster();
  readonly #members: Members;
  readonly #epoch: string;
  /** Whose points changed since they were last said. */
  readonly #credited = new Set<string>();
  readonly #outgoing: MergedUpdates;
  readonly #ledgerOutgoing: MergedUpdates;
  readonly #stopWatchingDevices: () => void;
  #cancelSweep = () => {};
  #cancelTick = () => {};

  private constructor(dependencies: SessionDependencies, document: SessionDocument, computing: Computing, analyses: Analyses, members: Members) {
    const { clock, outbox, dice } = dependencies;
    this.#dependencies = dependencies;
    this.#document = document;
    this.#computing = computing;
    this.#analyses = analyses;
    this.#members = members;
    this.#epoch = rollId(dice, 9);
    this.scripts = new ScriptDesk({ ...dependencies, document, members, networkOf: (recipe) => computing.manifestOf(recipe), helpersOf: (placedBy) => this.#roster.helpersOf(placedBy) });
    this.#outgoing = mergeUpdates(clock, () => (this.#roster.size <= FEW ? 0 : MERGE_MS), (update) => outbox.send('everyone', 'sync', 'document', updateMessage(update)));
    this.#ledgerOutgoing = mergeUpdates(clock, () => LEDGER_MS, (update) => outbox.send('everyone', 'sync', 'ledger', updateMessage(update)));
    computing.ledger.on('update', (update: Uint8Array) => this.#ledgerOutgoing.add(update));
    this.#stopWatchingDevices = dependencies.tiles.watchDevices((device, before) => this.#deviceChanged(device, before));
    this.#sweep();
    this.#tick();
  }

  /** @throws when what is stored cannot be read */
  static async open(dependencies: SessionDependencies): Promise<LiveSession> {
    const { record, storage, subjects, outbox, log, onBroken, dice } = dependencies;
    // Set before anything can call back: nothing is accepted until somebody has joined.
    let session: LiveSession | null = null;
    const [document, members] = await Promise.all([
      SessionDocument.open({
        sessionId: record.id,
        storage,
        subjectOf: (id) => subjects.get(id)?.manifest,
        onDurable: (update, changes) => {
          if (session) session.#changed(update, changes);
        },
        onFailure: (error, isFatal) => {
          log.error(isFatal ? 'session.broken' : 'session.notCompacted', error, { session: record.id });
          if (isFatal) onBroken();
        },
      }),
      Members.open(storage, record.id, dice),
    ]);
    const computing = new Computing({
      ...dependencies,
      subjectOf: (id) => subjects.get(id),
      onTile: ({ tile, digest }, bytes) => outbox.send('everyone', 'tile', tile, digest, bytes),
      onPoints: (personId, points) => {
        if (session) session.#credit(personId, points);
      },
      onImpossible: (message) => outbox.send('everyone', 'notice', { kind: 'refused', message }),
    });
    const analyses = await Analyses.open({ ...dependencies, ledger: computing.ledger }, analysesOf(document.doc));
    session = new LiveSession(dependencies, document, computing, analyses, members);
    const placed = [...slicesOf(document.doc)].filter(([, { isPutAway }]) => !isPutAway);
    try {
      await Promise.all(placed.map(([sliceId, placedSlice]) => computing.open(placedSlice, sliceId)));
    } catch (error) {
      session.#stop();
      throw error;
    }
    return session;
  }

  get size(): number {
    return this.#roster.size;
  }

  /** Lets a page in: it is told who it is, who is here and where they point; the others are told of it. */
  async join({ connectionId, role, personId, clientId, domain = null }: Arrival): Promise<void> {
    const { outbox, tokens, record, dice } = this.#dependencies;
    const id = personId ?? rollId(dice, 9);
    const name = await this.#members.nameOf(id, (used) => this.#roster.isNameUsed(used));
    const given = role === 'edit' ? await this.#members.takeClientId(id, clientId) : this.#members.rollClientId();
    this.#roster.join({ id: connectionId, personId: id, role, clientId: given, domain }, name);
    const only = { only: connectionId };
    outbox.send(only, 'welcome', {
      // What this very page may do: another page of the same person may have come with more.
      me: { ...this.#roster.person(id)!, role },
      token: tokens.personToken(record.id, id),
      clientId: given,
      ledgerEpoch: this.#epoch,
      code: role === 'edit' ? record.code : null,
    });
    outbox.send(only, 'people', this.#roster.people(), []);
    outbox.send({ except: connectionId }, 'people', [this.#roster.person(id)!], []);
    outbox.send(only, 'pointers', this.#roster.wholeFrame());
    outbox.send(only, 'tooLarge', this.#computing.desk.tooLarge);
    outbox.send(only, 'analysisProgress', this.#analyses.wholeFrame());
  }

  leave(connectionId: string): void {
    const left = this.#roster.leave(connectionId);
    if (!left) return;
    const { personId, clientId } = left.connection;
    this.#members.releaseClientId(clientId);
    this.#computing.desk.release(connectionId);
    this.#analyses.release(connectionId);
    if (left.isGone) this.#dependencies.outbox.send('everyone', 'people', [], [personId]);
    else this.#sayPerson(personId);
  }

  async sync(connectionId: string, channel: Channel, bytes: Uint8Array): Promise<SyncReply> {
    const connection = this.#roster.connection(connectionId);
    const message = readSyncMessage(bytes);
    if (!connection || !message.ok) return message.ok ? refused('not in this session') : message;
    if (message.value.kind === 'stateVector') {
      // Nothing is told before it is durable.
      await this.#document.settled();
      const isDocument = channel === 'document';
      return parsed(answerTo(isDocument ? this.#document.doc : this.#computing.ledger, message.value.bytes, isDocument));
    }
    if (channel === 'ledger') return refused('the ledger is written by the server');
    return this.#document.accept(message.value.bytes, this.#authorOf(connection));
  }

  point(connectionId: string, pointer: Pointer): void {
    if (this.#roster.point(connectionId, pointer)) this.#computing.desk.look(this.#roster.pointers());
  }

  async rename(connectionId: string, wanted: string): Promise<Parsed<string>> {
    const connection = this.#roster.connection(connectionId);
    const name = read(nameSchema, wanted);
    if (!connection || !name.ok) return name.ok ? refused('not in this session') : name;
    const { personId } = connection;
    await this.#members.rename(personId, name.value);
    this.#roster.rename(personId, name.value);
    this.#sayPerson(personId);
    return name;
  }

  device(connectionId: string, device: DeviceSaid): void {
    this.#roster.setDevice(connectionId, device);
  }

  lend(connectionId: string, facts: LendFacts | null): void {
    this.#roster.setLending(connectionId, facts);
    // With what it lends from now on, which is part of which device it is.
    const helper = this.#roster.helper(connectionId);
    if (!helper) return;
    if (facts === null) this.#computing.desk.release(connectionId);
    else this.#computing.desk.lend(helper, facts);
    this.#sayPerson(helper.personId);
  }

  askForWork(connectionId: string, roomMs: number): readonly LeaseOffer[] {
    const helper = this.#roster.helper(connectionId);
    return helper && this.#roster.isLending(connectionId) ? this.#computing.desk.askForWork(helper, roomMs) : [];
  }

  async returnTile(connectionId: string, returned: ReturnedTile, bytes: Uint8Array): Promise<ReturnOutcome> {
    const helper = this.#roster.helper(connectionId);
    return helper ? this.#computing.returnTile(helper, returned, bytes) : refused('not in this session');
  }

  handBack(connectionId: string, tiles: readonly TileKey[]): void {
    const helper = this.#roster.helper(connectionId);
    if (helper) this.#computing.desk.handBack(helper, tiles);
  }

  /** The long analyses as one page meets them; null for who is not here. */
  analysesFor(connectionId: string): { readonly analyses: Analyses; readonly visitor: Visitor } | null {
    const helper = this.#roster.helper(connectionId);
    const mayKeep = this.#roster.connection(connectionId)?.role === 'edit';
    return helper && { analyses: this.#analyses, visitor: { ...helper, mayKeep, lendsTo: (placedBy) => this.#roster.lendsTo(connectionId, placedBy) } };
  }

  /** Nobody is here any more: everything is durable, and the log a snapshot. */
  async close(): Promise<void> {
    this.#stop();
    await this.#document.settled();
    await this.#document.compact();
  }

  #stop(): void {
    this.#cancelSweep();
    this.#cancelTick();
    this.#outgoing.stop();
    this.#ledgerOutgoing.stop();
    this.#stopWatchingDevices();
    this.#computing.closeAll();
    this.#analyses.close();
  }

  #changed(update: Uint8Array, changes: readonly Change[]): void {
    this.#outgoing.add(update);
    const slices = slicesOf(this.#document.doc);
    for (const { map, key } of changes) {
      const analysis = map === 'analyses' ? analysesOf(this.#document.doc).get(key) : undefined;
      if (analysis) this.#analyses.note(key, analysis);
      const record = map === 'slices' ? slices.get(key) : undefined;
      if (!record) continue;
      if (record.isPutAway) this.#computing.close(key);
      else this.#computing.open(record, key).catch((error: unknown) => this.#dependencies.log.error('slice.notOpened', error, { slice: key }));
    }
  }

  #authorOf({ personId, role }: Connection): Author {
    return { personId, role, ownsClientId: (clientId) => this.#members.ownerOf(clientId) === personId };
  }

  #sayPerson(personId: string): void {
    const person = this.#roster.person(personId);
    if (person) this.#dependencies.outbox.send('everyone', 'people', [person], []);
  }

  #credit(personId: string, points: number): void {
    this.#roster.addPoints(personId, points);
    this.#credited.add(personId);
  }

  /** Tells who owns a device what its numbers showed; broken is far more common than dishonest. */
  #deviceChanged(device: DeviceRecord, before: DeviceState): void {
    this.#computing.desk.deviceChanged(device.key);
    const message = wordsForDevice(device, before);
    for (const only of message === null ? [] : this.#roster.connectionsOf(device.person)) this.#dependencies.outbox.send({ only }, 'notice', { kind: 'checkFailed', message: message! });
  }

  /** Every second: leases that are over, what people look at, and how much everyone has computed. */
  #sweep(): void {
    this.#computing.desk.sweep(this.#roster.pointers());
    const credited = [...this.#credited].flatMap((id) => this.#roster.person(id) ?? []);
    this.#credited.clear();
    if (credited.length > 0) this.#dependencies.outbox.send('everyone', 'people', credited, []);
    this.#cancelSweep = this.#dependencies.clock.after(SWEEP_MS, () => this.#sweep());
  }

  #tick(): void {
    const frame = this.#roster.takeFrame();
    if (frame.length > 0) this.#dependencies.outbox.send('everyone', 'pointers', frame);
    this.#cancelTick = this.#dependencies.clock.after(tickFor(this.#roster.size), () => this.#tick());
  }
}
