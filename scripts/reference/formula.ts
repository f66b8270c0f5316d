/** Numbers by formula: weights, raw directions and images that a case describes instead of carrying them. */
import type { Placed } from '#lib/network/layout.ts';

/**
 * The formulas of the reference's zoo-forward case: u(name, i) = fmix32((i·0x9E3779B1 + fnv1a32(name) + salt) mod 2³²) / 2³², with i
 * the row-major index of an element. `use` gets every u of one name.
 */
function hashed(out: Float64Array, offset: number, size: number, name: string, salt: number, use: (u: number) => number): void {
  const hash = fnv1a(name) + salt;
  for (let index = 0; index < size; index++) out[offset + index] = use(mixed((Math.imul(index, 0x9e3779b1) + hash) >>> 0) / 2 ** 32);
}

/** What a description says of raw directions: the names before the slash, `rawx` and `rawy` otherwise, and the salt, as a number or in words. */
export function formulaWordsOf(directions: { readonly formula?: unknown; readonly raw?: unknown } | undefined): { readonly prefixes: readonly string[]; readonly salt: number } {
  const { raw_direction, salt } = Object(directions?.formula) as { raw_direction?: unknown; salt?: unknown };
  const names = /'<([^|>]+)\|([^|>]+)>\//.exec(String(raw_direction));
  const inWords = /\bsalt\s*[:=]?\s*(\d+)/.exec(String(directions?.raw));
  return { prefixes: names ? [names[1]!, names[2]!] : ['rawx', 'rawy'], salt: Number(salt ?? inWords?.[1] ?? 0) };
}

/** raw = float32(2u − 1) with the name `<prefix>/<tensor>`, tensor by tensor. */
export function rawDirection({ tensors, size }: { readonly tensors: readonly Placed[]; readonly size: number }, prefix: string, salt = 0): Float64Array {
  const out = new Float64Array(size);
  for (const tensor of tensors) hashed(out, tensor.offset, tensor.size, `${prefix}/${tensor.name}`, salt, (u) => Math.fround(2 * u - 1));
  return out;
}

/**
 * Weights or statistics: tensors of rank ≥ 2 are (2u − 1)·gain·√(6 / fan-in), vectors called `*.weight` or `*.running_var` are ½ + u,
 * every other vector is (2u − 1)·0.2; in double, rounded once to float32.
 */
export function formulaWeights(placed: readonly Placed[], gain: number, salt = 0): Float64Array {
  const out = new Float64Array(placed.reduce((sum, { size }) => sum + size, 0));
  for (const { name, offset, size, shape } of placed) {
    if (shape.length >= 2) {
      const bound = gain * Math.sqrt(6 / (size / shape[0]!));
      hashed(out, offset, size, name, salt, (u) => Math.fround((2 * u - 1) * bound));
    } else if (name.endsWith('.weight') || name.endsWith('.running_var')) hashed(out, offset, size, name, salt, (u) => Math.fround(0.5 + u));
    else hashed(out, offset, size, name, salt, (u) => Math.fround((2 * u - 1) * 0.2));
  }
  return out;
}

/** Bytes of images under one name: u8 = ⌊256·u⌋. */
export function formulaImages(name: string, length: number, salt = 0): Uint8Array {
  const out = new Float64Array(length);
  hashed(out, 0, length, name, salt, (u) => Math.floor(256 * u));
  return Uint8Array.from(out);
}

/** Classes under one name: ⌊count·u⌋. */
export function formulaLabels(name: string, length: number, count: number): Float64Array {
  const out = new Float64Array(length);
  hashed(out, 0, length, name, 0, (u) => Math.floor(count * u));
  return out;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The finaliser of MurmurHash3. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
