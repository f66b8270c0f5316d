/** Where a manifest and its files come from: a folder, the built-in networks, or an address. Nothing that has not the hash it is named by is used. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '#lib/digest.ts';
import { KnownError } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import { readSubject, readWeights } from '#lib/formats/subjectFile.ts';
import { readVectorFile } from '#lib/formats/vectorFile.ts';
import { filesOfSubject, type Subject, type SubjectWeights } from '#lib/network/subject.ts';
import { filesOf } from '#lib/slice/recipe.ts';
import { readManifest, type NamedFile, type SurfaceManifest } from '#lib/wire/manifest.ts';

export type Folders = {
  /** Given on the command line. */
  readonly files: string | null;
  readonly builtins: string;
};

export type Material = {
  readonly manifest: SurfaceManifest;
  readonly subject: Subject;
  /** The other networks whose checkpoints stand on the slice, without their samples. */
  readonly runs: readonly SubjectWeights[];
  readonly vectors: ReadonlyMap<string, Float32Array>;
  /** How each vector was made, as its file says. */
  readonly made: ReadonlyMap<string, unknown>;
};

const isAddress = (text: string): boolean => /^https?:\/\//.test(text);

/** @throws KnownError in words where something is missing, broken or does not belong together */
export async function gatherMaterial(place: string, folders: Folders): Promise<Material> {
  const text = isAddress(place) ? await fetched(place) : await readFile(place).catch(() => null);
  if (!text) throw new KnownError('noManifest', `${place} cannot be read`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(text));
  } catch {
    throw new KnownError('noManifest', `${place} is not JSON`);
  }
  const manifest = readManifest(json);
  if (!manifest.ok) throw new KnownError('noManifest', `${place} is no manifest that can be computed: ${sayProblems(manifest.problems)}`);
  const { subject: described, recipe, files } = manifest.value;
  const bytesOf = (digest: string) => fileNamed(files.find((file) => file.digest === digest)!, folders);
  const own = new Map<string, Uint8Array>();
  for (const { digest } of filesOfSubject(described)) own.set(digest, await bytesOf(digest));
  const subject = readSubject(described, (digest) => own.get(digest));
  if (!subject.ok) throw new KnownError('badFile', `the files of ${described.title} cannot be used: ${sayProblems(subject.problems)}`);
  const runs: SubjectWeights[] = [];
  for (const run of manifest.value.runs ?? []) {
    const weights = readWeights(run, await bytesOf(run.file.digest));
    if (!weights.ok) throw new KnownError('badFile', `the weights of ${run.title} cannot be used: ${sayProblems(weights.problems)}`);
    runs.push(weights.value);
  }
  const vectors = new Map<string, Float32Array>();
  const made = new Map<string, unknown>();
  for (const digest of filesOf(recipe)) {
    const file = readVectorFile(await bytesOf(digest));
    if (!file.ok) throw new KnownError('badFile', `the file ${digest.slice(0, 12)}… is no vector: ${sayProblems(file.problems)}`);
    vectors.set(digest, file.value.values);
    made.set(digest, file.value.made);
  }
  return { manifest: manifest.value, subject: subject.value, runs, vectors, made };
}

async function fileNamed({ digest, at }: NamedFile, { files, builtins }: Folders): Promise<Uint8Array> {
  const places = [...(files === null ? [] : [join(files, digest), join(files, `${digest}.safetensors`)]), join(builtins, `${digest}.safetensors`)];
  for (const place of places) {
    const bytes = await readFile(place).catch(() => null);
    if (!bytes) continue;
    if (digestOf(bytes) !== digest) throw new KnownError('badFile', `${place} is not the file of that hash: it was changed or broken`);
    return bytes;
  }
  const bytes = isAddress(at) ? await fetched(at) : null;
  if (!bytes) throw new KnownError('noFile', `the file ${digest.slice(0, 12)}… is neither here nor at ${at}: bring it with --files DIR`);
  if (digestOf(bytes) !== digest) throw new KnownError('badFile', `what ${at} gave is not the file of that hash`);
  return bytes;
}

async function fetched(address: string): Promise<Uint8Array | null> {
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
}
