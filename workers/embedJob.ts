/** Pictures of one cloud by three methods, one step at a time, and their quality for any k. It posts nothing itself. Rule R12 in docs/SPEC.md. */
import { encode, decode, trainAutoEncoder } from '#lib/analysis/autoEncoder.ts';
import { readDigits } from '#lib/analysis/digits.ts';
import { principalComponents } from '#lib/analysis/pca.ts';
import { pointFrom, rebuiltFrom, reconstructionError } from '#lib/analysis/reconstruction.ts';
import { helix, scroll } from '#lib/analysis/toys.ts';
import { continuity, trustworthiness } from '#lib/analysis/trustworthiness.ts';
import { umap } from '#lib/analysis/umap.ts';
import { createRandom } from '#lib/random.ts';
import type { EmbeddingName, EmbedRequest, FromEmbedder, Pair, Quality } from '#lib/wire/embedMessages.ts';

export type EmbedJob = {
  /** One message at a time; none where a step has nothing to show. */
  readonly messages: () => Generator<FromEmbedder | null>;
  /** Of every picture that is finished. */
  readonly quality: (k: number) => readonly FromEmbedder[];
};

/** Epochs between pictures. */
const SHOWN_EVERY = { umap: 10, encoder: 50 } as const;

/** @throws KnownError for numbers that a method refuses */
export function embedJob(request: EmbedRequest): EmbedJob {
  const { rows, colours } = cloudOf(request);
  const components = principalComponents(rows, Math.min(rows.length, rows[0]!.length), true);
  const finished = new Map<EmbeddingName, readonly Pair[]>();

  const qualityOf = (picture: readonly Pair[], k: number): Quality => ({ k, trustworthiness: trustworthiness(rows, picture, k), continuity: continuity(rows, picture, k) });

  function* end(of: EmbeddingName, points: readonly Pair[], total: number, lost: number | null): Generator<FromEmbedder> {
    finished.set(of, points);
    yield { kind: 'picture', of, points, done: total, total, lost };
    yield { kind: 'quality', of, quality: qualityOf(points, request.k) };
  }

  function* umapMessages(): Generator<FromEmbedder | null> {
    const run = umap(rows, { seed: request.seed, ...request.umap });
    let step = run.next();
    for (; !step.done; step = run.next()) {
      const { done, of, picture } = step.value;
      yield done % SHOWN_EVERY.umap === 0 && done < of ? { kind: 'picture', of: 'umap', points: pairsOf(picture()), done, total: of, lost: null } : null;
    }
    yield* end('umap', pairsOf(step.value.picture), step.value.epochs, null);
  }

  function* encoderMessages(): Generator<FromEmbedder | null> {
    const { scores } = components;
    const run = trainAutoEncoder(scores, { seed: request.seed, epochs: request.encoder.epochs });
    let step = run.next();
    for (; !step.done; step = run.next()) {
      const { done, of, relativeError, best } = step.value;
      if (done % SHOWN_EVERY.encoder !== 0 || done === of) {
        yield null;
        continue;
      }
      const encoder = best();
      yield { kind: 'picture', of: 'encoder', points: pairsOf(scores.map((row) => encode(encoder, row))), done, total: of, lost: relativeError };
    }
    const encoder = step.value;
    const picture = scores.map((row) => encode(encoder, row));
    const lost = reconstructionError(rows, picture.map((place) => pointFrom(components, decode(encoder, place)))).relative;
    yield* end('encoder', pairsOf(picture), request.encoder.epochs, lost);
  }

  return {
    *messages() {
      const space = rows[0]!.length === 3 ? rows.map((row) => [...row]) : components.scores.map((row) => row.slice(0, 3));
      yield { kind: 'cloud', space, colours, dimensions: rows[0]!.length };
      yield* end('pca', pairsOf(components.scores), 1, reconstructionError(rows, rebuiltFrom(components, 2)).relative);
      yield* umapMessages();
      yield* encoderMessages();
      yield { kind: 'done' };
    },
    quality: (k) => [...finished].map(([of, points]) => ({ kind: 'quality', of, quality: qualityOf(points, k) })),
  };
}

function cloudOf({ cloud, points, seed, digits }: EmbedRequest): { readonly rows: readonly Float64Array[]; readonly colours: readonly number[] } {
  if (cloud === 'digits') {
    const { rows, labels } = readDigits(digits ?? '');
    return { rows: rows.slice(0, points), colours: labels.slice(0, points) };
  }
  const { rows, along } = (cloud === 'scroll' ? scroll : helix)(createRandom(seed), points);
  return { rows, colours: along };
}

const pairsOf = (rows: readonly ArrayLike<number>[]): readonly Pair[] => rows.map((row) => [row[0]!, row[1]!]);
