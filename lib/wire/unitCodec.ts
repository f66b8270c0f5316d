/** The result of a unit as bytes: canonical JSON, so that the same result has one name. Reading never throws, and checks the kind's form. */
import { canonicalJson } from '#lib/digest.ts';
import { parsed, read, refused, type Parsed } from '#lib/parsed.ts';
import { KINDS, type KindName, type UnitOf } from '#lib/analysis/requests/requests.ts';
import type * as z from 'zod/mini';

/** A result names its large arrays as files; what it holds itself fits into one message. */
export const MAX_UNIT_BYTES = 192 * 1024;

export const encodeUnit = (unit: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(canonicalJson(unit));

export function decodeUnit<Name extends KindName>(kind: Name, bytes: Uint8Array): Parsed<UnitOf<Name>> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refused('the result of an analysis must be JSON');
  }
  const outcome = read(KINDS[kind].unit as unknown as z.ZodMiniType<UnitOf<Name>>, json);
  return outcome.ok ? parsed(outcome.value) : outcome;
}
