/** The built-in networks as they are in the repository: readable, of the stated size, trained, and truly what the pictures show. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '#lib/formats/safetensors.ts';
import { createRandom } from '#lib/random.ts';
import { digestOf } from '#lib/digest.ts';
import { colourShapes } from '#lib/network/datasets/colourShapes.ts';
import { glyphs } from '#lib/network/datasets/glyphs.ts';
import { samplesOf } from '#lib/network/datasets/generated.ts';
import { evaluateAt, type SetTruth } from '#lib/network/forward.ts';
import { zooNetwork } from '#lib/network/zoo/zoo.ts';
import { loseAlike } from '#lib/network/alike.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { checkpointIndex, type Samples, type Subject } from '#lib/network/subject.ts';
import { frameOf, parametersAt } from '#lib/slice/frame.ts';
import { coordinateOf, gridOf } from '#lib/slice/grid.ts';
import { readRecipe, sliceIdOf } from '#lib/slice/recipe.ts';
import type { EvaluationJob } from '#workers/evaluator.ts';
import { builtin, BUILTINS } from './support/builtins.ts';
import { wasmEngineWith } from './workers/wasmEngines.ts';

const NAMES = JSON.parse(readFileSync(path.join(BUILTINS, 'index.json'), 'utf8')) as readonly string[];

const truths = new Map<string, readonly SetTruth[]>();

/** Each checkpoint is evaluated once: the deep networks take seconds. */
function truthAt(subject: Subject, checkpoint: string): readonly SetTruth[] {
  const key = `${subject.id} ${checkpoint}`;
  const known = truths.get(key) ?? evaluated(subject, checkpoint);
  truths.set(key, known);
  return known;
}

function evaluated(subject: Subject, checkpoint: string): readonly SetTruth[] {
  const row = checkpointIndex(subject.manifest, checkpoint);
  const { network, loss } = subject.manifest;
  const sets = (['train', 'test'] as const).map((set) => ({ set, samples: subject.sets[set] }));
  return evaluateAt({ network, loss, buffers: subject.buffers[row]!, sets }, Float64Array.from(subject.checkpoints[row]!));
}

const SPIRAL_RUNS = ['spirals-seed-8', 'spirals-seed-9'];
const RESNETS = ['shapes-resnet20', 'shapes-resnet20-noshort'];
const DEPTHS = ['depth-resnet20-noshort', 'depth-resnet56', 'depth-resnet56-noshort', 'depth-resnet110-noshort'];
const WIDTHS = [1, 2, 4, 8].flatMap((k) => [`width-thin8-${k}`, `width-thin8-${k}-noshort`]);
const FAMILIES = [...DEPTHS, ...WIDTHS];

type EvaluatedOn = Pick<EvaluationJob, 'network' | 'loss' | 'buffers' | 'sets'>;

/** What the WASM tile engine measures of one set of parameters. */
async function onTileEngine(what: EvaluatedOn, parameters: Float32Array): Promise<readonly { readonly samples: number; readonly lossSum: number; readonly correct: number }[]> {
  const still = new Float32Array(parameters.length);
  const engine = await wasmEngineWith('relaxed SIMD');
  const slice = await engine.prepare({ ...what, origin: parameters, directions: [still, still] });
  try {
    const { sets } = await slice.evaluate([{ a: 0, b: 0 }]);
    return sets.map(({ lossSum, correct }, index) => ({ samples: what.sets[index]!.samples.count, lossSum: lossSum[0]!, correct: correct[0]! }));
  } finally {
    slice.dispose();
    engine.dispose();
  }
}

