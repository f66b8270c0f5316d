/**
 * A vector of somebody else's making, read against the network whose parameter space it has to lie in: one of our own vector files, a
 * direction tensor by tensor as the field's tools keep it, or one flat tensor.
 *
 * What does not fit is refused with what was found and what was wanted. Rule B4 in docs/SPEC.md.
 */
import { parsed, refused, type Parsed } from '#lib/parsed.ts';
import { layoutOf, type Placed } from '#lib/network/layout.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { readMetadata, readSafetensors, type Tensor } from './safetensors.ts';
import { readVectorFile, type VectorFile } from './vectorFile.ts';

/** The network that is looked at, by its id. */
type Wanted = { readonly id: string; readonly manifest: SubjectManifest };

/**
 * @param name of the file, which becomes the title of a vector that has none
 * @param kind what a file that does not say it is taken for: a direction, or a point such as other weights
 */
export function importVector(bytes: Uint8Array, name: string, kind: VectorFile['kind'], { id, manifest }: Wanted): Parsed<VectorFile> {
  const metadata = readMetadata(bytes);
  if (!metadata.ok) return metadata;
  const { tensors: wanted, size } = layoutOf(manifest.network);
  if ('tarn.vector' in metadata.value) {
    const own = readVectorFile(bytes);
    if (!own.ok) return own;
    const { values, subject, title } = own.value;
    if (values.length !== size) return refused(`“${title}” has ${counted(values.length)} numbers, ${manifest.title} has ${counted(size)} parameters: choose a vector of this network`);
    return subject === id ? own : refused(`“${title}” was made for another network (${subject.slice(0, 12)}…) than ${manifest.title}: choose that network above, or a vector of this one`);
  }
  const tensors = readSafetensors(bytes);
  if (!tensors.ok) return tensors;
  const flat = flattened(tensors.value, wanted, size, manifest.title);
  if (!flat.ok) return flat;
  const values = flat.value;
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) return refused(`number ${counted(broken + 1)} of ${name} is ${values[broken]}: a vector holds finite numbers only`);
  if (kind === 'direction' && values.every((value) => value === 0)) return refused(`every number of ${name} is zero, so it leads nowhere`);
  return parsed({ kind, subject: id, title: name.replace(/\.safetensors$/i, '').slice(0, 120), made: { by: 'imported', file: name }, values });
}

const counted = (count: number): string => count.toLocaleString('en-GB');

function flattened(tensors: ReadonlyMap<string, Tensor>, wanted: readonly Placed[], size: number, network: string): Parsed<Float32Array> {
  const [only] = tensors.values();
  if (tensors.size === 1 && only && only.shape.length === 1 && !wanted.some(({ name }) => tensors.has(name))) {
    if (only.values.length !== size) return refused(`this file holds one vector of ${counted(only.values.length)} numbers, ${network} has ${counted(size)} parameters: choose a vector of this network`);
    return parsed(Float32Array.from(only.values));
  }
  const missing = wanted.filter(({ name }) => !tensors.has(name));
  if (missing.length > 0) {
    const held = [...tensors.keys()].slice(0, 4).join(', ');
    return refused(`this file has no tensor ${missing[0]!.name}${missing.length > 1 ? ` (nor ${missing.length - 1} more)` : ''} of ${network}; it holds ${held === '' ? 'nothing' : held}: name its tensors as the network does, or give one flat tensor of ${counted(size)} numbers`);
  }
  const out = new Float32Array(size);
  for (const { name, shape, offset } of wanted) {
    const tensor = tensors.get(name)!;
    if (tensor.shape.join('×') !== shape.join('×')) return refused(`tensor ${name} is ${sides(tensor.shape)} in this file and ${sides(shape)} in ${network}: choose a vector of this network`);
    out.set(tensor.values, offset);
  }
  return parsed(out);
}

const sides = (shape: readonly number[]): string => (shape.length === 0 ? 'a single number' : shape.join(' × '));
