/** A built-in network before it is written: its manifest without the hashes of files, and its arrays. */
import { digestOf } from '#lib/digest.ts';
import { readSubject } from '#lib/formats/subjectFile.ts';
import { writeSafetensors, type Tensor } from '#lib/formats/safetensors.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { Network, Step, TensorSpec } from '#lib/network/program.ts';
import { PART_SAMPLES, type FileName, type SetName, type Subject, type SubjectManifest } from '#lib/network/subject.ts';

export type Parts = { readonly manifest: Omit<SubjectManifest, 'file'>; readonly tensors: ReadonlyMap<string, Tensor> };

/** `files` are all that the manifest names, by digest. */
export type Built = { readonly manifest: SubjectManifest; readonly files: ReadonlyMap<string, Uint8Array>; readonly subject: Subject };

/** Rows of equal length as one matrix. */
export function stacked(rows: readonly Float32Array[]): Tensor {
  const width = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * width);
  for (const [row, each] of rows.entries()) values.set(each, row * width);
  return { shape: [rows.length, width], values };
}

/** Names the files by their hashes and reads everything back, so that nothing unreadable is ever written. A dataset of more than one part is divided. */
export function build({ manifest, tensors }: Parts): Built {
  const files = new Map<string, Uint8Array>();
  const named = (content: ReadonlyMap<string, Tensor>): FileName => {
    const bytes = writeSafetensors(content);
    const digest = digestOf(bytes);
    files.set(digest, bytes);
    return { digest, bytes: bytes.byteLength };
  };
  const { samples } = manifest.dataset;
  const isDivided = Math.max(samples.train, samples.test) > PART_SAMPLES;
  const partsOf = (set: SetName): readonly FileName[] =>
    Array.from({ length: Math.ceil(samples[set] / PART_SAMPLES) }, (_, part) => named(new Map([['x', rowsIn(tensors.get(`${set}.x`)!, part)], ['y', rowsIn(tensors.get(`${set}.y`)!, part)]])));
  const complete: SubjectManifest = {
    ...manifest,
    dataset: isDivided ? { ...manifest.dataset, parts: { train: partsOf('train'), test: partsOf('test') } } : manifest.dataset,
    file: named(isDivided ? new Map([...tensors].filter(([name]) => !/^(train|test)\./.test(name))) : tensors),
  };
  const subject = readSubject(complete, (digest) => files.get(digest));
  if (!subject.ok) throw new Error(sayProblems(subject.problems));
  return { manifest: complete, files, subject: subject.value };
}

/** The rows of one part of a tensor. */
function rowsIn({ shape: [count, ...row], values }: Tensor, part: number): Tensor {
  const width = row.reduce((product, side) => product * side, 1);
  const first = part * PART_SAMPLES;
  const last = Math.min(count!, first + PART_SAMPLES);
  return { shape: [last - first, ...row], values: values.slice(first * width, last * width) };
}

/** Linear layers with ReLU between them, as trainMlp.ts trains them. @param widths features, hidden widths, classes */
export function reluNetwork(id: string, widths: readonly number[]): Network {
  const parameters: TensorSpec[] = [];
  const program: Step[] = [];
  for (let layer = 1; layer < widths.length; layer++) {
    const [weight, bias] = [`fc${layer}.weight`, `fc${layer}.bias`];
    parameters.push({ name: weight, shape: [widths[layer]!, widths[layer - 1]!], layout: 'out,in' }, { name: bias, shape: [widths[layer]!], layout: 'vector' });
    if (layer > 1) program.push({ op: 'relu' });
    program.push({ op: 'linear', weight, bias });
  }
  return { id, input_shape_chw: [widths[0]!], parameter_order: parameters, buffers: [], program };
}
