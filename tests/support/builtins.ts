/** The built-in networks as they are in the repository, read and checked. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readSubject } from '#lib/formats/subjectFile.ts';
import type { Subject, SubjectManifest } from '#lib/network/subject.ts';

export const BUILTINS = path.resolve(import.meta.dirname, '../../public/builtins');

/** @throws where the file is not what its manifest says */
export function builtin(name: string): Subject {
  const manifest = JSON.parse(readFileSync(path.join(BUILTINS, `${name}.json`), 'utf8')) as SubjectManifest;
  const subject = readSubject(manifest, (digest) => readFileSync(path.join(BUILTINS, `${digest}.safetensors`)));
  if (!subject.ok) throw new Error(`${name}: ${subject.problems.map(({ message }) => message).join()}`);
  return subject.value;
}
