/** Numbers in the JSON of a result: finite ones as they are, bit for bit; the others by name, which JSON has no numbers for. */
import * as z from 'zod/mini';

export type JsonNumber = number | 'notANumber' | 'plusInfinity' | 'minusInfinity';

export const jsonNumber: z.ZodMiniType<JsonNumber> = z.union([z.number(), z.enum(['notANumber', 'plusInfinity', 'minusInfinity'])]);

export function toJsonNumber(value: number): JsonNumber {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'notANumber' : value > 0 ? 'plusInfinity' : 'minusInfinity';
}

export function fromJsonNumber(value: JsonNumber): number {
  if (typeof value === 'number') return value;
  return value === 'notANumber' ? NaN : value === 'plusInfinity' ? Infinity : -Infinity;
}
