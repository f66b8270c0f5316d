/**
 * What a unit can be gone on with from, as a file: named arrays of doubles, with the analysis and the unit that they belong to.
 *
 * It knows no method: whoever reads a state looks whether its arrays fit.
 */
import { analysisIdOf } from '#lib/analysis/requests/requests.ts';
import type { AnalysisRequest } from '#lib/analysis/requests/requests.ts';
import { readMetadata, readSafetensors, writeSafetensors } from '#lib/formats/safetensors.ts';
import { STATE_MARK } from '#lib/formats/stateFile.ts';
import { KnownError } from '#lib/knownError.ts';

export type KeptArrays = ReadonlyMap<string, Float64Array>;

type Place = { readonly request: AnalysisRequest; readonly unit: number };

/** Numbers that a state may have: with what stands beside them, below what a session takes as one file. */
export const MOST_KEPT = 3 * 2 ** 20;

export function writeKept({ request, unit }: Place, arrays: KeptArrays): Uint8Array<ArrayBuffer> {
  const tensors = [...arrays].map(([name, values]) => [name, { shape: [values.length], values }] as const);
  return writeSafetensors(new Map(tensors), { [STATE_MARK]: request.kind, analysis: analysisIdOf(request), unit: String(unit) });
}

/** @throws KnownError with words for the person where the file is of another unit, or no such file at all */
export function readKept(bytes: Uint8Array, { request, unit }: Place): KeptArrays {
  const [metadata, tensors] = [readMetadata(bytes), readSafetensors(bytes)];
  const isOurs = metadata.ok && metadata.value['analysis'] === analysisIdOf(request) && Number(metadata.value['unit'] ?? 0) === unit;
  if (!isOurs || !tensors.ok) throw keptBroken();
  const arrays = new Map<string, Float64Array>();
  for (const [name, { values }] of tensors.value) {
    if (!(values instanceof Float64Array)) throw keptBroken();
    arrays.set(name, values);
  }
  return arrays;
}

/** The first step of a method that may go on from what was kept. @throws KnownError where that is not of this method */
export function begun<Step, Result, Given>(method: Generator<Step, Result, Given>, isKept: boolean): IteratorResult<Step, Result> {
  try {
    return method.next();
  } catch (error) {
    throw isKept ? keptBroken() : error;
  }
}

export const keptBroken = (): KnownError => new KnownError('keptBroken', 'What was kept of this analysis cannot be read: put it away and ask for it again with another seed.');
