/**
 * Files of a session over HTTP: vectors and results, put by who may edit, fetched by hash by anybody who knows it.
 *
 * A file is a safetensors file and its name is the hash of its bytes, so it never changes. What is in it is read by
 * whoever uses it. Rules K9, H8.
 */
import type { IncomingMessage } from 'node:http';
import { digestOf, digestSchema } from '#lib/digest.ts';
import { readSafetensors } from '#lib/formats/safetensors.ts';
import { isStateFile } from '#lib/formats/stateFile.ts';
import { read } from '#lib/parsed.ts';
import type { Storage } from '#lib/session/storage.ts';
import { MAX_FILE_BYTES, type KeptFile } from '#lib/wire/api.ts';
import { KEPT_FOR_EVER, problem, readBytes, unreadable, type Answer } from './apiAnswers.ts';
import type { Clock } from './clock.ts';

/** Of all files of a session: about a hundred vectors of a large network. */
const MAX_SESSION_BYTES = 512 * 1024 * 1024;

type Dependencies = {
  readonly storage: Storage;
  readonly clock: Clock;
  /** Null for who may change this session, else the answer that says why not. */
  readonly refusalFor: (request: IncomingMessage, sessionId: string) => Promise<Answer | null>;
};

export type FilesApi = {
  readonly put: (request: IncomingMessage, sessionId: string, digest: string) => Promise<Answer>;
  readonly show: (request: IncomingMessage, digest: string) => Promise<Answer>;
};

export function createFilesApi({ storage, clock, refusalFor }: Dependencies): FilesApi {
  return {
    async put(request, session, digest) {
      const refusal = await refusalFor(request, session);
      if (refusal) return refusal;
      if (!read(digestSchema, digest).ok) return problem(404, 'a file is put at the SHA-256 hash of its bytes, in 64 hexadecimal digits');
      const bytes = await readBytes(request, MAX_FILE_BYTES);
      if (!(bytes instanceof Uint8Array)) return bytes;
      const found = digestOf(bytes);
      if (found !== digest) return problem(422, `these ${bytes.byteLength} bytes have hash ${found}, not ${digest}: the file was changed or broken on its way`);
      const tensors = readSafetensors(bytes);
      if (!tensors.ok) return unreadable(tensors.problems);
      const held = await storage.fileBytes(session);
      if (held + bytes.byteLength > MAX_SESSION_BYTES) return problem(507, `the files of this session measure ${held} bytes already, and ${MAX_SESSION_BYTES} are the most: start another session`);
      const isNew = await storage.putFile({ session, digest, isState: isStateFile(bytes), at: clock.date() }, bytes);
      const body: KeptFile = { digest, bytes: bytes.byteLength };
      return { status: isNew ? 201 : 200, body, headers: { Location: `/api/v1/files/${digest}` } };
    },
    show: (request, digest) => showBytes(request, digest, storage, 'no file has this hash'),
  };
}

/** Bytes named by their hash, to be kept for ever. */
export async function showBytes(request: IncomingMessage, digest: string, storage: Storage, missing: string): Promise<Answer> {
  const headers = { 'Cache-Control': KEPT_FOR_EVER, ETag: `"${digest}"` };
  if (request.headers['if-none-match'] === headers.ETag) return { status: 304, body: null, headers, bytes: new Uint8Array(0) };
  const bytes = read(digestSchema, digest).ok ? await storage.blob(digest) : null;
  return bytes ? { status: 200, body: null, bytes, headers } : problem(404, missing);
}
