/** Content addresses: SHA-256 as lower-case hex, and the one way JSON is written before it is hashed. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import * as z from 'zod/mini';

export const digestSchema = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 hash in hexadecimal'));

/** SHA-256 of bytes, or of a text in UTF-8. */
export const digestOf = (content: Uint8Array | string): string =>
  bytesToHex(sha256(typeof content === 'string' ? utf8ToBytes(content) : content));

/**
 * JSON with keys in code-point order and undefined fields left out, so equal values have equal text.
 * Numbers are written as JavaScript writes them (shortest form that reads back), -0 as 0.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
