/** A stored document must be whole: its updates follow its snapshot without a gap. Rule K2. */
import { KnownError } from '#lib/knownError.ts';
import type { StoredDocument } from '#lib/session/storage.ts';

/** @throws KnownError `damaged-session`: what is missing must not look like an empty document */
export function checkSequence(sessionId: string, { snapshotSeq, updates }: StoredDocument): void {
  for (const [index, { seq }] of updates.entries()) {
    const expected = snapshotSeq + 1 + index;
    if (seq !== expected) throw new KnownError('damaged-session', `session ${sessionId} cannot be opened: change ${expected} is missing in the store`);
  }
}
