/** Small subjects for tests: real layer programs, made here, so that no file is read. */
import { digestOf } from '#lib/digest.ts';
import { fillNormal } from '#lib/random.ts';
import { subjectIdOf, type Subject, type SubjectManifest } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';

/** y = m·x + b with squared error: θ = (m, b), so a plane shows the whole landscape. */
export function lineSubject(): Subject {
  const inputs = Float32Array.from({ length: 8 }, (_, index) => index / 4 - 1);
  const targets = inputs.map((x) => 2 * x - 0.5);
  const manifest: SubjectManifest = {
    format: 1,
    name: 'line-test',
    title: 'A line',
    summary: 'y = m·x + b',
    network: {
      id: 'line',
      input_shape_chw: [1],
      parameter_order: [
        { name: 'fc.weight', shape: [1, 1], layout: 'out,in' },
        { name: 'fc.bias', shape: [1], layout: 'vector' },
      ],
      buffers: [],
      program: [{ op: 'linear', weight: 'fc.weight', bias: 'fc.bias' }],
    },
    loss: 'squaredError',
    dataset: { title: 'eight points', input_shape_chw: [1], classes: null, scale: null, samples: { train: 8, test: 4 } },
    checkpoints: [
      { id: 'initial', title: 'initial', epoch: 0 },
      { id: 'trained', title: 'trained', epoch: 10 },
    ],
    trajectory: ['initial', 'trained'],
    file: { digest: digestOf('eight points'), bytes: 1 },
    provenance: 'made in a test',
  };
  return {
    id: subjectIdOf(manifest),
    manifest,
    checkpoints: [Float32Array.of(0, 0), Float32Array.of(2, -0.5)],
    buffers: [new Float32Array(0), new Float32Array(0)],
    sets: { train: { count: 8, inputs, targets }, test: { count: 4, inputs: inputs.slice(0, 4), targets: targets.slice(0, 4) } },
  };
}

/** The same line through many points that stray from it: as large as a test of shards needs. */
export function strayingSubject(train: number, test: number): Subject {
  const line = lineSubject();
  const samples = (count: number, seed: number) => {
    const inputs = Float32Array.from({ length: count }, (_, index) => (index / count) * 2 - 1);
    const stray = new Float32Array(count);
    fillNormal(stray, { seed, role: 0, name: 'stray' });
    return { count, inputs, targets: inputs.map((x, index) => 2 * x - 0.5 + 0.3 * stray[index]!) };
  };
  const title = `${train} and ${test} points`;
  const manifest = { ...line.manifest, name: 'straying-test', dataset: { ...line.manifest.dataset, title, samples: { train, test } }, file: { digest: digestOf(title), bytes: 1 } };
  return { ...line, id: subjectIdOf(manifest), manifest, sets: { train: samples(train, 11), test: samples(test, 12) } };
}

/** A random plane of the line subject that every check accepts, with some fields changed. */
export function planeRecipe(change: Partial<SliceRecipe> = {}, counts: readonly [number, number] = [9, 9]): SliceRecipe {
  const axis = (seed: number, count: number) => ({
    direction: { kind: 'random', seed, normalisation: 'none', vectors: 'layer' } as const,
    min: -1,
    max: 1,
    count,
  });
  return {
    format: 1,
    subject: lineSubject().id,
    samples: [{ set: 'train', count: 8 }],
    loss: 'squaredError',
    mode: { batchNorm: 'frozen', dropout: 'off' },
    centre: 'trained',
    axes: [axis(1, counts[0]), axis(2, counts[1])],
    ...change,
  };
}
