/** Adam (Kingma and Ba 2015) on a flat vector: a running mean of the gradient over the root of a running mean of its squares. */
export type Adam = {
  /** Moves `weights` one step against the gradient. */
  readonly step: (weights: Float64Array, gradient: Float64Array, rate: number) => void;
  /** Its memory as it is: to be copied before the next step. */
  readonly means: Float64Array;
  readonly squares: Float64Array;
};

/** What an Adam that is gone on with remembered after so many steps. */
export type AdamMemory = Pick<Adam, 'means' | 'squares'> & { readonly steps: number };

const [MEAN, SQUARE, FLOOR] = [0.9, 0.999, 1e-8];

export function createAdam(size: number, from?: AdamMemory): Adam {
  const [means, squares] = [from?.means.slice() ?? new Float64Array(size), from?.squares.slice() ?? new Float64Array(size)];
  let steps = from?.steps ?? 0;
  return {
    means,
    squares,
    step: (weights, gradient, rate) => {
      steps++;
      // Both begin at 0; dividing by what they could have reached by now takes that out.
      const [reachedMean, reachedSquare] = [1 - MEAN ** steps, 1 - SQUARE ** steps];
      for (let index = 0; index < size; index++) {
        const slope = gradient[index]!;
        means[index] = MEAN * means[index]! + (1 - MEAN) * slope;
        squares[index] = SQUARE * squares[index]! + (1 - SQUARE) * slope * slope;
        weights[index]! -= (rate * (means[index]! / reachedMean)) / (Math.sqrt(squares[index]! / reachedSquare) + FLOOR);
      }
    },
  };
}
