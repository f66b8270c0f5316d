/** The thread that recomputes points in float64. It is given the subjects when it starts, then one question at a time; the files of a slice only when it asks. */
import { parentPort, workerData } from 'node:worker_threads';
import { KnownError } from '#lib/knownError.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { Answer, Question } from './prober.ts';
import { createTruth } from './truth.ts';

const subjects = new Map((workerData as readonly Subject[]).map((subject) => [subject.id, subject]));
/** The files that came with the question, for the slice that is made of them: kept no longer. */
let given: Question['vectors'];
const truth = createTruth((id) => subjects.get(id), (digest) => given?.get(digest));

function answer({ job, recipe, at, shard, vectors }: Question): Answer {
  given = vectors;
  try {
    if (at && 'eigen' in at) return { job, kind: 'eigen', eigen: truth.eigen(recipe, at.eigen) };
    if (at) return { job, kind: 'truth', truth: truth.at(recipe, ...at, shard) };
    truth.prepare(recipe);
    return { job, kind: 'truth', truth: [] };
  } catch (error) {
    if (error instanceof KnownError && error.code === 'vectorMissing' && !vectors) return { job, kind: 'lacking' };
    const kind = error instanceof KnownError ? 'problem' : 'failed';
    return { job, kind, message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (question: Question) => parentPort?.postMessage(answer(question)));
