/** The subjects that this installation offers, read from the built-in files once and checked against their hashes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { read, sayProblems } from '#lib/parsed.ts';
import { readSubject } from '#lib/formats/subjectFile.ts';
import { filesOfSubject, manifestSchema, type Subject } from '#lib/network/subject.ts';

export type Subjects = ReadonlyMap<string, Subject>;

/** @throws when a built-in file is missing or is not what its manifest says: the server must not start with it */
export async function loadSubjects(folder: string): Promise<Subjects> {
  const names = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as readonly string[];
  const subjects = new Map<string, Subject>();
  for (const name of names) {
    const manifest = read(manifestSchema, JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')));
    if (!manifest.ok) throw new Error(`the built-in ${name} cannot be used: ${sayProblems(manifest.problems)}`);
    const files = new Map<string, Uint8Array>();
    for (const { digest } of filesOfSubject(manifest.value)) files.set(digest, await readFile(join(folder, `${digest}.safetensors`)));
    const outcome = readSubject(manifest.value, (digest) => files.get(digest));
    if (!outcome.ok) throw new Error(`the built-in ${name} cannot be used: ${sayProblems(outcome.problems)}`);
    subjects.set(outcome.value.id, outcome.value);
  }
  return subjects;
}
