/** The network whose whole landscape is a plane: y = m·x + b under squared error. */
import { createRandom } from '#lib/random.ts';
import { noisyLine, TRUE_LINE } from '#lib/network/datasets/line.ts';
import type { Samples } from '#lib/network/subject.ts';
import { stacked, type Parts } from './parts.ts';

const SEEDS = { train: 201, test: 202 } as const;
const RATE = 0.2;
const KEEP = [0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 30] as const;

export function lineFit(): Parts {
  const train = noisyLine(createRandom(SEEDS.train), 40);
  const test = noisyLine(createRandom(SEEDS.test), 20);
  const path = descent(train);
  const steps = KEEP.map((step) => (step === 0 ? { id: 'initial', title: 'Initial', epoch: 0 } : { id: `step-${step}`, title: `After step ${step}`, epoch: step }));
  return {
    manifest: {
      format: 1,
      name: 'line-fit',
      title: 'A straight line',
      summary: 'y = m·x + b fitted to 40 noisy points: two parameters, so the plane is the whole landscape.',
      network: {
        id: 'line-fit',
        input_shape_chw: [1],
        parameter_order: [
          { name: 'm', shape: [1, 1], layout: 'out,in' },
          { name: 'b', shape: [1], layout: 'vector' },
        ],
        buffers: [],
        program: [{ op: 'linear', weight: 'm', bias: 'b' }],
      },
      loss: 'squaredError',
      dataset: { title: 'Noisy line', input_shape_chw: [1], classes: null, scale: null, samples: { train: train.count, test: test.count } },
      checkpoints: [...steps, { id: 'trained', title: 'Least squares' }],
      trajectory: steps.map(({ id }) => id),
      provenance:
        `Points made by scripts/makeBuiltins.ts of this project (seeds ${SEEDS.train} and ${SEEDS.test}: y = ${TRUE_LINE.slope}·x + (${TRUE_LINE.intercept}) with normal noise of ${TRUE_LINE.noise}); ` +
        `the minimiser is exact, the path is gradient descent at rate ${RATE}. MIT, as the project.`,
    },
    tensors: new Map([
      ['checkpoints', stacked([...path, leastSquares(train)])],
      ['train.x', { shape: [train.count, 1], values: train.inputs }],
      ['train.y', { shape: [train.count], values: train.targets }],
      ['test.x', { shape: [test.count, 1], values: test.inputs }],
      ['test.y', { shape: [test.count], values: test.targets }],
    ]),
  };
}

/** The minimiser of the squared error, from the normal equations in float64. */
function leastSquares({ count, inputs, targets }: Samples): Float32Array {
  const [x, y] = [mean(inputs), mean(targets)];
  let covariance = 0;
  let variance = 0;
  for (let index = 0; index < count; index++) {
    covariance += (inputs[index]! - x) * (targets[index]! - y);
    variance += (inputs[index]! - x) ** 2;
  }
  return Float32Array.of(covariance / variance, y - (covariance / variance) * x);
}

function descent({ count, inputs, targets }: Samples): readonly Float32Array[] {
  const kept: Float32Array[] = [];
  let [m, b] = [0, 0];
  for (let step = 0; step <= KEEP.at(-1)!; step++) {
    if ((KEEP as readonly number[]).includes(step)) kept.push(Float32Array.of(m, b));
    let [slopeM, slopeB] = [0, 0];
    for (let index = 0; index < count; index++) {
      const error = m * inputs[index]! + b - targets[index]!;
      slopeM += (2 * error * inputs[index]!) / count;
      slopeB += (2 * error) / count;
    }
    m -= RATE * slopeM;
    b -= RATE * slopeB;
  }
  return kept;
}

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
