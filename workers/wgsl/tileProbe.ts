/**
 * Finds the quickest shape of product shaders on this device, by running a small convolution with each.
 *
 * A workgroup's shared memory makes a graphics card several times quicker and a software adapter a hundred times slower, so neither is assumed.
 */
import type { DeviceMemory } from './deviceMemory.ts';
import { costOf, gridOf, type Product, type Table } from './plan.ts';
import { BATCH_STRIDE, type Pipelines } from './pipelines.ts';
import { productShader, type ProductTile } from './products.ts';

/** By family, the first of each the likeliest: a family whose first is hopeless is not looked at further, since compiling takes its time too. */
export const TILES: Readonly<Record<ProductTile['family'], readonly [ProductTile, ...ProductTile[]]>> = {
  register: [
    { family: 'register', outputs: 8, samples: 8, depth: 2 },
    { family: 'register', outputs: 4, samples: 8, depth: 4 },
    { family: 'register', outputs: 16, samples: 8, depth: 1 },
  ],
  shared: [
    { family: 'shared', outputs: 8, samples: 8, depth: 16, workgroup: [64, 64] },
    { family: 'shared', outputs: 8, samples: 4, depth: 16, workgroup: [64, 64] },
    { family: 'shared', outputs: 4, samples: 4, depth: 16, workgroup: [64, 64] },
  ],
};

export type Probed = {
  readonly tile: ProductTile;
  /** Multiply-adds per millisecond. */
  readonly rate: number;
};

/** A time that is not lost in the way to the device and back. */
const CLEAR_MS = 6;
const MORE_POINTS = 16;
/** Points at once at most: 100 MB. */
const MOST_POINTS = 1024;
const ROUNDS = 3;
/** Who is this much slower than the best does not go on. */
const HOPELESS = 2.5;

const SAMPLES = 32;
const table = (slot: number, shape: readonly [number, number, number]): Table => ({ source: { kind: 'slot', slot }, shape, rows: shape[0] * shape[1] * shape[2] });
const FROM = table(0, [16, 4, 4]);
const TO = table(1, [32, 4, 4]);
const PRODUCT: Product = {
  kind: 'product',
  from: FROM,
  to: TO,
  weights: 0,
  groups: 1,
  inputs: 16,
  outputs: 32,
  paddedOutputs: 32,
  kernel: [3, 3],
  stride: 1,
  padding: 1,
  input: gridOf(FROM.shape),
  output: gridOf(TO.shape),
  finish: { affine: null, addend: null, activation: null },
};
const THETA = 32 * 16 * 9;

type Runner = { readonly tile: ProductTile; readonly workgroups: number; readonly pipeline: GPUComputePipeline };

/**
 * @param only where the choice is made already, and the rate alone is wanted
 * @throws DeviceFault where a shader is refused
 */
export async function probeTiles(memory: DeviceMemory, pipelines: Pipelines, only?: ProductTile): Promise<Probed> {
  const compiled = async (tile: ProductTile): Promise<Runner> => {
    const shader = productShader(PRODUCT, tile, { theta: THETA, channels: 0 });
    return { tile, workgroups: shader.workgroups(SAMPLES / 4), pipeline: await pipelines.compile(shader.code, shader.reads.length) };
  };
  const probed = ({ runner, ms, points }: Timed): Probed => ({ tile: runner.tile, rate: (costOf(PRODUCT) * SAMPLES * points) / ms });
  if (only) return probed((await timed(memory, pipelines, [await compiled(only)]))[0]!);
  const [first, other] = await timed(memory, pipelines, await Promise.all([TILES.register[0], TILES.shared[0]].map(compiled)));
  const likely = other && other.ms <= HOPELESS * first!.ms ? [first!.runner, other.runner] : [first!.runner];
  const others = await Promise.all(likely.flatMap(({ tile }) => TILES[tile.family].slice(1)).map(compiled));
  const [best] = await timed(memory, pipelines, [...likely, ...others]);
  return probed(best!);
}

type Timed = { readonly runner: Runner; readonly ms: number; readonly points: number };

/** The quickest first, at as many points as make the time clear; who is hopeless falls out on the way. */
async function timed(memory: DeviceMemory, pipelines: Pipelines, runners: readonly Runner[]): Promise<readonly Timed[]> {
  let left = runners;
  for (let points = 1; ; points *= MORE_POINTS) {
    const found = (await times(memory, pipelines, left, points)).toSorted((one, other) => one.ms - other.ms);
    const best = found[0]!.ms;
    if (best >= CLEAR_MS || points * MORE_POINTS > MOST_POINTS) return found.map((each) => ({ ...each, points }));
    left = found.filter(({ ms }) => ms <= HOPELESS * best).map(({ runner }) => runner);
  }
}

/** The shortest of a few rounds each, turn by turn, so that what else the machine does falls on all alike. */
async function times(memory: DeviceMemory, pipelines: Pipelines, runners: readonly Runner[], points: number): Promise<readonly { readonly runner: Runner; readonly ms: number }[]> {
  const { device } = memory;
  const buffers: GPUBuffer[] = [];
  const keep = (buffer: GPUBuffer): GPUBuffer => (buffers.push(buffer), buffer);
  try {
    const storage = (floats: number): GPUBuffer => keep(memory.take(4 * floats, GPUBufferUsage.STORAGE, 'probe'));
    const [values, theta, result, coordinates] = [storage(points * FROM.rows * SAMPLES), storage(points * THETA), storage(points * TO.rows * SAMPLES), storage(4)];
    const uniform = (words: readonly number[], bytes: number): GPUBuffer => keep(memory.filled(Uint32Array.from({ length: bytes / 4 }, (_, at) => words[at] ?? 0), GPUBufferUsage.UNIFORM, 'probe'));
    const place = pipelines.bindPlace(coordinates, uniform([SAMPLES / 4, SAMPLES], 16), uniform([], BATCH_STRIDE));
    const group = pipelines.bind([values, theta, result].map((buffer) => ({ buffer })));
    const best = new Map<Runner, number>();
    // The first round compiles.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const runner of runners) {
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(runner.pipeline);
        pass.setBindGroup(0, group);
        pass.setBindGroup(1, place, [0]);
        pass.dispatchWorkgroups(runner.workgroups, 1, points);
        pass.end();
        const start = performance.now();
        device.queue.submit([encoder.finish()]);
        await device.queue.onSubmittedWorkDone();
        const ms = performance.now() - start;
        if (round > 0) best.set(runner, Math.min(ms, best.get(runner) ?? Infinity));
      }
    }
    return [...best].map(([runner, ms]) => ({ runner, ms }));
  } finally {
    for (const buffer of buffers) memory.give(buffer);
  }
}
