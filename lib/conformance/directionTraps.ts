/** Traps of random directions: how they are drawn, and how they are scaled to the weights. */
import { layoutOf, type Layout } from '#lib/network/layout.ts';
import type { Network } from '#lib/network/program.ts';
import { noiseOf, normalise } from '#lib/slice/direction.ts';
import { dot, normOf, withoutPartsWithin } from '#lib/slice/vectors.ts';
import { bitsOf, drawn, seedNetwork } from './specimens.ts';
import { known } from './tools.ts';
import { short, type Trap } from './trap.ts';

type Noise = typeof noiseOf;
type Normalise = typeof normalise;
type Vector = Float32Array | Float64Array;

const cosine = (one: Vector, other: Vector): number => dot(one, other) / (normOf(one) * normOf(other));

export const uniformNoise: Trap<Noise> = {
  name: 'directions U[0,1)',
  who: known('lossLandscapes', 'gabdullin'),
  claim: 'Random directions are normal deviates: two draws are nearly orthogonal, where draws from [0, 1) meet with a cosine of 0.75.',
  ours: () => noiseOf,
  measure: (noise) => {
    const layout = layoutOf(seedNetwork);
    const p = layout.size;
    const one = noise(layout, 1, 0);
    const found = cosine(one, noise(layout, 2, 0));
    const mean = one.reduce((sum, value) => sum + value, 0) / p;
    const variance = one.reduce((sum, value) => sum + (value - mean) ** 2, 0) / p;
    return {
      measured: `cosine ${short(found)}, mean ${short(mean)}, variance ${short(variance, 4)} over ${p.toLocaleString('en-GB')} numbers`,
      expected: `|cosine| < ${short(5 / Math.sqrt(p))}, |mean| < ${short(4 / Math.sqrt(p))}, variance within ${short(6 / Math.sqrt(p))} of 1`,
      ok: Math.abs(found) < 5 / Math.sqrt(p) && Math.abs(mean) < 4 / Math.sqrt(p) && Math.abs(variance - 1) < 6 / Math.sqrt(p),
    };
  },
};

/** Two tensors of one shape, so that one key for all tensors would show. */
const TWINS: Network = { id: 'twins', input_shape_chw: [1], parameter_order: [{ name: 'a', shape: [50, 20] }, { name: 'b', shape: [50, 20] }], buffers: [], program: [] };
/** Bits of the direction of seed 7 on the first axis of TWINS, as made under Node on x86-64. */
const TWINS_BITS = 'd5c0f8641bb101061da70e169bea78fc196cfc19af6f2ce6590e7c25f8a1b7c0';

export const sharedSeed: Trap<Noise> = {
  name: 'same seed for both axes / seed ignored by repeat index / same key for all tensors',
  who: known('notebook', 'lossLandscape'),
  claim: 'Every seed, axis and tensor has numbers of its own, and the same seed has the same bits on every machine.',
  ours: () => noiseOf,
  measure: (noise) => {
    const layout = layoutOf(TWINS);
    const drawnBy = (seed: number, axis: number) => noise(layout, seed, axis);
    const [first] = layout.tensors;
    const one = drawnBy(7, 0);
    const pairs = [
      ['seeds 7 and 8', cosine(one, drawnBy(8, 0))],
      ['both axes of seed 7', cosine(one, drawnBy(7, 1))],
      ['two tensors of one shape', cosine(one.subarray(0, first!.size), one.subarray(first!.size))],
    ] as const;
    const isSame = bitsOf(one) === TWINS_BITS && bitsOf(drawnBy(7, 0)) === TWINS_BITS;
    return {
      measured: `${pairs.map(([name, value]) => `cosine of ${name} ${short(value)}`).join(', ')}; seed 7 has ${isSame ? 'the bits it has elsewhere' : 'other bits than elsewhere'}`,
      expected: `every |cosine| < ${short(5 / Math.sqrt(first!.size))}; the same bits`,
      ok: isSame && pairs.every(([, value]) => Math.abs(value) < 5 / Math.sqrt(first!.size)),
    };
  },
};

