/** A built-in network before it is written: its manifest without the file's hash, and its arrays. */
import { digestOf } from '#lib/digest.ts';
import { readSubject } from '#lib/formats/subjectFile.ts';
import { writeSafetensors, type Tensor } from '#lib/formats/safetensors.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { Network, Step, TensorSpec } from '#lib/network/program.ts';
import type { Subject, SubjectManifest } from '#lib/network/subject.ts';

export type Parts = { readonly manifest: Omit<SubjectManifest, 'file'>; readonly tensors: ReadonlyMap<string, Tensor> };

export type Built = { readonly manifest: SubjectManifest; readonly bytes: Uint8Array; readonly subject: Subject };

/** Rows of equal length as one matrix. */
export function stacked(rows: readonly Float32Array[]): Tensor {
  const width = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * width);
  for (const [row, each] of rows.entries()) values.set(each, row * width);
  return { shape: [rows.length, width], values };
}

/** Names the file by its hash and reads everything back, so that nothing unreadable is ever written. */
export function build({ manifest, tensors }: Parts): Built {
  const bytes = writeSafetensors(tensors);
  const complete = { ...manifest, file: { digest: digestOf(bytes), bytes: bytes.byteLength } };
  const subject = readSubject(complete, bytes);
  if (!subject.ok) throw new Error(sayProblems(subject.problems));
  return { manifest: complete, bytes, subject: subject.value };
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
