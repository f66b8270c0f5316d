/**
 * A directory of reference cases, read: descriptions, arrays, weights at named points, samples.
 *
 * The format is described in tests/reference/README.md. Nothing here depends on the name of a case.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { readSafetensors, type Tensor } from '#lib/formats/safetensors.ts';
import { read, sayProblems, type Parsed } from '#lib/parsed.ts';
import { layoutOf, type Placed } from '#lib/network/layout.ts';
import { networkSchema, type Network } from '#lib/network/program.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const normalisation = z.nullable(z.object({ scale: z.nullish(z.union([z.string(), z.number()])), mean: z.nullish(z.array(z.number())), std: z.nullish(z.array(z.number())) }));

const descriptionSchema = z.object({
  id: z.string(),
  kind: z.string(),
  model: z.optional(z.unknown()),
  weights_case: z.nullish(z.string()),
  tensors_file: z.nullish(z.string()),
  point: z.optional(z.string()),
  data: z.optional(z.looseObject({ file: z.optional(z.string()), x: z.optional(z.string()), y: z.optional(z.string()), normalisation: z.optional(normalisation), n: z.optional(z.record(z.string(), z.number())) })),
  normalisation: z.optional(normalisation),
  points: z.optional(z.record(z.string(), z.unknown())),
  sets: z.optional(z.unknown()),
  shape_chw: z.optional(z.array(z.number())),
  classes: z.optional(z.nullable(z.number())),
  directions: z.optional(z.looseObject({ formula: z.optional(z.unknown()), raw: z.optional(z.unknown()), norm: z.optional(z.string()), ignore: z.optional(z.string()), expected_scale_factors: z.optional(z.record(z.string(), z.record(z.string(), z.number()))) })),
  lines: z.optional(z.record(z.string(), z.unknown())),
  grid: z.optional(z.looseObject({ x: triple, y: z.optional(triple) })),
  grids: z.optional(z.record(z.string(), z.object({ min: z.optional(z.number()), max: z.optional(z.number()), x: z.optional(triple), y: z.optional(triple) }))),
  array_order: z.optional(z.record(z.string(), z.string())),
  evaluation: z.optional(z.looseObject({ loss: z.optional(z.string()) })),
  variants: z.optional(z.array(z.string())),
  trajectory: z.optional(z.looseObject({ tensor: z.string(), final: z.optional(z.number()) })),
  /** Sets of components by name, among remarks in words. */
  pca: z.optional(z.record(z.string(), z.unknown())),
  tolerance: z.optional(z.record(z.string(), z.unknown())),
});

const componentsSchema = z.looseObject({ ignore: z.string(), surface_grid: z.optional(z.unknown()) });

/** The sets of principal components that a trajectory case states, by name. */
export const componentsOf = ({ description }: ReferenceCase): readonly (readonly [string, z.infer<typeof componentsSchema>])[] =>
  Object.entries(description.pca ?? {}).flatMap(([key, value]) => {
    const outcome = componentsSchema.safeParse(value);
    return outcome.success ? [[key, outcome.data] as const] : [];
  });

export type Description = z.infer<typeof descriptionSchema>;

export type Tensors = ReadonlyMap<string, Tensor>;

export type ReferenceCase = {
  readonly description: Description;
  /** The description as it stands in the file, for kinds that say more. */
  readonly raw: unknown;
  readonly tensors: Tensors;
  /** Names of arrays that hold something to be compared with, and that nobody has asked for so far. */
  readonly unread: () => readonly string[];
  /** As stated in verification.json; `acc_ambiguous` in the shape of the surface. */
  readonly ambiguous: (tag: string, set: string) => readonly number[] | null;
  readonly directory: string;
};

