/** y-protocols sync messages as bytes, read without ever throwing. Only V1 updates are spoken. Rules W1, W3, W5. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate, writeUpdate } from 'y-protocols/sync';
import * as Y from 'yjs';
import { parsed, refused, type Parsed } from '#lib/parsed.ts';

/** Step 2 is what a page lacked and an update is what it just wrote; to the server both bring changes. */
export type SyncMessage = { readonly kind: 'stateVector' | 'update'; readonly bytes: Uint8Array };

/** A page of the longest session has some thousand client ids; more is no state vector. */
const MAX_STATE_VECTOR_BYTES = 64 * 1024;

export function readSyncMessage(message: Uint8Array): Parsed<SyncMessage> {
  try {
    const decoder = decoding.createDecoder(message);
    const type = decoding.readVarUint(decoder);
    const bytes = decoding.readVarUint8Array(decoder);
    if (decoding.hasContent(decoder)) return refused('more than one message at once');
    if (type === messageYjsSyncStep2 || type === messageYjsUpdate) return parsed({ kind: 'update', bytes });
    if (type !== messageYjsSyncStep1) return refused(`no sync message has the number ${type}`);
    if (bytes.byteLength > MAX_STATE_VECTOR_BYTES) return refused('a state vector that large cannot be right');
    Y.decodeStateVector(bytes);
    return parsed({ kind: 'stateVector', bytes });
  } catch {
    return refused('not a sync message');
  }
}

/** What the other side lacks; and, to learn what it has that we lack, our own state. */
export function answerTo(doc: Y.Doc, stateVector: Uint8Array, asksBack: boolean): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, messageYjsSyncStep2);
  encoding.writeVarUint8Array(encoder, Y.encodeStateAsUpdate(doc, stateVector));
  if (asksBack) {
    encoding.writeVarUint(encoder, messageYjsSyncStep1);
    encoding.writeVarUint8Array(encoder, Y.encodeStateVector(doc));
  }
  return encoding.toUint8Array(encoder);
}

export function updateMessage(update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  writeUpdate(encoder, update);
  return encoding.toUint8Array(encoder);
}
