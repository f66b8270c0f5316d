/**
 * The files of a session, by the hash of their bytes: fetched once, checked, kept for as long as the page; put once.
 *
 * Nothing that does not have the hash it was asked for by is ever handed out. Rules K9, H8.
 */
import { digestOf } from '#lib/digest.ts';
import { KnownError } from '#lib/knownError.ts';
import { MAX_FILE_BYTES, type ProblemDetails } from '#lib/wire/api.ts';

/** Held in memory; what was not asked for longest goes first, and the browser has it still. */
const MOST_BYTES = 128 * 1024 * 1024;

export type Files = {
  /** Rejects with a KnownError `fileMissing`, `fileBroken` or `offline`, whose words are for the screen. */
  readonly load: (digest: string) => Promise<Uint8Array>;
  /** Resolves to the digest once the server has the file for good; rejects with a KnownError `fileRefused` or `offline`. */
  readonly keep: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>;
};

type Options = {
  readonly session: string;
  /** Of the edit link; without it nothing can be kept. */
  readonly key: string | null;
  /** The server's address; empty where it is the page's own. */
  readonly origin?: string;
};

const OFFLINE = 'The server cannot be reached. Check the connection and try again.';

export function createFiles({ session, key, origin = '' }: Options): Files {
  const held = new Map<string, Uint8Array>();
  const loading = new Map<string, Promise<Uint8Array>>();
  let heldBytes = 0;

  function hold(digest: string, bytes: Uint8Array): void {
    if (held.delete(digest)) heldBytes -= bytes.byteLength;
    held.set(digest, bytes);
    heldBytes += bytes.byteLength;
    for (const [oldest, { byteLength }] of held) {
      if (heldBytes <= MOST_BYTES || oldest === digest) return;
      held.delete(oldest);
      heldBytes -= byteLength;
    }
  }

  async function fetchFile(digest: string): Promise<Uint8Array> {
    const answer = await reach(`${origin}/api/v1/files/${digest}`);
    if (!answer.ok) throw new KnownError('fileMissing', `The file ${digest.slice(0, 12)}… cannot be fetched: ${await detailOf(answer)}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (digestOf(bytes) !== digest) throw new KnownError('fileBroken', `The file ${digest.slice(0, 12)}… arrived broken. Try again.`);
    return bytes;
  }

  return {
    async load(digest) {
      const known = held.get(digest);
      const bytes = known ?? (await once(loading, digest, () => fetchFile(digest)));
      hold(digest, bytes);
      return bytes;
    },
    async keep(bytes) {
      const digest = digestOf(bytes);
      if (key === null) throw new KnownError('fileRefused', 'This link can only look: ask for an edit link to keep files.');
      if (bytes.byteLength > MAX_FILE_BYTES) throw new KnownError('fileRefused', `A file of ${bytes.byteLength} bytes is larger than the ${MAX_FILE_BYTES} that a session takes.`);
      const answer = await reach(`${origin}/api/v1/sessions/${session}/files/${digest}`, { method: 'PUT', headers: { authorization: `Bearer ${key}` }, body: bytes });
      if (!answer.ok) throw new KnownError('fileRefused', await detailOf(answer));
      hold(digest, bytes);
      return digest;
    },
  };
}

async function reach(address: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch {
    throw new KnownError('offline', OFFLINE);
  }
}

async function detailOf(answer: Response): Promise<string> {
  const problem = await answer.json().then(
    (json) => json as ProblemDetails,
    () => null,
  );
  return problem?.detail ?? `the server answered ${answer.status}`;
}

/** Whoever asks for the same while it is on its way waits for the same answer. */
function once<T>(under: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const running = under.get(name) ?? make().finally(() => under.delete(name));
  under.set(name, running);
  return running;
}