function firstOf({ count, inputs, targets }: Samples, few: number): Samples {
  return { count: few, inputs: inputs.slice(0, (inputs.length / count) * few), targets: targets.slice(0, few) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

describe('built-ins', () => {
  test('[built-ins] the networks are listed in order, with their stated parameter counts', () => {
    expect(NAMES).toEqual(['spirals-tiny', 'seed-cnn', 'line-fit', 'sine-10k', ...SPIRAL_RUNS, ...RESNETS, ...FAMILIES]);
    expect(NAMES.slice(0, 8).map((name) => layoutOf(builtin(name).manifest.network).size)).toEqual([354, 105_866, 2, 354, 354, 354, 272_474, 269_722]);
  });

  test('[built-ins] every trajectory names checkpoints, and every network has a trained one, and an initial one unless it is of a family', () => {
    for (const name of NAMES) {
      const { checkpoints, trajectory, provenance } = builtin(name).manifest;
      const ids = checkpoints.map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining([...(FAMILIES.includes(name) ? [] : ['initial']), 'trained', ...trajectory]));
      expect(new Set(ids).size).toBe(ids.length);
      expect(provenance.length).toBeGreaterThan(60);
    }
    expect(builtin('spirals-tiny').manifest.trajectory.length).toBeGreaterThanOrEqual(20);
  });

  test('[built-ins] the seed CNN at its trained weights has the loss and accuracy of the reference, but for rounding pixels to float32', () => {
    const file = readSafetensors(readFileSync(path.join(import.meta.dirname, 'reference/seedcnn-filter-plane.safetensors')));
    if (!file.ok) throw new Error('the reference case cannot be read');
    const middle = (21 * 21 - 1) / 2;
    for (const { set, samples, lossSum, correct } of truthAt(builtin('seed-cnn'), 'trained')) {
      const expected = file.value.get(`plane.${set}.loss.f64`)!.values[middle]!;
      expect(Math.abs(lossSum / samples - expected) / expected).toBeLessThan(1e-6);
      expect((100 * correct) / samples).toBeCloseTo(file.value.get(`plane.${set}.acc.f64`)!.values[middle]!, 9);
    }
  });

  test.each([['spirals-tiny', 0.97], ...SPIRAL_RUNS.map((name) => [name, 0.96] as const)] as const)('[built-ins] %s learned: right for more than %d of all points after training, near chance before', (name, share) => {
    const subject = builtin(name);
    for (const { samples, correct } of truthAt(subject, 'trained')) expect(correct / samples).toBeGreaterThan(share);
    for (const { samples, correct } of truthAt(subject, 'initial')) expect(correct / samples).toBeLessThan(0.65);
    const losses = subject.manifest.trajectory.map((id) => truthAt(subject, id)[0]!.lossSum);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 10);
  });

  test('[built-ins] the runs of the spiral network had the same samples and other first weights, and are small', () => {
    const first = builtin('spirals-tiny');
    for (const run of SPIRAL_RUNS.map(builtin)) {
      expect(loseAlike(first, run)).toBe(true);
      expect(run.checkpoints[0]).not.toEqual(first.checkpoints[0]);
      expect(run.manifest.trajectory.length).toBe(12);
      expect(run.manifest.file.bytes).toBeLessThan(30_000);
    }
  });

  test('[built-ins] the trained line is the minimiser of its squared error', () => {
    const subject = builtin('line-fit');
    const { network, loss } = subject.manifest;
    const at = (m: number, b: number): number =>
      evaluateAt({ network, loss, buffers: [], sets: [{ set: 'train', samples: subject.sets.train }] }, Float64Array.of(m, b))[0]!.lossSum;
    const [m, b] = subject.checkpoints[checkpointIndex(subject.manifest, 'trained')]!;
    const step = 1e-3;
    const slopes = [at(m! + step, b!) - at(m! - step, b!), at(m!, b! + step) - at(m!, b! - step)].map((change) => change / (2 * step));
    for (const slope of slopes) expect(Math.abs(slope)).toBeLessThan(1e-4);
    expect(at(m! + 0.01, b!)).toBeGreaterThan(at(m!, b!));
    expect([...subject.checkpoints[0]!]).toEqual([0, 0]);
  });

  test('[built-ins] what was added for the families is below 35 MB', () => {
    expect(sum(FAMILIES.map((name) => builtin(name).manifest.file.bytes))).toBeLessThan(35e6);
  });

  test.each([...RESNETS, ...FAMILIES])('[built-ins] %s is a network of the zoo on our own images, in a file of a few megabytes', (name) => {
    const { manifest, sets } = builtin(name);
    expect(manifest.network).toEqual(zooNetwork(manifest.network.id));
    expect(manifest.file.bytes).toBeLessThan(7e6);
    // The provenance says which seeds; the generator must still give those very images.
    const seeds = /seeds (\d+) and (\d+)/.exec(manifest.provenance)!.slice(1).map(Number);
    for (const [index, set] of (['train', 'test'] as const).entries()) {
      const made = samplesOf((name.startsWith('width') ? glyphs : colourShapes).generate(createRandom(seeds[index]!), sets[set].count));
      expect(digestOf(new Uint8Array(made.inputs.buffer))).toBe(digestOf(new Uint8Array(sets[set].inputs.slice().buffer)));
      expect([...made.targets]).toEqual([...sets[set].targets]);
    }
  });

  test.each(RESNETS)('[built-ins] %s has in float64 the loss and accuracy that PyTorch measured after training', (name) => {
    const subject = builtin(name);
    const stated = [...subject.manifest.provenance.matchAll(/([\d.e-]+) and ([\d.]+) % on the (\d+)/g)].map((match) => match.slice(1).map(Number));
    const found = truthAt(subject, 'trained');
    expect(stated).toHaveLength(found.length);
    for (const [index, { samples, lossSum, correct }] of found.entries()) {
      const [loss, accuracy, count] = stated[index]!;
      expect(samples).toBe(count);
      expect(Math.abs(lossSum / samples / loss! - 1)).toBeLessThan(1e-4);
      expect((100 * correct) / samples).toBeCloseTo(accuracy!, 0);
    }
  }, 600_000);

  test.each(FAMILIES)('[built-ins] %s, as it is stored, has the loss and correct answers that PyTorch measured, and of its first images those of float64', async (name) => {
    const { manifest, checkpoints, buffers, sets } = builtin(name);
    const { network, loss } = manifest;
    const file = readSafetensors(readFileSync(path.join(BUILTINS, `${manifest.file.digest}.safetensors`)));
    expect(file.ok && file.value.get('checkpoints')?.isHalf).toBe(true);
    const stated = [...manifest.provenance.matchAll(/([\d.e-]+) and ([\d.]+) % on the (\d+)/g)].map((match) => match.slice(1).map(Number));
    // Float64 takes minutes for the deep ones: the tile engine, which float64 judges below, takes all images.
    const found = await onTileEngine({ network, loss, buffers: buffers[0]!, sets: [{ set: 'train', samples: sets.train }, { set: 'test', samples: sets.test }] }, checkpoints[0]!);
    expect(stated).toHaveLength(found.length);
    for (const [index, { samples, lossSum, correct }] of found.entries()) {
      const [stands, accuracy, count] = stated[index]!;
      expect(samples).toBe(count);
      expect(Math.abs(lossSum / samples / stands! - 1)).toBeLessThan(1e-4);
      expect(Math.abs((100 * correct) / samples - accuracy!)).toBeLessThan(100 / samples + 0.06);
    }
    const few: EvaluatedOn = { network, loss, buffers: buffers[0]!, sets: [{ set: 'test', samples: firstOf(sets.test, 2) }] };
    const [truth] = evaluateAt(few, Float64Array.from(checkpoints[0]!));
    const [measured] = await onTileEngine(few, checkpoints[0]!);
    expect(Math.abs(measured!.lossSum / truth!.lossSum - 1)).toBeLessThan(2e-5);
    expect(measured!.correct).toBe(truth!.correct);
  }, 600_000);

  test.each(['width-thin8-1', 'width-thin8-2-noshort'])('[built-ins] the test error of %s is that of all the test images of its seed', (name) => {
    const { manifest, checkpoints, buffers } = builtin(name);
    const { samples, loss, correct } = manifest.results!.test;
    const seed = Number(/seeds \d+ and (\d+)/.exec(manifest.provenance)![1]);
    const all = samplesOf(glyphs.generate(createRandom(seed), samples));
    const [found] = evaluateAt({ network: manifest.network, loss: manifest.loss, buffers: buffers[0]!, sets: [{ set: 'test', samples: all }] }, Float64Array.from(checkpoints[0]!));
    expect(found!.lossSum / samples / loss).toBeCloseTo(1, 4);
    expect(Math.abs(found!.correct - correct)).toBeLessThanOrEqual(1);
  }, 240_000);

  test('[built-ins] with shortcuts the deep network learned in the same time much more than without', () => {
    const [withShortcuts, without] = RESNETS.map((name) => truthAt(builtin(name), 'trained')[1]!);
    expect(withShortcuts!.correct / withShortcuts!.samples).toBeGreaterThan(0.8);
    expect(without!.correct / without!.samples).toBeGreaterThan(0.2);
    expect(withShortcuts!.correct - without!.correct).toBeGreaterThan(0.15 * without!.samples);
  }, 240_000);

  test('[built-ins] the precomputed picture is what float64 gives at its own recipe', () => {
    const subject = builtin('spirals-tiny');
    const surface = JSON.parse(readFileSync(path.join(BUILTINS, 'spirals-tiny.surface.json'), 'utf8')) as { recipe: unknown; sliceId: string; loss: number[] };
    const recipe = readRecipe(surface.recipe, (id) => (id === subject.id ? subject.manifest : undefined));
    if (!recipe.ok) throw new Error(recipe.problems.map(({ message }) => message).join());
    expect(surface.sliceId).toBe(sliceIdOf(recipe.value));
    const grid = gridOf(recipe.value.axes);
    expect(surface.loss).toHaveLength(grid.columns * grid.rows);
    const frame = frameOf(recipe.value, subject);
    const job = { network: subject.manifest.network, loss: recipe.value.loss, buffers: frame.buffers, sets: [{ set: 'train', samples: subject.sets.train }] } as const;
    const parameters = new Float64Array(frame.origin.length);
    const random = createRandom(5);
    for (let draw = 0; draw < 60; draw++) {
      const [column, row] = draw === 0 ? [32, 32] : [random.integer(grid.columns), random.integer(grid.rows)];
      parametersAt(frame, coordinateOf(grid.axes[0]!, column), coordinateOf(grid.axes[1]!, row), parameters);
      const truth = evaluateAt(job, parameters)[0]!;
      expect(surface.loss[row * grid.columns + column]! / (truth.lossSum / truth.samples)).toBeCloseTo(1, 5);
    }
  });
});
