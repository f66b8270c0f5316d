/** A job as text on its way into a page: arrays of numbers keep their kind, and every bit of a float. */
import type { EvaluationJob } from '#workers/evaluator.ts';

export const textOf = (job: EvaluationJob): string =>
  JSON.stringify(job, (_, value: unknown) => (value instanceof Float32Array ? { bits: [...new Uint32Array(value.buffer, value.byteOffset, value.length)] } : value));

export const fromText = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) => (typeof value === 'object' && value !== null && 'bits' in value ? new Float32Array(Uint32Array.from(value.bits as number[]).buffer) : value));