const DENSE: Network = { id: 'dense', input_shape_chw: [2], parameter_order: [{ name: 'w', shape: [2, 2], layout: 'out,in' }], buffers: [], program: [] };

export const wrongAxis: Trap<Normalise> = {
  name: 'filter norm over wrong axis',
  who: known('landscapeviz', 'vits'),
  claim: 'A filter is what makes one output: all the weights into one unit.',
  ours: () => normalise,
  measure: (scale) => {
    // Rows are inputs in the papers' example, outputs here: W = [[3,1],[4,2]] and d = [[1,0],[0,2]] are written column by column.
    const found = scale(Float64Array.of(1, 0, 0, 2), Float64Array.of(3, 4, 1, 2), layoutOf(DENSE), 'filter', 'ignore');
    const wanted = [5, 0, 0, Math.sqrt(5)];
    return {
      measured: `d = (${Array.from(found, (value) => short(value, 7)).join(', ')})`,
      expected: '(5, 0, 0, 2.236068); over the other axis (3.162278, 0, 0, 4.472136)',
      ok: wanted.every((value, index) => Math.abs(value - found[index]!) < 1e-6),
    };
  },
};

export const copiedBias: Trap<Normalise> = {
  name: 'bias direction = weights unless ignored',
  who: known('lossLandscape'),
  claim: 'A bias that moves with its layer moves in a random direction, not along its own values.',
  ours: () => normalise,
  measure: (scale) => {
    const layout = layoutOf(seedNetwork);
    const weights = drawn('biases', layout.size);
    const direction = scale(noiseOf(layout, 3, 0), weights, layout, 'filter', 'layer');
    const cosines = layout.tensors.filter(({ filters }) => filters === 0).map(({ offset, size }) => cosine(direction.subarray(offset, offset + size), weights.subarray(offset, offset + size)));
    const largest = Math.max(...cosines.map(Math.abs));
    return { measured: `largest |cosine| between a bias and its direction ${short(largest)}, over ${cosines.length} biases`, expected: 'below 0.95; 1 where the direction is the bias', ok: largest < 0.95 };
  },
};

export const perTensor: Trap<Normalise> = {
  name: 'per-tensor called filter-wise',
  who: known('pascal', 'landscaper'),
  claim: 'Each filter of a filter-wise direction is as long as the filter that it moves, not only the tensor as a whole.',
  ours: () => normalise,
  measure: (scale) => {
    const layout: Layout = layoutOf(seedNetwork);
    const weights = drawn('filters', layout.size);
    const direction = scale(noiseOf(layout, 4, 0), weights, layout, 'filter', 'ignore');
    let filters = 0;
    let worst = 0;
    for (const { offset, size, filters: count } of layout.tensors) {
      for (let filter = 0; filter < count; filter++) {
        const start = offset + (filter * size) / count;
        const end = start + size / count;
        worst = Math.max(worst, Math.abs(normOf(direction, start, end) / normOf(weights, start, end) - 1));
        filters++;
      }
    }
    return { measured: `${filters} filters, largest difference of length ${short(worst)}`, expected: 'below 1e−6 for every filter', ok: worst < 1e-6 };
  },
};

export const undividedGramSchmidt: Trap<(vector: Vector, axis: Vector) => Float64Array> = {
  name: 'Gram-Schmidt without dividing by d1.d1',
  who: known('pascal', 'landscaper', 'effDim'),
  claim: 'A second axis made orthogonal to the first is orthogonal, however long the axes are.',
  ours: () => (vector, axis) => withoutPartsWithin(vector, [axis]),
  measure: (orthogonalise) => {
    const p = layoutOf(seedNetwork).size;
    const first = drawn('first axis', p).map((value) => value / 10);
    const second = drawn('second axis', p).map((value, index) => value / 10 + 0.3 * first[index]!);
    const found = cosine(first, orthogonalise(second, first));
    return { measured: `cosine ${short(cosine(first, second))} before, ${short(found)} after, with axes ${short(normOf(first))} and ${short(normOf(second))} long`, expected: '|cosine| < 1e−6 after', ok: Math.abs(found) < 1e-6 };
  },
};