/** Descriptions of every case in the directory, by name; a file that is no case is left out. @throws for a case that cannot be read */
export function casesIn(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .filter((name) => headOf(directory, name).kind !== undefined)
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

/** What says that a file is a case, and which. */
const headOf = (directory: string, file: string): { readonly kind?: unknown; readonly id?: unknown; readonly tensors_file?: unknown } => Object(jsonOf(path.join(directory, file)));

/** Cases name each other by id, and the name of a file need not be the id of what is in it. */
function fileOf(directory: string, id: string): string {
  const all = casesIn(directory);
  return all.find((name) => name === id && headOf(directory, `${name}.json`).id === id) ?? all.find((name) => headOf(directory, `${name}.json`).id === id) ?? id;
}

const openById = (directory: string, id: string): ReferenceCase => openCase(directory, fileOf(directory, id));

/** The kind of a case, before anything else of it has to be understood. */
export const kindOf = (directory: string, name: string): string => String(headOf(directory, `${name}.json`).kind);

/** Arrays that say what should come out: not inputs, and not the peer's run in float32. */
const EXPECTED = /\.f64(\/|$)|^exact\.|^pyhessian\.|^peer\.|^check\/|\.exact\./;

/** Remembers which names were asked for, so that what a case says and no check looked at can be told. */
class AskedFor extends Map<string, Tensor> {
  readonly asked = new Set<string>();

  override get(name: string): Tensor | undefined {
    this.asked.add(name);
    return super.get(name);
  }
}

export function openCase(directory: string, name: string): ReferenceCase {
  const raw = jsonOf(path.join(directory, `${name}.json`));
  const description = valueOf(read(descriptionSchema as z.ZodMiniType<Description>, raw), name);
  const tensors = new AskedFor(tensorsIn(directory, description.tensors_file ?? `${name}.safetensors`));
  const verified = verificationOf(directory, description.id);
  return {
    description,
    raw,
    tensors,
    unread: () => [...tensors.keys()].filter((each) => EXPECTED.test(each) && !tensors.asked.has(each)),
    directory,
    ambiguous: (tag, set) => {
      const found = verified[`${tag}.${set}`] ?? verified[tag];
      return found?.acc_ambiguous ? (found.acc_ambiguous as readonly unknown[]).flat().map(Number) : null;
    },
  };
}

/** The model of the case, or of the case it takes its weights from. */
export function networkOf({ description, directory }: ReferenceCase): Network {
  const model = description.model ?? (description.weights_case && openById(directory, description.weights_case).description.model);
  return valueOf(read(networkSchema, model), `${description.id}: model`);
}

/** θ and the batch-norm statistics at a named point, widened to float64; null where the files have no such point. */
export function pointNamed(found: ReferenceCase, name: string): { parameters: Float64Array; buffers: Float64Array } | null {
  const layout = layoutOf(networkOf(found));
  const { weights_case } = found.description;
  const sources = [found.tensors, ...(weights_case ? [openById(found.directory, weights_case).tensors] : [])];
  const source = sources.find((tensors) => layout.tensors.some((tensor) => tensors.has(`${name}/${tensor.name}`)));
  if (!source) return null;
  for (const tensor of [...layout.tensors, ...layout.buffers]) {
    const length = source.get(`${name}/${tensor.name}`)?.values.length;
    if (length !== tensor.size) throw new Error(`${found.description.id}: ${name}/${tensor.name} has ${length ?? 'no'} numbers, expected ${tensor.size}`);
  }
  return { parameters: gathered(source, name, layout.tensors), buffers: gathered(source, name, layout.buffers) };
}

/** The tensors under `prefix/` as one flat vector; an absent one is zero. */
export function gathered(tensors: Tensors, prefix: string, placed: readonly Placed[]): Float64Array {
  const out = new Float64Array(placed.reduce((sum, { size }) => sum + size, 0));
  for (const { name, offset, size } of placed) {
    const found = tensors.get(`${prefix}/${name}`);
    if (!found) continue;
    if (found.values.length !== size) throw new Error(`${prefix}/${name} has ${found.values.length} numbers, expected ${size}`);
    out.set(found.values, offset);
  }
  return out;
}

export type ReferenceSamples = { readonly count: number; readonly inputs: Float64Array; readonly targets: Float32Array };

/** The first samples of a set, as many as the case states, scaled and normalised per channel in double. */
export function samplesOf({ description, tensors, directory }: ReferenceCase, set: string): ReferenceSamples {
  const { data, id } = description;
  if (!data) throw new Error(`${id} names no data`);
  const isOwn = data.file === undefined || data.file === 'self';
  const shared = isOwn ? null : dataCaseOf(directory, data.file!);
  const source = isOwn ? tensors : (shared?.tensors ?? tensorsIn(directory, data.file!));
  const x = samplesNamed(source, data.x, set, 'x');
  const y = samplesNamed(source, data.y, set, 'y');
  if (!x || !y) throw new Error(`${id}: no samples for the set ${set}`);
  const count = Math.min(y.values.length, data.n?.[set] ?? Infinity);
  const inputs = normalised(x, data.normalisation === undefined ? shared?.description.normalisation : data.normalisation).subarray(0, (x.values.length / y.values.length) * count);
  return { count, inputs, targets: Float32Array.from(y.values.subarray(0, count)) };
}

/** A name without `<set>` is that of one set: it is used only where the other set has no samples by the usual name. */
const samplesNamed = (source: Tensors, name: string | undefined, set: string, axis: 'x' | 'y'): Tensor | undefined =>
  (name?.includes('<set>') ? source.get(name.replace('<set>', set)) : undefined) ?? source.get(`${set}.${axis}`) ?? source.get(name ?? '');

/** The case whose arrays are in `file`, or that has it as its id; null where only the file is there. */
function dataCaseOf(directory: string, file: string): ReferenceCase | null {
  const all = casesIn(directory);
  const owner = all.find((name) => headOf(directory, `${name}.json`).tensors_file === file) ?? all.find((name) => [name, headOf(directory, `${name}.json`).id].includes(file.replace(/\.(json|safetensors)$/, '')));
  return owner === undefined ? null : openCase(directory, owner);
}

type Normalisation = z.infer<typeof normalisation>;

/** Pixels are divided by it: `1/255`, or the factor as a number. @throws for other words */
function divisorOf(scale: string | number | null | undefined): number {
  if (scale === null || scale === undefined) return 1;
  const divisor = typeof scale === 'number' ? 1 / scale : Number(/^1\/([\d.]+)$/.exec(scale)?.[1]);
  if (!Number.isFinite(divisor)) throw new Error(`the scale "${scale}" is not understood`);
  return divisor;
}

/** Pixels [samples, channels, …] scaled and normalised per channel, in double. */
export function normalised({ shape, values }: Tensor, how: Normalisation | undefined): Float64Array {
  const { scale, mean, std } = how ?? {};
  const divisor = divisorOf(scale);
  const plane = shape.slice(2).reduce((product, side) => product * side, 1);
  const channels = shape[1] ?? 1;
  return Float64Array.from(values, (value, index) => {
    const channel = Math.floor(index / plane) % channels;
    return (value / divisor - (mean?.[channel] ?? 0)) / (std?.[channel] ?? 1);
  });
}

const cache = new Map<string, Tensors>();

function tensorsIn(directory: string, name: string): Tensors {
  const file = path.join(directory, name);
  const known = cache.get(file);
  if (known) return known;
  const tensors = valueOf(readSafetensors(readFileSync(file)), name);
  cache.set(file, tensors);
  return tensors;
}

function verificationOf(directory: string, id: string): Readonly<Record<string, { acc_ambiguous?: unknown } | undefined>> {
  const file = path.join(directory, 'verification.json');
  if (!existsSync(file)) return {};
  const { cases } = jsonOf(file) as { cases?: Record<string, Record<string, { acc_ambiguous?: unknown }>> };
  return cases?.[id] ?? {};
}

const jsonOf = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

function valueOf<T>(outcome: Parsed<T>, what: string): T {
  if (!outcome.ok) throw new Error(`${what}: ${sayProblems(outcome.problems)}`);
  return outcome.value;
}
