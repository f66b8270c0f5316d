/**
 * One vector of parameter space as a file: a direction or a point, with what it is and how it was made beside it.
 *
 * Tensor `vector` [θ] in float32; the texts `tarn.vector`, `subject`, `title` and `made` in the metadata. The file is
 * named by the hash of its bytes, and the same vector made the same way has the same bytes. Rule B3 in docs/SPEC.md.
 */
import { canonicalJson, digestSchema } from '#lib/digest.ts';
import { parsed, read, refused, type Parsed } from '#lib/parsed.ts';
import { readMetadata, readSafetensors, writeSafetensors } from './safetensors.ts';

/** `direction`: a displacement; `point`: a place, such as the bend of a curve. */
const KINDS = ['direction', 'point'] as const;

export type VectorFile = {
  readonly kind: (typeof KINDS)[number];
  /** The network in whose parameter space it lies. */
  readonly subject: string;
  readonly title: string;
  /** How it was made: plain JSON, for people and for making it again. */
  readonly made: unknown;
  /** As long as θ. */
  readonly values: Float32Array;
};

const MAX_TITLE = 120;

export function writeVectorFile({ kind, subject, title, made, values }: VectorFile): Uint8Array<ArrayBuffer> {
  return writeSafetensors(new Map([['vector', { shape: [values.length], values }]]), {
    'tarn.vector': kind,
    subject,
    title: title.slice(0, MAX_TITLE),
    made: canonicalJson(made),
  });
}

/** Reads a vector's file. Whether it is of the right network, and as long as its θ, is for who knows the network. */
export function readVectorFile(bytes: Uint8Array): Parsed<VectorFile> {
  const metadata = readMetadata(bytes);
  if (!metadata.ok) return metadata;
  const tensors = readSafetensors(bytes);
  if (!tensors.ok) return tensors;
  const { 'tarn.vector': name, subject, title = '', made = 'null' } = metadata.value;
  const kind = KINDS.find((each) => each === name);
  if (!kind) return refused('this file is not a vector: its metadata has no tarn.vector of direction or point');
  const id = read(digestSchema, subject);
  if (!id.ok) return refused('this vector does not say which network it belongs to');
  const values = tensors.value.get('vector')?.values;
  if (!(values instanceof Float32Array)) return refused('this vector has no float32 tensor called vector');
  if (!values.every(Number.isFinite)) return refused('this vector holds numbers that are not finite');
  try {
    return parsed({ kind, subject: id.value, title: title.slice(0, MAX_TITLE), made: JSON.parse(made) as unknown, values });
  } catch {
    return refused('how this vector was made is not JSON');
  }
}
