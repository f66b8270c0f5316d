/**
 * Writes what a training program needs: a network of the zoo as data, and samples from our own generators.
 *
 *     node --import tsx scripts/exportTraining.ts NETWORK DATASET DIR [--train 2000] [--test 500] [--seed 1]
 *
 * DIR gets network.json and samples.safetensors (train.x, train.y, test.x, test.y). A network whose input differs from the data set's is
 * refused, but `linear` and `notebook` are made to fit. scripts/builtins/train.py takes it from there.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeSafetensors, type Tensor } from '#lib/formats/safetensors.ts';
import { GENERATORS } from '#lib/network/datasets/datasets.ts';
import type { Generator } from '#lib/network/datasets/generated.ts';
import type { Network } from '#lib/network/program.ts';
import { mlp, notebookCnn } from '#lib/network/zoo/smallNets.ts';
import { zooNetwork } from '#lib/network/zoo/zoo.ts';
import { createRandom } from '#lib/random.ts';

/** Test samples come from a seed of their own. */
const seedsOf = (seed: number) => ({ train: 2 * seed, test: 2 * seed + 1 });

function networkFor(name: string, { input, classes }: Generator): Network {
  const outputs = classes ?? 1;
  if (name === 'linear') return mlp({ id: name, input, hidden: [], outputs });
  if (name === 'notebook') return notebookCnn({ id: name, dropout: 0.2, input: input as [number, number, number], classes: outputs });
  const network = zooNetwork(name);
  if (!network) throw new Error(`the zoo has no ${name}`);
  if (network.input_shape_chw.join() !== input.join()) throw new Error(`${name} takes ${network.input_shape_chw.join('×')}, and the samples are ${input.join('×')}`);
  return network;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { train: { type: 'string', default: '2000' }, test: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' } },
  });
  const [name, dataset, directory] = positionals;
  const generator = GENERATORS.find((each) => each.name === dataset);
  if (!name || !directory) throw new Error('which network, data set and directory?  exportTraining.ts NETWORK DATASET DIR');
  if (!generator) throw new Error(`there is no data set ${dataset}: ${GENERATORS.map((each) => each.name).join(', ')}`);
  const network = networkFor(name, generator);
  const seeds = seedsOf(Number(values.seed));
  const tensors = new Map<string, Tensor>();
  for (const set of ['train', 'test'] as const) {
    const { count, inputs, targets } = generator.generate(createRandom(seeds[set]), Number(values[set]));
    tensors.set(`${set}.x`, { shape: [count, ...generator.input], values: inputs });
    tensors.set(`${set}.y`, { shape: [count], values: generator.classes === null ? targets : Uint8Array.from(targets) });
  }
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'network.json'), `${JSON.stringify({ dataset, seeds, network })}\n`);
  writeFileSync(path.join(directory, 'samples.safetensors'), writeSafetensors(tensors));
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
