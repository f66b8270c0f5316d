/** Numbers by formula: raw directions that a case describes instead of carrying them. */
import type { Layout } from '#lib/network/layout.ts';

/** u(name, i) = fmix32((i·0x9E3779B1 + fnv1a32(name)) mod 2³²) / 2³², raw = float32(2u − 1), tensor by tensor. */
export function rawDirection(layout: Layout, prefix: string): Float64Array {
  const out = new Float64Array(layout.size);
  for (const { name, offset, size } of layout.tensors) {
    const hash = fnv1a(`${prefix}/${name}`);
    for (let index = 0; index < size; index++) {
      out[offset + index] = Math.fround(2 * (mixed((Math.imul(index, 0x9e3779b1) + hash) >>> 0) / 2 ** 32) - 1);
    }
  }
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
