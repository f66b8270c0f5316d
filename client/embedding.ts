/** Pictures of a cloud of points, made in a worker of this page while one watches. Nothing is sent anywhere. */
import type { EmbeddingName, EmbedRequest, FromEmbedder, Pair, Quality, ToEmbedder } from '#lib/wire/embedMessages.ts';
import { createStore, type Store } from './store.ts';
import { workerFailure } from './workerFailure.ts';

export type PictureState = { readonly points: readonly Pair[]; readonly done: number; readonly total: number; readonly lost: number | null; readonly quality: Quality | null };

export type EmbeddingState = {
  readonly kind: 'starting' | 'running' | 'done' | 'stopped' | 'failed';
  readonly reason: string | null;
  readonly cloud: { readonly space: readonly (readonly number[])[]; readonly colours: readonly number[]; readonly dimensions: number } | null;
  /** Null until a method has something to show. */
  readonly pictures: Readonly<Record<EmbeddingName, PictureState | null>>;
};

export type Embedding = {
  readonly state: Store<EmbeddingState>;
  /** Measures the quality of all pictures anew. */
  readonly ask: (k: number) => void;
  /** Ends the work; what was shown stays. */
  readonly stop: () => void;
};

export const NO_EMBEDDING: EmbeddingState = { kind: 'starting', reason: null, cloud: null, pictures: { pca: null, umap: null, encoder: null } };

const DIGITS = '/examples/digits.txt';

export function startEmbedding(request: Omit<EmbedRequest, 'digits'>): Embedding {
  const state = createStore<EmbeddingState>(NO_EMBEDDING);
  const worker = new Worker(new URL('../workers/embed.worker.ts', import.meta.url), { type: 'module' });
  const change = (part: Partial<EmbeddingState>) => state.set({ ...state.getSnapshot(), ...part });
  const changePicture = (of: EmbeddingName, part: Partial<PictureState>) => {
    const { pictures } = state.getSnapshot();
    const before = pictures[of] ?? { points: [], done: 0, total: 1, lost: null, quality: null };
    change({ pictures: { ...pictures, [of]: { ...before, ...part } } });
  };
  const end = (kind: 'stopped' | 'failed', reason: string | null) => {
    worker.terminate();
    // A worker that is ended while it loads says that it failed: the first end is the one that counts.
    const isOver = ['done', 'stopped', 'failed'].includes(state.getSnapshot().kind);
    if (!isOver) change({ kind, reason });
  };

  function hear(message: FromEmbedder): void {
    switch (message.kind) {
      case 'cloud':
        return change({ kind: 'running', cloud: message });
      case 'picture':
        return changePicture(message.of, { points: message.points, done: message.done, total: message.total, lost: message.lost });
      case 'quality':
        return changePicture(message.of, { quality: message.quality });
      case 'done':
        return change({ kind: 'done' });
      case 'failed':
        return end('failed', message.message);
    }
  }

  worker.onmessage = ({ data }: MessageEvent<FromEmbedder>) => hear(data);
  worker.onerror = (event) => end('failed', workerFailure(event, 'the worker'));
  const post = (message: ToEmbedder) => worker.postMessage(message);
  void digitsFor(request).then(
    (digits) => post({ kind: 'start', request: { ...request, digits } }),
    (error: unknown) => end('failed', String(error)),
  );
  return { state, ask: (k) => post({ kind: 'k', k }), stop: () => end('stopped', null) };
}

async function digitsFor({ cloud }: Pick<EmbedRequest, 'cloud'>): Promise<string | null> {
  if (cloud !== 'digits') return null;
  const response = await fetch(DIGITS);
  if (!response.ok) throw new Error(`the digits could not be fetched (${response.status})`);
  return response.text();
}

