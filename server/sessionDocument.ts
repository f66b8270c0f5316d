/**
 * A session's document on the server: opened from storage, changed only through the gate, confirmed once durable.
 *
 * The document runs ahead of the log by what is being written; nothing of that is told to anyone before it
 * is on disk. One write at a time: were a change stored that rests on one that was not, the session could never be
 * opened again. Should a write fail the document is worth nothing any more and is opened again. Rules D1, K2, K3.
 */
import * as Y from 'yjs';
import { parsed, refused, type Parsed } from '#lib/parsed.ts';
import { prepareDocument } from '#lib/session/document.ts';
import { DocumentGate } from '#lib/session/documentGate.ts';
import type { Role } from '#lib/session/people.ts';
import type { Change, Surroundings } from '#lib/session/policy.ts';
import type { Storage, StoredDocument } from '#lib/session/storage.ts';

/** Updates in the log after which they become a snapshot. */
export const COMPACT_AFTER = 500;

export type Author = {
  readonly personId: string;
  readonly role: Role;
  readonly ownsClientId: (clientId: number) => boolean;
};

type Dependencies = {
  readonly sessionId: string;
  readonly storage: Storage;
  readonly subjectOf: Surroundings['subjectOf'];
  /** Called once an update is durable, in the order of the log. */
  readonly onDurable: (update: Uint8Array, changes: readonly Change[]) => void;
  /** The log could not be written, or not be compacted. */
  readonly onFailure: (error: unknown, isFatal: boolean) => void;
};

type Accepted = { readonly update: Uint8Array; readonly author: string; readonly changes: readonly Change[]; readonly resolve: (outcome: Parsed<null>) => void };

export class SessionDocument {
  readonly doc: Y.Doc;
  readonly #dependencies: Dependencies;
  readonly #gate: DocumentGate;
  /** Accepted and not yet given to the storage. */
  #waiting: Accepted[] = [];
  #writing: Promise<void> | null = null;
  #updatesInLog: number;
  #compacting: Promise<void> | null = null;
  #isBroken = false;

  private constructor(stored: StoredDocument, dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.doc = documentFrom(stored);
    this.#gate = new DocumentGate(this.doc);
    this.#updatesInLog = stored.updates.length;
  }

  /** @throws when what is stored cannot be read: a session never opens empty instead */
  static async open(dependencies: Dependencies): Promise<SessionDocument> {
    return new SessionDocument(await dependencies.storage.document(dependencies.sessionId), dependencies);
  }

  /** Accepts or refuses one update as a whole; resolves once it is durable. */
  async accept(update: Uint8Array, { personId, role, ownsClientId }: Author): Promise<Parsed<null>> {
    if (this.#isBroken) return refused('this session is being opened again');
    const { subjectOf } = this.#dependencies;
    const outcome = this.#gate.accept(update, { person: { id: personId, role }, subjectOf, ownsClientId });
    if (!outcome.ok) return outcome;
    if (!this.#apply(update)) {
      // Known already; it may still be on its way to the disk.
      await this.settled();
      return parsed(null);
    }
    return new Promise((resolve) => {
      this.#waiting.push({ update, author: personId, changes: outcome.value, resolve });
      this.#writing ??= this.#write();
    });
  }

  /** An update that makes this change on top of the document as it is, under a client id of the server's own. */
  draft(clientId: number, change: (doc: Y.Doc) => void): Uint8Array {
    const copy = prepareDocument(new Y.Doc());
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(this.doc));
    copy.clientID = clientId;
    const before = Y.encodeStateVector(copy);
    change(copy);
    return Y.encodeStateAsUpdate(copy, before);
  }

  /** Resolves when everything accepted so far is durable. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** Makes the log a snapshot; a failure leaves it as it was. One at a time. */
  compact(): Promise<void> {
    if (this.#updatesInLog === 0 || this.#isBroken) return Promise.resolve();
    this.#compacting ??= this.#compact().finally(() => (this.#compacting = null));
    return this.#compacting;
  }

  async #compact(): Promise<void> {
    const { storage, sessionId, onFailure } = this.#dependencies;
    const before = this.#updatesInLog;
    try {
      await storage.compact(sessionId, (stored) => Y.encodeStateAsUpdate(documentFrom(stored)));
      this.#updatesInLog -= before;
    } catch (error) {
      onFailure(error, false);
    }
  }

  /** What was accepted while the disk was busy is appended together. */
  async #write(): Promise<void> {
    const { storage, sessionId, onFailure } = this.#dependencies;
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await storage.append(sessionId, group.map(({ author, update }) => ({ author, bytes: update })));
      } catch (error) {
        this.#isBroken = true;
        this.#writing = null;
        for (const { resolve } of [...group, ...this.#waiting.splice(0)]) resolve(refused('the change could not be stored'));
        return onFailure(error, true);
      }
      this.#confirm(group);
    }
    this.#writing = null;
  }

  #confirm(group: readonly Accepted[]): void {
    const { onDurable } = this.#dependencies;
    this.#updatesInLog += group.length;
    for (const { update, changes, resolve } of group) {
      onDurable(update, changes);
      resolve(parsed(null));
    }
    if (this.#updatesInLog >= COMPACT_AFTER) void this.compact();
  }

  /** Whether the update brought anything new. */
  #apply(update: Uint8Array): boolean {
    let isNew = false;
    const note = () => (isNew = true);
    this.doc.on('update', note);
    Y.applyUpdate(this.doc, update);
    this.doc.off('update', note);
    return isNew;
  }
}

/** @throws when updates are missing: what could not be applied must not be left out silently */
function documentFrom({ snapshot, updates }: StoredDocument): Y.Doc {
  const doc = prepareDocument(new Y.Doc());
  if (snapshot) Y.applyUpdate(doc, snapshot);
  for (const { bytes } of updates) Y.applyUpdate(doc, bytes);
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) throw new Error('the stored updates of this session have a gap');
  return doc;
}
