/** A subject made of given weight vectors, for tests of directions and frames. */
import type { Network } from '#lib/network/program.ts';
import { subjectIdOf, type Subject, type SubjectManifest } from '#lib/network/subject.ts';

const NO_SAMPLES = { count: 0, inputs: new Float32Array(0), targets: new Float32Array(0) };

/** Checkpoints are called w0, w1, … */
export function subjectOf(network: Network, checkpoints: readonly (readonly number[] | Float32Array)[]): Subject {
  const manifest: SubjectManifest = {
    format: 1,
    name: 'test',
    title: 'Test',
    summary: '',
    network,
    loss: 'crossEntropy',
    dataset: { title: '', input_shape_chw: network.input_shape_chw, classes: 10, scale: null, samples: { train: 0, test: 0 } },
    checkpoints: checkpoints.map((_, index) => ({ id: `w${index}`, title: `w${index}` })),
    trajectory: [],
    file: { digest: '0'.repeat(64), bytes: 0 },
    provenance: 'made for a test',
  };
  return {
    id: subjectIdOf(manifest),
    manifest,
    checkpoints: checkpoints.map((values) => Float32Array.from(values)),
    buffers: checkpoints.map(() => new Float32Array(0)),
    sets: { train: NO_SAMPLES, test: NO_SAMPLES },
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
