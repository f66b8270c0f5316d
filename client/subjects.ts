/**
 * Fetches the built-in networks: manifest and files, checked against their hashes, kept for as long as the page.
 *
 * Files are named by digest, so the browser's own cache keeps them for ever.
 */
import { read, sayProblems } from '#lib/parsed.ts';
import { readPart, readWeights, wholeOf } from '#lib/formats/subjectFile.ts';
import { isWhole, manifestSchema, type Subject, type SubjectHere, type SubjectManifest } from '#lib/network/subject.ts';

const loading = new Map<string, Promise<SubjectHere>>();

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

/** The weights of a built-in network, with its samples where they are not kept in parts; rejects with words when it cannot be fetched or does not fit its hash. */
export function loadWeights(name: string, origin = ''): Promise<SubjectHere> {
  return once(`${origin}/builtins/${name}`, async () => {
    const manifest = await loadManifest(name, origin);
    const outcome = readWeights(manifest, await fetchFile(manifest.file.digest, `the weights of ${name}`, origin));
    if (!outcome.ok) throw new Error(sayProblems(outcome.problems));
    return outcome.value;
  });
}

/** One built-in network with all its samples; rejects as loadWeights. */
export async function loadBuiltin(name: string, origin = ''): Promise<Subject> {
  const weights = await loadWeights(name, origin);
  if (isWhole(weights)) return weights;
  return once(`${origin}/builtins/${name} whole`, async () => {
    const { manifest } = weights;
    const parts = (['train', 'test'] as const).flatMap((set) =>
      manifest.dataset.parts![set].map(async ({ digest }, part) => {
        const outcome = readPart(manifest, set, part, await fetchFile(digest, `samples of ${name}`, origin));
        if (!outcome.ok) throw new Error(sayProblems(outcome.problems));
        return outcome.value;
      }),
    );
    return wholeOf(weights, await Promise.all(parts));
  });
}

/** The bytes of a file of the built-in networks. @param what it is, for the words where it cannot be had */
export async function fetchFile(digest: string, what: string, origin = ''): Promise<Uint8Array> {
  const answer = await fetch(`${origin}/builtins/${digest}.safetensors`);
  if (!answer.ok) throw new Error(`${what} cannot be fetched (${answer.status})`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Fetches what is asked for again and again once. A failure is not kept: the next call tries again. */
function once<Found extends SubjectHere>(key: string, fetchIt: () => Promise<Found>): Promise<Found> {
  let promise = loading.get(key) as Promise<Found> | undefined;
  if (!promise) {
    promise = fetchIt();
    promise.catch(() => loading.delete(key));
    loading.set(key, promise);
  }
  return promise;
}

async function fetchJson(path: string): Promise<unknown> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} cannot be fetched (${answer.status})`);
  return answer.json();
}
