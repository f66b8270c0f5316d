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
import type { MethodState } from './productMethod.ts';

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
  /** What an earlier run on the same points with the same options left. */
  readonly from?: MethodState | null;
};

export type UmapProgress = {
  readonly done: number;
  readonly of: number;
  /** The picture by now, one row for each point. */
  readonly picture: () => readonly (readonly number[])[];
  /** From what it can be gone on with as if it had not been stopped. */
  readonly state: () => MethodState;
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
export function* umap(rows: Rows, { seed, epochs, from, ...wished }: UmapOptions): Generator<UmapProgress, UmapResult, boolean | undefined> {
  const { neighbours, minDistance, spread, dimensions } = { ...UMAP_DEFAULTS, ...wished };
  if (!(Number.isInteger(neighbours) && neighbours >= 2 && rows.length > neighbours)) {
    throw new KnownError('too-few', `${neighbours} neighbours of ${rows.length} points: UMAP takes a whole number from 2 to one below the number of points`);
  }
  const { axes, mean, scores } = principalComponents(rows, rows.length, true);
  let random = createRandom(seed);
  let drawn = 0;
  const method = new UMAP({
    nNeighbors: neighbours,
    minDist: minDistance,
    spread,
    nComponents: dimensions,
    random: () => {
      drawn++;
      return random.uniform();
    },
    // The package places later points in a third as many epochs and waits for that very number, which has to be whole.
    ...(epochs === undefined ? {} : { nEpochs: 3 * Math.ceil(epochs / 3) }),
  });
  const of = method.initializeFit(scores.map((row) => [...row]));
  let done = 0;
  if (from) {
    const numbers = goOnFrom(layoutOf(method), from, of);
    [done, drawn] = [numbers.done, numbers.drawn];
    random = createRandom(seed, drawn);
  }
  while (done < of) {
    done = method.step();
    const goOn = yield { done, of, picture: () => copied(method.getEmbedding()), state: () => stateOf(layoutOf(method), drawn) };
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

/** What the package changes from epoch to epoch. It keeps this to itself, so what is read here is looked at before it is used. */
type Layout = { currentEpoch: number; alpha: number; readonly epochOfNextSample: number[]; readonly epochOfNextNegativeSample: number[]; readonly headEmbedding: number[][] };

function layoutOf(method: UMAP): Layout {
  const layout = (method as unknown as { readonly optimizationState: Layout }).optimizationState;
  const isKnown = Number.isInteger(layout.currentEpoch) && Number.isFinite(layout.alpha) && [layout.epochOfNextSample, layout.epochOfNextNegativeSample, layout.headEmbedding].every(Array.isArray);
  if (!isKnown) throw new Error('umap-js keeps its layout in another form than 1.4 did');
  return layout;
}

function stateOf({ currentEpoch, alpha, epochOfNextSample, epochOfNextNegativeSample, headEmbedding }: Layout, drawn: number): MethodState {
  return new Map([
    ['picture', Float64Array.from(headEmbedding.flat())],
    ['next', Float64Array.from(epochOfNextSample)],
    ['nextNegative', Float64Array.from(epochOfNextNegativeSample)],
    ['numbers', Float64Array.of(currentEpoch, alpha, drawn)],
  ]);
}

/** Puts what was kept in the place of the beginning. @throws for a state that is not of these points */
function goOnFrom(layout: Layout, state: MethodState, of: number): { readonly done: number; readonly drawn: number } {
  const [picture, next, nextNegative, numbers] = ['picture', 'next', 'nextNegative', 'numbers'].map((name) => state.get(name));
  const [done = -1, alpha = NaN, drawn = -1] = numbers ?? [];
  const dimensions = layout.headEmbedding[0]!.length;
  const isOurs = picture?.length === layout.headEmbedding.length * dimensions && next?.length === layout.epochOfNextSample.length && nextNegative?.length === next.length && done > 0 && done <= of && drawn > 0;
  if (!isOurs) throw new Error(`this is not what was kept of ${layout.headEmbedding.length} points`);
  for (const [row, place] of layout.headEmbedding.entries()) for (const axis of place.keys()) place[axis] = picture[row * dimensions + axis]!;
  for (const [edge, value] of next.entries()) layout.epochOfNextSample[edge] = value;
  for (const [edge, value] of nextNegative.entries()) layout.epochOfNextNegativeSample[edge] = value;
  [layout.currentEpoch, layout.alpha] = [done, alpha];
  return { done, drawn };
}
