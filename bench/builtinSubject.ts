/** A built-in network as it is in the repository, read and checked: for benchmarks in Node. */
import { readFileSync } from 'node:fs';
import { readSubject } from '#lib/formats/subjectFile.ts';
import type { Subject } from '#lib/network/subject.ts';
import { sayProblems } from '#lib/parsed.ts';

const FOLDER = new URL('../public/builtins/', import.meta.url);

/** @throws where a file is not what the manifest says */
export function builtinSubject(name: string): Subject {
  const manifest = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as unknown;
  const subject = readSubject(manifest, (digest) => readFileSync(new URL(`${digest}.safetensors`, FOLDER)));
  if (!subject.ok) throw new Error(sayProblems(subject.problems));
  return subject.value;
}
