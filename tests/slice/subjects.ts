/** A subject made of given weight vectors, for tests of directions and frames. */
import type { Network } from '#lib/network/program.ts';
import { subjectIdOf, type Samples, type Subject, type SubjectManifest } from '#lib/network/subject.ts';

const NO_SAMPLES = { count: 0, inputs: new Float32Array(0), targets: new Float32Array(0) };

type Given = readonly (readonly number[] | Float32Array)[];

/** Checkpoints are called w0, w1, …; statistics and samples where a test needs some. */
export function subjectOf(network: Network, checkpoints: Given, more: { readonly buffers?: Given; readonly train?: Samples; readonly test?: Samples } = {}): Subject {
  const sets = { train: more.train ?? NO_SAMPLES, test: more.test ?? NO_SAMPLES };
  const manifest: SubjectManifest = {
    format: 1,
    name: 'test',
    title: 'Test',
    summary: '',
    network,
    loss: 'crossEntropy',
    dataset: { title: '', input_shape_chw: network.input_shape_chw, classes: 10, scale: null, samples: { train: sets.train.count, test: sets.test.count } },
    checkpoints: checkpoints.map((_, index) => ({ id: `w${index}`, title: `w${index}` })),
    trajectory: [],
    file: { digest: '0'.repeat(64), bytes: 0 },
    provenance: 'made for a test',
  };
  return {
    id: subjectIdOf(manifest),
    manifest,
    checkpoints: checkpoints.map((values) => Float32Array.from(values)),
    buffers: checkpoints.map((_, index) => Float32Array.from(more.buffers?.[index] ?? [])),
    sets,
  };
}

/** A network that is nothing but one vector of parameters. */
export const vectorNetwork = (size: number): Network => ({
  id: 'vector',
  input_shape_chw: [1],
  parameter_order: [{ name: 'v', shape: [size] }],
  buffers: [],
  program: [],
});
