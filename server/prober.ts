/**
 * Recomputes points in float64, away from the event loop: what verified means rests on it.
 *
 * A thread does one probe at a time, the rest wait here. A thread that dies is replaced, and what it was
 * asked is asked once more. It decides nothing about tiles; tileBook.ts does. Rules V3, V4.
 */
import { Worker } from 'node:worker_threads';
import type { BoxPlace } from '#lib/analysis/boxPlace.ts';
import type { EigenResidual } from '#lib/analysis/eigenResidual.ts';
import type { GroupChoice } from '#lib/analysis/parameterGroup.ts';
import type { QuadraticForm } from '#lib/analysis/quadraticForm.ts';
import type { Subject } from '#lib/network/subject.ts';
import { filesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { attempt } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { Log } from './log.ts';
import type { Subjects } from './subjects.ts';
import { createTruth, type PointTruth, type Truth } from './truth.ts';
import { gather, noVectorSource, type VectorSource } from './vectors.ts';

type Later<Work extends (...asked: never[]) => unknown> = (...asked: Parameters<Work>) => Promise<ReturnType<Work>>;

export type Prober = {
  /** @param c the third coordinate, in a volume @param shard of the samples, where not all of them */
  readonly truthAt: (recipe: SliceRecipe, a: number, b: number, c?: number, shard?: number) => Promise<readonly PointTruth[]>;
  /** How far each axis of a slice is from being an eigenvector of the Hessian of a group at its centre. */
  readonly eigenAt: (recipe: SliceRecipe, group: GroupChoice) => Promise<readonly EigenResidual[]>;
  /** The place of a box to which the vector of a file leads. */
  readonly boxPlaceOf: Later<Truth['boxPlace']>;
  /** What one probe of a unit finds of the Hessian. */
  readonly formOf: Later<Truth['form']>;
  /** Null when the slice can be computed at all, else why not, in words. */
  readonly problemWith: (recipe: SliceRecipe) => Promise<string | null>;
  /** How many points it computes at once. */
  readonly width: number;
  readonly close: () => Promise<void>;
};

/** What is asked while somebody waits at the door with a slice. */
export type Door = Pick<Prober, 'problemWith' | 'close'>;

export type Asked =
  | { readonly of: 'point'; readonly recipe: SliceRecipe; readonly at: readonly [a: number, b: number, c: number]; readonly shard?: number | undefined }
  | { readonly of: 'eigen'; readonly recipe: SliceRecipe; readonly group: GroupChoice }
  | { readonly of: 'boxPlace'; readonly with: Parameters<Truth['boxPlace']> }
  | { readonly of: 'form'; readonly with: Parameters<Truth['form']> }
  /** Whether the slice can be computed at all. */
  | { readonly of: 'slice'; readonly recipe: SliceRecipe };

/** What each is answered with. */
export type Found = {
  readonly point: readonly PointTruth[];
  readonly eigen: readonly EigenResidual[];
  readonly boxPlace: BoxPlace | null;
  readonly form: QuadraticForm;
  readonly slice: null;
};

export type Question = {
  readonly job: number;
  readonly asked: Asked;
  /** The files that it takes, once the thread has said that it lacks them. */
  readonly vectors?: ReadonlyMap<string, Float32Array>;
};
export type Answer =
  | { readonly job: number; readonly kind: 'found'; readonly found: Found[Asked['of']] }
  | { readonly job: number; readonly kind: 'problem'; readonly message: string }
  /** It is not ready here, and takes its files to be made. */
  | { readonly job: number; readonly kind: 'lacking' }
  | { readonly job: number; readonly kind: 'failed'; readonly message: string };

function filesTaken(asked: Asked): readonly string[] {
  if (asked.of === 'form') return [];
  return asked.of === 'boxPlace' ? [asked.with[1]] : filesOf(asked.recipe);
}

/** Computes where it is called: for tests and simulations. */
export function createInlineProber(subjects: Subjects, vectorOf: VectorSource = noVectorSource): Prober {
  let given: ReadonlyMap<string, Float32Array> = new Map();
  const truth = createTruth((id) => subjects.get(id), (digest) => given.get(digest));

  async function withVectors<T>(files: readonly string[], work: () => T): Promise<T> {
    const gathered = await gather(vectorOf, files);
    given = gathered;
    return work();
  }

  return {
    truthAt: (recipe, a, b, c, shard) => withVectors(filesOf(recipe), () => truth.at(recipe, a, b, c, shard)),
    eigenAt: (recipe, group) => withVectors(filesOf(recipe), () => truth.eigen(recipe, group)),
    boxPlaceOf: (request, worst) => withVectors([worst], () => truth.boxPlace(request, worst)),
    formOf: async (...asked) => truth.form(...asked),
    problemWith: async (recipe) => {
      const outcome = await withVectors(filesOf(recipe), () => attempt(() => truth.prepare(recipe)));
      return outcome.ok ? null : sayProblems(outcome.problems);
    },
    width: 1,
    close: async () => {},
  };
}

/** Several threads as one prober: each question goes to the one that has least to do, those at the door to none of them. @param open makes one thread's prober */
export function createProberPool(width: number, open: () => Prober, door: Door): Prober {
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
    boxPlaceOf: (...place) => ask((prober) => prober.boxPlaceOf(...place)),
    formOf: (...probe) => ask((prober) => prober.formOf(...probe)),
    problemWith: door.problemWith,
    width,
    close: async () => void (await Promise.all([door, ...members.map(({ prober }) => prober)].map((each) => each.close()))),
  };
}

type Waiting = { question: Question; readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void; attempts: number };

const MAX_ATTEMPTS = 2;
const RESTART_MS = 200;

/** @param file the thread's script */
export function createThreadProber(subjects: Subjects, file: URL, log: Log, vectorOf: VectorSource = noVectorSource): Prober {
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

  /** The same question again, with its files beside it. */
  async function askWithVectors(entry: Waiting): Promise<void> {
    try {
      entry.question = { ...entry.question, vectors: await gather(vectorOf, filesTaken(entry.question.asked)) };
      entry.attempts = 0;
      waiting.unshift(entry);
      next();
    } catch (error) {
      entry.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function ask(asked: Asked): Promise<Answer> {
    if (isClosed) return Promise.reject(new Error('the prober is closed'));
    return new Promise((resolve, reject) => {
      waiting.push({ question: { job: nextJob++, asked }, resolve, reject, attempts: 0 });
      next();
    });
  }

  async function find<Of extends Asked['of']>(asked: Extract<Asked, { readonly of: Of }>): Promise<Found[Of]> {
    const answer = await ask(asked);
    if (answer.kind !== 'found') throw unanswered(answer);
    return answer.found as Found[Of];
  }

  return {
    truthAt: (recipe, a, b, c = 0, shard) => find<'point'>({ of: 'point', recipe, at: [a, b, c], shard }),
    eigenAt: (recipe, group) => find<'eigen'>({ of: 'eigen', recipe, group }),
    boxPlaceOf: (...place) => find<'boxPlace'>({ of: 'boxPlace', with: place }),
    formOf: (...probe) => find<'form'>({ of: 'form', with: probe }),
    problemWith: async (recipe) => {
      const answer = await ask({ of: 'slice', recipe });
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

const unanswered = (answer: Answer): Error => new Error('message' in answer ? answer.message : 'the files of this question did not reach the thread');
