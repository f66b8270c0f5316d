/**
 * A subject's file: its arrays in one safetensors file, checked against the manifest that names it.
 *
 * Tensors: `checkpoints` [checkpoints, θ], `buffers` [checkpoints, statistics], `train.x`, `train.y`, `test.x`, `test.y`.
 */
import { digestOf } from '#lib/digest.ts';
import { parsed, read, refused, type Parsed } from '#lib/parsed.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { manifestSchema, subjectIdOf, type Samples, type SetName, type Subject } from '#lib/network/subject.ts';
import { readSafetensors } from './safetensors.ts';

/** Reads a manifest and its file together; refuses a file whose hash or shapes do not fit. */
export function readSubject(manifestJson: unknown, bytes: Uint8Array): Parsed<Subject> {
  const outcome = read(manifestSchema, manifestJson);
  if (!outcome.ok) return outcome;
  const manifest = outcome.value;
  const found = digestOf(bytes);
  if (found !== manifest.file.digest) return refused(`the file of ${manifest.name} has hash ${found}, expected ${manifest.file.digest}`);
  const tensors = readSafetensors(bytes);
  if (!tensors.ok) return tensors;
  const layout = layoutOf(manifest.network);
  const rows = manifest.checkpoints.length;
  const matrix = tensors.value.get('checkpoints');
  if (!matrix || matrix.values.length !== rows * layout.size) {
    return refused(`${manifest.name}: tensor checkpoints must hold ${rows} × ${layout.size} numbers, found ${matrix?.values.length ?? 'none'}`);
  }
  const buffers = tensors.value.get('buffers');
  if (layout.bufferSize > 0 && buffers?.values.length !== rows * layout.bufferSize) {
    return refused(`${manifest.name}: tensor buffers must hold ${rows} × ${layout.bufferSize} numbers`);
  }
  const sets: Partial<Record<SetName, Samples>> = {};
  for (const set of ['train', 'test'] as const) {
    const count = manifest.dataset.samples[set];
    const x = tensors.value.get(`${set}.x`);
    const y = tensors.value.get(`${set}.y`);
    const width = manifest.dataset.input_shape_chw.reduce((product, side) => product * side, 1);
    if (!x || !y || x.values.length !== count * width || y.values.length !== count) {
      return refused(`${manifest.name}: tensors ${set}.x and ${set}.y must hold ${count} samples of ${width} numbers`);
    }
    const inputs = manifest.dataset.scale === '1/255' ? Float32Array.from(x.values, (value) => value / 255) : Float32Array.from(x.values);
    sets[set] = { count, inputs, targets: Float32Array.from(y.values) };
  }
  return parsed({
    id: subjectIdOf(manifest),
    manifest,
    checkpoints: rowsOf(matrix.values, rows, layout.size),
    buffers: rowsOf(buffers?.values ?? new Float32Array(0), rows, layout.bufferSize),
    sets: sets as Record<SetName, Samples>,
  });
}

const rowsOf = (values: ArrayLike<number>, rows: number, width: number): readonly Float32Array[] => {
  const all = Float32Array.from(values);
  return Array.from({ length: rows }, (_, row) => all.subarray(row * width, (row + 1) * width));
};
