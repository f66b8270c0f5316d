/**
 * The safetensors format, read and written: 8 bytes of header length, a JSON header, raw little-endian arrays.
 * Knows nothing of what the tensors mean, nor what the texts beside them (`__metadata__`) say.
 */
import * as z from 'zod/mini';
import { halfBits, widened } from './half.ts';
import { parsed, read, refused, type Parsed } from '#lib/parsed.ts';

export type Tensor = {
  readonly shape: readonly number[];
  readonly values: Float64Array | Float32Array | Uint8Array | Int8Array;
  /** That the file has its floats in half precision; here they stand widened, which is exact. Written so, they are rounded to the nearest. */
  readonly isHalf?: true;
};

const ELEMENT_BYTES = { F64: 8, F32: 4, F16: 2, U8: 1, I8: 1 } as const;
type Dtype = keyof typeof ELEMENT_BYTES;

/** A header larger than this is refused before it is parsed. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024;

const METADATA = '__metadata__';

const metadataSchema = z.record(z.string(), z.string());

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().check(z.nonnegative())),
  data_offsets: z.tuple([z.int().check(z.nonnegative()), z.int().check(z.nonnegative())]),
});

type Header = { readonly entries: Readonly<Record<string, unknown>>; readonly bytes: number };

function readHeader(bytes: Uint8Array): Parsed<Header> {
  if (bytes.byteLength < 8) return refused('not a safetensors file: shorter than its 8-byte length');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > bytes.byteLength) {
    return refused(`not a safetensors file: a header of ${headerBytes} bytes does not fit in ${bytes.byteLength}`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  } catch {
    return refused('not a safetensors file: its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) return refused('not a safetensors file: its header is not an object');
  return parsed({ entries: header as Record<string, unknown>, bytes: headerBytes });
}

/** The texts that stand beside the tensors; empty where there are none. */
export function readMetadata(bytes: Uint8Array): Parsed<Readonly<Record<string, string>>> {
  const header = readHeader(bytes);
  if (!header.ok) return header;
  const metadata = read(metadataSchema, Object.hasOwn(header.value.entries, METADATA) ? header.value.entries[METADATA] : {});
  return metadata.ok ? metadata : refused('the metadata of this safetensors file must be texts by name');
}

export function readSafetensors(bytes: Uint8Array): Parsed<ReadonlyMap<string, Tensor>> {
  const header = readHeader(bytes);
  if (!header.ok) return header;
  const { entries, bytes: headerBytes } = header.value;
  const tensors = new Map<string, Tensor>();
  for (const [name, raw] of Object.entries(entries)) {
    if (name === METADATA) continue;
    const entry = read(entrySchema, raw);
    if (!entry.ok) return refused(`tensor ${name} has no readable header`);
    const { dtype, shape, data_offsets } = entry.value;
    const [begin, end] = data_offsets;
    if (!(dtype in ELEMENT_BYTES)) return refused(`tensor ${name} is ${dtype}; F64, F32, F16, U8 and I8 are read`);
    const size = shape.reduce((product, side) => product * side, 1);
    if (end - begin !== size * ELEMENT_BYTES[dtype as Dtype] || 8 + headerBytes + end > bytes.byteLength) {
      return refused(`tensor ${name} has shape ${shape.join('×')}, which does not fit its ${end - begin} bytes`);
    }
    // A copy, because the data section need not be aligned in the buffer it came in. (Node's Buffer has a `slice` that does not copy.)
    const data = new Uint8Array(bytes.subarray(8 + headerBytes + begin, 8 + headerBytes + end)).buffer;
    tensors.set(name, { shape, values: viewOf(dtype as Dtype, data), ...(dtype === 'F16' ? { isHalf: true } : {}) });
  }
  return parsed(tensors);
}

/** Writes tensors, widest elements first so that every array is aligned to its element size; the same content always has the same bytes. */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const entries = [...tensors].map(([name, tensor]) => ({ name, ...stored(tensor) })).sort((a, b) => ELEMENT_BYTES[b.dtype] - ELEMENT_BYTES[a.dtype]);
  let offset = 0;
  const header: Record<string, { dtype: Dtype; shape: readonly number[]; data_offsets: [number, number] }> = {};
  const texts = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const { name, dtype, shape, values } of entries) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const text = JSON.stringify(texts.length === 0 ? header : { [METADATA]: Object.fromEntries(texts), ...header });
  const headerBytes = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8, ' '));
  const out = new Uint8Array(8 + headerBytes.byteLength + offset);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerBytes.byteLength), true);
  out.set(headerBytes, 8);
  for (const { name, values } of entries) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    out.set(bytes, 8 + headerBytes.byteLength + header[name]!.data_offsets[0]);
  }
  return out;
}

function viewOf(dtype: Dtype, data: ArrayBuffer): Tensor['values'] {
  switch (dtype) {
    case 'F64':
      return new Float64Array(data);
    case 'F32':
      return new Float32Array(data);
    case 'F16':
      return widened(new Uint16Array(data));
    case 'U8':
      return new Uint8Array(data);
    case 'I8':
      return new Int8Array(data);
  }
}

/** A tensor as the file has it. */
function stored({ shape, values, isHalf }: Tensor): { readonly dtype: Dtype; readonly shape: Tensor['shape']; readonly values: Tensor['values'] | Uint16Array } {
  if (isHalf) return { dtype: 'F16', shape, values: Uint16Array.from(values, halfBits) };
  return { dtype: dtypeOf(values), shape, values };
}

function dtypeOf(values: Tensor['values']): Dtype {
  if (values instanceof Float64Array) return 'F64';
  if (values instanceof Float32Array) return 'F32';
  return values instanceof Uint8Array ? 'U8' : 'I8';
}
