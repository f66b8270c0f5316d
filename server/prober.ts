/**
 * Recomputes points in float64, away from the event loop: what verified means rests on it.
 *
 * A thread does one probe at a time, the rest wait here. A thread that dies is replaced, and what it was
 * asked is asked once more. It decides nothing about tiles; tileBook.ts does. Rules V3, V4.
 */
import { Worker } from 'node:worker_threads';
import type { EigenResidual } from '#lib/analysis/eigenResidual.ts';
import type { GroupChoice } from '#lib/analysis/parameterGroup.ts';
import type { Subject } from '#lib/network/subject.ts';
import { filesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { attempt } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { Log } from './log.ts';
import type { Subjects } from './subjects.ts';
import { createTruth, type PointTruth } from './truth.ts';
import { gather, noVectorSource, type VectorSource } from './vectors.ts';

export type Prober = {
  /** @param c the third coordinate, in a volume @param shard of the samples, where not all of them */
  readonly truthAt: (recipe: SliceRecipe, a: number, b: number, c?: number, shard?: number) => Promise<readonly PointTruth[]>;
  /** How far each axis of a slice is from being an eigenvector of the Hessian of a group at its centre. */
  readonly eigenAt: (recipe: SliceRecipe, group: GroupChoice) => Promise<readonly EigenResidual[]>;
  /** Null when the slice can be computed at all, else why not, in words. */
  readonly problemWith: (recipe: SliceRecipe) => Promise<string | null>;
  /** How many points it computes at once. */
  readonly width: number;
  readonly close: () => Promise<void>;
};

export type Question = {
  readonly job: number;
  readonly recipe: SliceRecipe;
  /** A point, or the eigenvectors along the axes; null for whether the slice can be computed at all. */
  readonly at: readonly [a: number, b: number, c: number] | { readonly eigen: GroupChoice } | null;
  readonly shard?: number | undefined;
  /** The files that the slice is made from, once the thread has said that it lacks them. */
  readonly vectors?: ReadonlyMap<string, Float32Array>;
};
export type Answer =
  | { readonly job: number; readonly kind: 'truth'; readonly truth: readonly PointTruth[] }
  | { readonly job: number; readonly kind: 'eigen'; readonly eigen: readonly EigenResidual[] }
  | { readonly job: number; readonly kind: 'problem'; readonly message: string }
  /** The slice is not ready here, and takes its files to be made. */
  | { readonly job: number; readonly kind: 'lacking' }
  | { readonly job: number; readonly kind: 'failed'; readonly message: string };

/** Computes where it is called: for tests and simulations. */
export function createInlineProber(subjects: Subjects, vectorOf: VectorSource = noVectorSource): Prober {
  let given: ReadonlyMap<string, Float32Array> = new Map();
  const truth = createTruth((id) => subjects.get(id), (digest) => given.get(digest));

  async function withVectors<T>(recipe: SliceRecipe, work: () => T): Promise<T> {
    const gathered = await gather(vectorOf, filesOf(recipe));
    given = gathered;
    return work();
  }

  return {
    truthAt: (recipe, a, b, c, shard) => withVectors(recipe, () => truth.at(recipe, a, b, c, shard)),
    eigenAt: (recipe, group) => withVectors(recipe, () => truth.eigen(recipe, group)),
    problemWith: async (recipe) => {
      const outcome = await withVectors(recipe, () => attempt(() => truth.prepare(recipe)));
      return outcome.ok ? null : sayProblems(outcome.problems);
    },
    width: 1,
    close: async () => {},
  };
}

/** Several threads as one prober: each question goes to the one that has least to do. @param open makes one thread's prober */
export function createProberPool(width: number, open: () => Prober): Prober {
  const members = Array.from({ length: width }, () => ({ prober: open(), asked: 0 }));
  async function ask<T>(question: (prober: Prober) => Promise<T>): Promise<T> {
    const member = members.reduce((least, each) => (each.asked < least.asked ? each : least));
    member.asked++;
    try {
      return await question(member.prober);
    } finally {
      member.asked--;
    }
  }
  return {
    truthAt: (...point) => ask((prober) => prober.truthAt(...point)),
    eigenAt: (...axes) => ask((prober) => prober.eigenAt(...axes)),
    problemWith: (recipe) => ask((prober) => prober.problemWith(recipe)),
    width,
    close: async () => void (await Promise.all(members.map(({ prober }) => prober.close()))),
  };
}

type Waiting = { question: Question; readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void; attempts: number };

const MAX_ATTEMPTS = 2;
const RESTART_MS = 200;

/** @param file the thread's script */
export function createThreadProber(subjects: Subjects, file: URL, log: Log, vectorOf: VectorSource = noVectorSource): Prober {
  // Questions whether a slice can be computed are quick and go first.
  const waiting: Waiting[] = [];
  let current: Waiting | null = null;
  let thread: Worker | null = null;
  let nextJob = 1;
  let isClosed = false;

  function start(): Worker {
    const started = new Worker(file, { workerData: [...subjects.values()] satisfies Subject[] });
    started.on('message', (answer: Answer) => {
      if (answer.job !== current?.question.job) return;
      const asked = current;
      current = null;
      if (answer.kind === 'lacking') void askWithVectors(asked);
      else asked.resolve(answer);
      next();
    });
    started.on('error', (error) => log.error('prober.died', error));
    started.on('exit', () => {
      if (thread === started) thread = null;
      if (isClosed) return;
      const broken = current;
      current = null;
      if (broken && broken.attempts < MAX_ATTEMPTS) waiting.unshift(broken);
      else broken?.reject(new Error('the probing thread died on this point twice'));
      setTimeout(next, RESTART_MS);
    });
    // It must not keep a server alive that wants to end.
    started.unref();
    return started;
  }

  function next(): void {
    if (isClosed || current || waiting.length === 0) return;
    thread ??= start();
    current = waiting.shift()!;
    current.attempts++;
    thread.postMessage(current.question);
  }

  /** The same question again, with the files of its slice beside it. */
  async function askWithVectors(entry: Waiting): Promise<void> {
    try {
      entry.question = { ...entry.question, vectors: await gather(vectorOf, filesOf(entry.question.recipe)) };
      entry.attempts = 0;
      waiting.unshift(entry);
      next();
    } catch (error) {
      entry.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function ask(recipe: SliceRecipe, at: Question['at'], shard?: number): Promise<Answer> {
    if (isClosed) return Promise.reject(new Error('the prober is closed'));
    return new Promise((resolve, reject) => {
      const entry = { question: { job: nextJob++, recipe, at, shard }, resolve, reject, attempts: 0 };
      if (at === null) waiting.unshift(entry);
      else waiting.push(entry);
      next();
    });
  }

  return {
    truthAt: async (recipe, a, b, c = 0, shard) => {
      const answer = await ask(recipe, [a, b, c], shard);
      if (answer.kind !== 'truth') throw unanswered(answer);
      return answer.truth;
    },
    eigenAt: async (recipe, group) => {
      const answer = await ask(recipe, { eigen: group });
      if (answer.kind !== 'eigen') throw unanswered(answer);
      return answer.eigen;
    },
    problemWith: async (recipe) => {
      const answer = await ask(recipe, null);
      if (answer.kind === 'failed' || answer.kind === 'lacking') throw unanswered(answer);
      return answer.kind === 'problem' ? answer.message : null;
    },
    width: 1,
    close: async () => {
      isClosed = true;
      const ended = new Error('the prober is closed');
      current?.reject(ended);
      for (const entry of waiting.splice(0)) entry.reject(ended);
      await thread?.terminate();
    },
  };
}

const unanswered = (answer: Answer): Error => new Error('message' in answer ? answer.message : 'the files of this slice did not reach the thread');
