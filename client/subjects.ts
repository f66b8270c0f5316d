/**
 * Fetches the built-in networks: manifest and file, checked against their hash, kept for as long as the page.
 *
 * Files are named by digest, so the browser's own cache keeps them for ever.
 */
import { read, sayProblems } from '#lib/parsed.ts';
import { readSubject } from '#lib/formats/subjectFile.ts';
import { manifestSchema, type Subject, type SubjectManifest } from '#lib/network/subject.ts';

const loading = new Map<string, Promise<Subject>>();

/**
 * Names of the built-in networks, in the order to show.
 *
 * @param origin of the server; empty where it is the page's own
 */
export async function builtinNames(origin = ''): Promise<readonly string[]> {
  return (await fetchJson(`${origin}/builtins/index.json`)) as readonly string[];
}

/** What a built-in network is, without its weights; rejects with words. */
export async function loadManifest(name: string, origin = ''): Promise<SubjectManifest> {
  const manifest = read(manifestSchema, await fetchJson(`${origin}/builtins/${name}.json`));
  if (!manifest.ok) throw new Error(sayProblems(manifest.problems));
  return manifest.value;
}

/** One built-in network; rejects with words when it cannot be fetched or does not fit its hash. */
export function loadBuiltin(name: string, origin = ''): Promise<Subject> {
  const address = `${origin}/builtins/${name}`;
  let promise = loading.get(address);
  if (!promise) {
    promise = fetchSubject(name, origin);
    // A failure is not kept: the next call tries again.
    promise.catch(() => loading.delete(address));
    loading.set(address, promise);
  }
  return promise;
}

async function fetchSubject(name: string, origin: string): Promise<Subject> {
  const manifest = (await fetchJson(`${origin}/builtins/${name}.json`)) as { readonly file?: { readonly digest?: string } };
  const answer = await fetch(`${origin}/builtins/${manifest.file?.digest}.safetensors`);
  if (!answer.ok) throw new Error(`the weights of ${name} cannot be fetched (${answer.status})`);
  const subject = readSubject(manifest, new Uint8Array(await answer.arrayBuffer()));
  if (!subject.ok) throw new Error(sayProblems(subject.problems));
  return subject.value;
}

async function fetchJson(path: string): Promise<unknown> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} cannot be fetched (${answer.status})`);
  return answer.json();
}
