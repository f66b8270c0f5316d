/**
 * Lanczos with full re-orthogonalisation: both ends of the spectrum of a symmetric matrix known by its products.
 *
 * Golub and Van Loan, Matrix Computations, 10.3. Every new vector is made orthogonal to all before it, twice, because without that
 * converged eigenvalues come back as ghosts. Memory: steps × size doubles. Rules E1–E3 in docs/SPEC.md.
 */
import { createRandom } from '#lib/random.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';
import type { MethodState, ProductMethod } from './productMethod.ts';
import { tridiagonalEigen } from './tridiagonal.ts';

export type LanczosOptions = {
  /** Numbers in a vector. */
  readonly size: number;
  /** Most products; never more than `size` are needed. */
  readonly steps: number;
  /** The first vector, of any length but 0, or the seed of a random one. */
  readonly start: Float64Array | { readonly seed: number };
  /** Stops when the outermost Ritz values are this sure, relative to the largest; all steps are taken where absent. */
  readonly tolerance?: number | undefined;
  /** How many Ritz values at each end have to be sure; 1 where absent. */
  readonly ends?: number | undefined;
  /** What an earlier run with the same options left: the rest of its steps is taken. */
  readonly from?: MethodState | null | undefined;
};

export type Extremes = {
  readonly min: number;
  readonly max: number;
  /** An eigenvalue of the matrix lies within this distance of each. */
  readonly minError: number;
  readonly maxError: number;
};

export type Ritz = Extremes & {
  /** Ascending; as many as steps were taken. */
  readonly values: readonly number[];
  /** Squared first components of the eigenvectors of the tridiagonal matrix: sum 1, and with `values` the start's spectral measure. */
  readonly weights: readonly number[];
  /** ‖A·y − λ·y‖ of each value with its vector, which bounds its distance to an eigenvalue. */
  readonly errors: readonly number[];
  /** Whether nothing is left to be found from this start: the space it spans is closed. */
  readonly isExhausted: boolean;
  /** The unit vector that belongs to value `index`; its largest entry is positive. */
  readonly vector: (index: number) => Float64Array;
};

/** A new direction shorter than this, relative to the matrix, is rounding noise. */
const CLOSED = 1e-13;
/** Ritz values are worked out after every so many steps. */
const LOOK_EVERY = 5;

/** @throws for a start of length 0 or of the wrong size, for a state that is not of this method, and when stopped before the first product */
export function* lanczos({ size, steps, start, tolerance, ends = 1, from }: LanczosOptions): ProductMethod<Extremes, Ritz> {
  const of = Math.min(steps, size);
  const { basis, diagonal, off } = from ? stepsFrom(from, size, of) : { basis: [unit(startOf(start, size))], diagonal: [], off: [] };
  let isExhausted = false;
  const here = (): Ritz => ritzOf(basis, diagonal, off, isExhausted);
  while (diagonal.length < of && !isExhausted) {
    const done = diagonal.length;
    const vector = basis[done]!;
    const product = yield { vector, done, of, estimate: () => (done === 0 ? null : here()), state: (most) => stateOf(basis, diagonal, off, most) };
    if (!product) break;
    const next = Float64Array.from(product);
    diagonal.push(dot(vector, next));
    orthogonalise(next, basis);
    const length = normOf(next);
    off.push(length);
    const scale = Math.max(...diagonal.map(Math.abs), ...off.slice(0, -1));
    isExhausted = diagonal.length === size || !(length > CLOSED * scale);
    if (isExhausted) break;
    basis.push(next.map((value) => value / length));
    if (tolerance === undefined || diagonal.length < 2 * ends || diagonal.length % LOOK_EVERY !== 0) continue;
    const { values, errors } = here();
    const outer = [...errors.slice(0, ends), ...errors.slice(-ends)];
    if (Math.max(...outer) <= tolerance * Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!))) break;
  }
  if (diagonal.length === 0) throw new Error('Lanczos was stopped before its first product');
  return here();
}

type Steps = { readonly basis: Float64Array[]; readonly diagonal: number[]; readonly off: number[] };

/** The first steps are a state too, so as many are taken as fit. */
function stateOf(basis: readonly Float64Array[], diagonal: readonly number[], off: readonly number[], most: number): MethodState | null {
  const size = basis[0]!.length;
  const count = Math.min(diagonal.length, Math.floor(most / size) - 1);
  if (count < 1) return null;
  const vectors = new Float64Array((count + 1) * size);
  for (let row = 0; row <= count; row++) vectors.set(basis[row]!, row * size);
  return new Map([['basis', vectors], ['diagonal', Float64Array.from(diagonal.slice(0, count))], ['off', Float64Array.from(off.slice(0, count))]]);
}

function stepsFrom(state: MethodState, size: number, of: number): Steps {
  const [vectors, diagonal, off] = ['basis', 'diagonal', 'off'].map((name) => state.get(name));
  const count = diagonal?.length ?? 0;
  if (!vectors || !diagonal || !off || count < 1 || count >= of || off.length !== count || vectors.length !== (count + 1) * size) {
    throw new Error(`this is not what was kept of ${of} Lanczos steps with a matrix of ${size}`);
  }
  return { basis: Array.from({ length: count + 1 }, (_, row) => vectors.slice(row * size, (row + 1) * size)), diagonal: [...diagonal], off: [...off] };
}

function startOf(start: LanczosOptions['start'], size: number): Float64Array {
  if (start instanceof Float64Array) {
    if (start.length !== size) throw new Error(`a start of ${start.length} numbers for a matrix of ${size}`);
    return start;
  }
  const random = createRandom(start.seed);
  return Float64Array.from({ length: size }, () => random.normal());
}

function unit(vector: Float64Array): Float64Array {
  const length = normOf(vector);
  if (!(length > 0)) throw new Error('a start of length 0 has no direction');
  return vector.map((value) => value / length);
}

/** Takes away, twice, what of `vector` lies along the unit vectors of `basis`. */
export function orthogonalise(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const axis of basis) {
      const along = dot(vector, axis);
      for (let index = 0; index < vector.length; index++) vector[index]! -= along * axis[index]!;
    }
  }
}

function ritzOf(basis: readonly Float64Array[], diagonal: readonly number[], off: readonly number[], isExhausted: boolean): Ritz {
  const { values, component } = tridiagonalEigen(diagonal, off);
  const last = diagonal.length - 1;
  const weights = values.map((_, index) => component(0, index) ** 2);
  const errors = values.map((_, index) => Math.abs(off[last]! * component(last, index)));
  return {
    values,
    weights,
    errors,
    isExhausted,
    min: values[0]!,
    max: values[last]!,
    minError: errors[0]!,
    maxError: errors[last]!,
    vector: (index) => {
      const sum = new Float64Array(basis[0]!.length);
      for (let row = 0; row <= last; row++) {
        const share = component(row, index);
        const axis = basis[row]!;
        for (let at = 0; at < sum.length; at++) sum[at]! += share * axis[at]!;
      }
      return withLargestPositive(unit(sum));
    },
  };
}

function withLargestPositive(vector: Float64Array): Float64Array {
  let largest = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? vector.map((value) => -value) : vector;
}
