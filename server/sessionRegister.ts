/**
 * All sessions: made here, found here, opened once however many ask at once, and closed a minute after the last one left.
 */
import { codeFrom } from '#lib/session/joinCode.ts';
import { digestOf } from '#lib/digest.ts';
import type { SessionRecord, Storage } from '#lib/session/storage.ts';
import { rollId } from './dice.ts';
import { LiveSession, type SessionDependencies } from './liveSession.ts';
import type { Outbox } from './outbox.ts';

export const LINGER_MS = 60_000;

type Dependencies = Omit<SessionDependencies, 'record' | 'outbox' | 'onBroken'> & { readonly outboxFor: (sessionId: string) => Outbox };

type Entry = { readonly session: Promise<LiveSession>; users: number; cancelClose: () => void };

/** A session for as long as it is used; `release` once. */
export type Held = { readonly session: LiveSession; readonly release: () => void };

export class SessionRegister {
  readonly #dependencies: Dependencies;
  readonly #open = new Map<string, Entry>();
  /** Sessions that are being closed: one may not be opened before it is. */
  readonly #closing = new Map<string, Promise<void>>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  get storage(): Storage {
    return this.#dependencies.storage;
  }

  /** A new session and the key of its edit link. @param wantedId for a session whose address is known beforehand */
  async create(wantedId?: string): Promise<{ readonly record: SessionRecord; readonly key: string }> {
    const { storage, tokens, dice, clock } = this.#dependencies;
    for (let attempt = 0; attempt < 50; attempt++) {
      const id = wantedId ?? rollId(dice, 9);
      const key = tokens.editKey(id);
      const record = { id, code: codeFrom(dice.uniform), editKeyHash: digestOf(key), createdAt: clock.date() };
      if (await storage.createSession(record)) return { record, key };
      if (wantedId !== undefined && (await storage.session(wantedId))) break;
    }
    throw new Error(`no session ${wantedId ?? ''} could be made: every id or code tried was taken`);
  }

  /** Opens a session if it is not open, and keeps it open until it is released; null when there is none. */
  async hold(sessionId: string): Promise<Held | null> {
    await this.#closing.get(sessionId);
    let entry = this.#open.get(sessionId);
    if (!entry) {
      const record = await this.storage.session(sessionId);
      if (!record) return null;
      // Somebody else may have opened it meanwhile.
      entry = this.#open.get(sessionId) ?? this.#start(record);
    }
    entry.users++;
    entry.cancelClose();
    const held = entry;
    let isReleased = false;
    const release = () => {
      if (isReleased) return;
      isReleased = true;
      if (--held.users === 0) held.cancelClose = this.#dependencies.clock.after(LINGER_MS, () => this.#close(sessionId, held));
    };
    try {
      return { session: await entry.session, release };
    } catch (error) {
      this.#forget(sessionId, held);
      throw error;
    }
  }

  get openSessions(): number {
    return this.#open.size;
  }

  /** The server ends: everything is durable when it resolves. */
  async closeAll(): Promise<void> {
    for (const [id, entry] of this.#open) this.#close(id, entry);
    await Promise.all(this.#closing.values());
  }

  #start(record: SessionRecord): Entry {
    const outbox = this.#dependencies.outboxFor(record.id);
    const entry: Entry = {
      users: 0,
      cancelClose: () => {},
      session: LiveSession.open({
        ...this.#dependencies,
        record,
        outbox,
        onBroken: () => {
          // The pages come back, and the session is opened anew from what is stored.
          this.#close(record.id, entry);
          outbox.hangUp();
        },
      }),
    };
    this.#open.set(record.id, entry);
    return entry;
  }

  #close(sessionId: string, entry: Entry): void {
    if (!this.#forget(sessionId, entry)) return;
    const closed = entry.session
      .then((session) => session.close())
      .catch((error: unknown) => this.#dependencies.log.error('session.notClosed', error, { session: sessionId }))
      .finally(() => this.#closing.delete(sessionId));
    this.#closing.set(sessionId, closed);
  }

  #forget(sessionId: string, entry: Entry): boolean {
    entry.cancelClose();
    if (this.#open.get(sessionId) !== entry) return false;
    return this.#open.delete(sessionId);
  }
}
