/** The thread that recomputes points in float64. It is given the subjects when it starts, then one question at a time; the files of a slice only when it asks. */
import { parentPort, workerData } from 'node:worker_threads';
import { KnownError } from '#lib/knownError.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { Answer, Asked, Found, Question } from './prober.ts';
import { createTruth } from './truth.ts';

const subjects = new Map((workerData as readonly Subject[]).map((subject) => [subject.id, subject]));
/** The files that came with the question, for the slice that is made of them: kept no longer. */
let given: Question['vectors'];
const truth = createTruth((id) => subjects.get(id), (digest) => given?.get(digest));

function find(asked: Asked): Found[Asked['of']] {
  switch (asked.of) {
    case 'point':
      return truth.at(asked.recipe, ...asked.at, asked.shard);
    case 'eigen':
      return truth.eigen(asked.recipe, asked.group);
    case 'boxPlace':
      return truth.boxPlace(...asked.with);
    case 'form':
      return truth.form(...asked.with);
    case 'slice':
      truth.prepare(asked.recipe);
      return null;
  }
}

function answer({ job, asked, vectors }: Question): Answer {
  given = vectors;
  try {
    return { job, kind: 'found', found: find(asked) };
  } catch (error) {
    if (error instanceof KnownError && error.code === 'vectorMissing' && !vectors) return { job, kind: 'lacking' };
    const kind = error instanceof KnownError ? 'problem' : 'failed';
    return { job, kind, message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (question: Question) => parentPort?.postMessage(answer(question)));
