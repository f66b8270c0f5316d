/**
 * Recomputes points in float64, away from the event loop: what verified means rests on it.
 *
 * A thread does one probe at a time, the rest wait here. A thread that dies is replaced, and what it was
 * asked is asked once more. It decides nothing about tiles; tileBook.ts does. Rules V3, V4.
 */
import { Worker } from 'node:worker_threads';
import type { SetTruth } from '#lib/network/forward.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { attempt } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { Log } from './log.ts';
import type { Subjects } from './subjects.ts';
import { createTruth } from './truth.ts';

export type Prober = {
  readonly truthAt: (recipe: SliceRecipe, a: number, b: number) => Promise<readonly SetTruth[]>;
  /** Null when the slice can be computed at all, else why not, in words. */
  readonly problemWith: (recipe: SliceRecipe) => Promise<string | null>;
  readonly close: () => Promise<void>;
};

export type Question = { readonly job: number; readonly recipe: SliceRecipe; readonly at: readonly [a: number, b: number] | null };
export type Answer =
  | { readonly job: number; readonly kind: 'truth'; readonly truth: readonly SetTruth[] }
  | { readonly job: number; readonly kind: 'problem'; readonly message: string }
  | { readonly job: number; readonly kind: 'failed'; readonly message: string };

/** Computes where it is called: for tests and simulations. */
export function createInlineProber(subjects: Subjects): Prober {
  const truth = createTruth((id) => subjects.get(id));
  return {
    truthAt: async (recipe, a, b) => truth.at(recipe, a, b),
    problemWith: async (recipe) => {
      const outcome = attempt(() => truth.prepare(recipe));
      return outcome.ok ? null : sayProblems(outcome.problems);
    },
    close: async () => {},
  };
}

type Waiting = { readonly question: Question; readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void; attempts: number };

const MAX_ATTEMPTS = 2;
const RESTART_MS = 200;

/** @param file the thread's script; @param execArgv what Node needs to run it, when it is not JavaScript */
export function createThreadProber(subjects: Subjects, file: URL, log: Log, execArgv: readonly string[] = []): Prober {
  // Questions whether a slice can be computed are quick and go first.
  const waiting: Waiting[] = [];
  let current: Waiting | null = null;
  let thread: Worker | null = null;
  let nextJob = 1;
  let isClosed = false;

  function start(): Worker {
    const started = new Worker(file, { workerData: [...subjects.values()] satisfies Subject[], execArgv: [...execArgv] });
    started.on('message', (answer: Answer) => {
      if (answer.job !== current?.question.job) return;
      const { resolve } = current;
      current = null;
      resolve(answer);
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

  function ask(recipe: SliceRecipe, at: Question['at']): Promise<Answer> {
    if (isClosed) return Promise.reject(new Error('the prober is closed'));
    return new Promise((resolve, reject) => {
      const entry = { question: { job: nextJob++, recipe, at }, resolve, reject, attempts: 0 };
      if (at === null) waiting.unshift(entry);
      else waiting.push(entry);
      next();
    });
  }

  return {
    truthAt: async (recipe, a, b) => {
      const answer = await ask(recipe, [a, b]);
      if (answer.kind !== 'truth') throw new Error(answer.message);
      return answer.truth;
    },
    problemWith: async (recipe) => {
      const answer = await ask(recipe, null);
      if (answer.kind === 'failed') throw new Error(answer.message);
      return answer.kind === 'problem' ? answer.message : null;
    },
    close: async () => {
      isClosed = true;
      const ended = new Error('the prober is closed');
      current?.reject(ended);
      for (const entry of waiting.splice(0)) entry.reject(ended);
      await thread?.terminate();
    },
  };
}
