/**
 * UMAP: a picture in which points that are neighbours stay neighbours, with everything else given up.
 *
 * By the package umap-js (McInnes, Healy and Melville 2018) with seeded dice. It starts from random places, knows no way back from the
 * picture to the vectors, and its distances between clusters mean nothing. Run as a generator, an epoch at a time, so that whoever runs
 * it may show it, wait or stop. Rule R6 in docs/SPEC.md.
 */
import { UMAP } from 'umap-js';
import { KnownError } from '#lib/knownError.ts';
import { createRandom } from '#lib/random.ts';
import { principalComponents } from './pca.ts';

type Rows = readonly (Float32Array | Float64Array)[];

export type UmapOptions = {
  readonly seed: number;
  /** How many neighbours hang together with a point; fewer than there are points. 15 where absent. */
  readonly neighbours?: number;
  /** How near points may come in the picture, as a share of the spread. 0.1 where absent. */
  readonly minDistance?: number;
  /** 1 where absent. */
  readonly spread?: number;
  /** Dimensions of the picture; 2 where absent. */
  readonly dimensions?: number;
  /** Rounded up to a multiple of three; 200 to 500 by the number of points where absent, as the package chooses. */
  readonly epochs?: number;
};

export type UmapProgress = {
  readonly done: number;
  readonly of: number;
  /** The picture by now, one row for each point. */
  readonly picture: () => readonly (readonly number[])[];
};

export type UmapResult = {
  readonly picture: readonly (readonly number[])[];
  readonly epochs: number;
  /** Where other points belong in the same picture; the same points always to the same places. @throws for vectors of another length */
  readonly place: (rows: Rows) => readonly (readonly number[])[];
};

export const UMAP_DEFAULTS = { neighbours: 15, minDistance: 0.1, spread: 1, dimensions: 2 } as const;

/** Keeps the stream for later points apart from the one that the picture was made with. */
const LATER = 0x9e3779b9;

/**
 * Given false after an epoch, it stops and answers with what it has. Vectors are first turned onto all their principal components, of
 * which there are fewer than points: nothing is lost, and distances are the same.
 * @throws KnownError `too-few` unless there are more points than neighbours
 */
export function* umap(rows: Rows, { seed, epochs, ...wished }: UmapOptions): Generator<UmapProgress, UmapResult, boolean | undefined> {
  const { neighbours, minDistance, spread, dimensions } = { ...UMAP_DEFAULTS, ...wished };
  if (!(Number.isInteger(neighbours) && neighbours >= 2 && rows.length > neighbours)) {
    throw new KnownError('too-few', `${neighbours} neighbours of ${rows.length} points: UMAP takes a whole number from 2 to one below the number of points`);
  }
  const { axes, mean, scores } = principalComponents(rows, rows.length, true);
  let random = createRandom(seed);
  const method = new UMAP({
    nNeighbors: neighbours,
    minDist: minDistance,
    spread,
    nComponents: dimensions,
    random: () => random.uniform(),
    // The package places later points in a third as many epochs and waits for that very number, which has to be whole.
    ...(epochs === undefined ? {} : { nEpochs: 3 * Math.ceil(epochs / 3) }),
  });
  const of = method.initializeFit(scores.map((row) => [...row]));
  let done = 0;
  while (done < of) {
    done = method.step();
    const goOn = yield { done, of, picture: () => copied(method.getEmbedding()) };
    if (goOn === false) break;
  }
  return {
    picture: copied(method.getEmbedding()),
    epochs: done,
    place: (others) => {
      for (const row of others) if (row.length !== mean.length) throw new Error(`a vector of ${row.length} numbers among vectors of ${mean.length}`);
      random = createRandom(seed + LATER);
      return method.transform(others.map((row) => axes.map((axis) => axis.reduce((sum, value, index) => sum + value * (row[index]! - mean[index]!), 0))));
    },
  };
}

/** The package goes on writing into its own. */
const copied = (rows: readonly (readonly number[])[]): readonly (readonly number[])[] => rows.map((row) => [...row]);
