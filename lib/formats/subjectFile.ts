/**
 * The files of a subject: its arrays in safetensors files, each checked against the hash by which the manifest names it.
 *
 * Tensors of its own file: `checkpoints` [checkpoints, θ], `buffers` [checkpoints, statistics], and `train.x`, `train.y`, `test.x`, `test.y`.
 * A large dataset is kept in parts instead, a file of `x` and `y` for each run of PART_SAMPLES of a set: who computes a few fetches those.
 * Rule G7 in docs/SPEC.md.
 */
import { digestOf } from '#lib/digest.ts';
import { parsed, read, refused, type Parsed } from '#lib/parsed.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { isWhole, manifestSchema, PART_SAMPLES, samplesFrom, subjectIdOf, type FileName, type SamplePart, type Samples, type SetName, type Subject, type SubjectHere, type SubjectManifest, type SubjectWeights } from '#lib/network/subject.ts';
import { readSafetensors, type Tensor } from './safetensors.ts';

type Tensors = ReadonlyMap<string, Tensor>;

const SETS = ['train', 'test'] as const;

/**
 * Reads a manifest and all its files; refuses a file whose hash or shapes do not fit.
 *
 * @param bytesOf the file of a digest, undefined where it is not at hand
 */
export function readSubject(manifestJson: unknown, bytesOf: (digest: string) => Uint8Array | undefined): Parsed<Subject> {
  const outcome = read(manifestSchema, manifestJson);
  if (!outcome.ok) return outcome;
  const manifest = outcome.value;
  const own = bytesOf(manifest.file.digest);
  if (!own) return refused(`the file ${manifest.file.digest} of ${manifest.name} is not at hand`);
  const weights = readWeights(manifest, own);
  if (!weights.ok) return weights;
  const { parts } = manifest.dataset;
  if (isWhole(weights.value)) return parsed(weights.value);
  const pieces: SamplePart[] = [];
  for (const set of SETS) {
    for (const [part, { digest }] of parts![set].entries()) {
      const bytes = bytesOf(digest);
      if (!bytes) return refused(`the file ${digest} of ${manifest.name} is not at hand`);
      const piece = readPart(manifest, set, part, bytes);
      if (!piece.ok) return piece;
      pieces.push(piece.value);
    }
  }
  return parsed(wholeOf(weights.value, pieces));
}

/** A subject with its samples. @param parts all that the manifest names */
export function wholeOf(weights: SubjectWeights, parts: readonly SamplePart[]): Subject {
  const { samples } = weights.manifest.dataset;
  const all = (set: SetName): Samples => (samples[set] === 0 ? { count: 0, inputs: new Float32Array(0), targets: new Float32Array(0) } : samplesFrom(parts, { set, first: 0, count: samples[set] }));
  return { ...weights, sets: { train: all('train'), test: all('test') } };
}

/** A subject's own file: its weights, and its samples where they are not kept in parts. */
export function readWeights(manifest: SubjectManifest, bytes: Uint8Array): Parsed<SubjectHere> {
  const tensors = tensorsOf(manifest, manifest.file, bytes);
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
  const weights: SubjectWeights = {
    id: subjectIdOf(manifest),
    manifest,
    checkpoints: rowsOf(matrix.values, rows, layout.size),
    buffers: rowsOf(buffers?.values ?? new Float32Array(0), rows, layout.bufferSize),
  };
  const { parts, samples } = manifest.dataset;
  if (parts) {
    const wrong = SETS.find((set) => parts[set].length !== Math.ceil(samples[set] / PART_SAMPLES));
    return wrong ? refused(`${manifest.name} has ${samples[wrong]} ${wrong} samples, which are not ${parts[wrong].length} parts of ${PART_SAMPLES}`) : parsed(weights);
  }
  const sets: Partial<Record<SetName, Samples>> = {};
  for (const set of SETS) {
    const read = samplesOf(manifest, tensors.value, [`${set}.x`, `${set}.y`], samples[set]);
    if (!read.ok) return read;
    sets[set] = read.value;
  }
  return parsed({ ...weights, sets: sets as Subject['sets'] });
}

/** One part of a dataset. @param part which the manifest has */
export function readPart(manifest: SubjectManifest, set: SetName, part: number, bytes: Uint8Array): Parsed<SamplePart> {
  const tensors = tensorsOf(manifest, manifest.dataset.parts![set][part]!, bytes);
  if (!tensors.ok) return tensors;
  const first = part * PART_SAMPLES;
  const samples = samplesOf(manifest, tensors.value, ['x', 'y'], Math.min(PART_SAMPLES, manifest.dataset.samples[set] - first));
  return samples.ok ? parsed({ set, first, samples: samples.value }) : samples;
}

function tensorsOf(manifest: SubjectManifest, { digest }: FileName, bytes: Uint8Array): Parsed<Tensors> {
  const found = digestOf(bytes);
  return found === digest ? readSafetensors(bytes) : refused(`a file of ${manifest.name} has hash ${found}, expected ${digest}`);
}

function samplesOf({ name, dataset }: SubjectManifest, tensors: Tensors, [inputsName, targetsName]: readonly [string, string], count: number): Parsed<Samples> {
  const x = tensors.get(inputsName);
  const y = tensors.get(targetsName);
  const width = dataset.input_shape_chw.reduce((product, side) => product * side, 1);
  if (!x || !y || x.values.length !== count * width || y.values.length !== count) {
    return refused(`${name}: tensors ${inputsName} and ${targetsName} must hold ${count} samples of ${width} numbers`);
  }
  const inputs = new Float32Array(x.values);
  // A loop: `from` with a function takes ten times as long, and a server starts with the images of all its networks.
  if (dataset.scale === '1/255') for (let at = 0; at < inputs.length; at++) inputs[at] = x.values[at]! / 255;
  return parsed({ count, inputs, targets: new Float32Array(y.values) });
}

const rowsOf = (values: ArrayLike<number>, rows: number, width: number): readonly Float32Array[] => {
  const all = Float32Array.from(values);
  return Array.from({ length: rows }, (_, row) => all.subarray(row * width, (row + 1) * width));
};
