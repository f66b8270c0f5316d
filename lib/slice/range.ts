/** How far and how finely one axis of a picture reaches. It does not know what the axis stands for. Rules S2 and S3 in docs/SPEC.md. */
import * as z from 'zod/mini';
import type { Problem } from '#lib/parsed.ts';

export type Range = { readonly min: number; readonly max: number; readonly count: number };

export const MIN_COUNT = 3;
export const MAX_COUNT = 1025;
export const MAX_EXTENT = 1e6;

const bound = z.number('must be a number');

/** The fields of a range, to stand in a larger record. */
export const rangeFields = { min: bound, max: bound, count: z.int('must be a whole number') } as const;

export const rangeSchema: z.ZodMiniType<Range> = z.strictObject(rangeFields);

/** What is wrong with a range whose shape is right. @param at path of the range, @param most samples it may have */
export function rangeProblems({ min, max, count }: Range, at: string, most = MAX_COUNT): readonly Problem[] {
  const problems: Problem[] = [];
  const say = (field: keyof Range, message: string) => problems.push({ path: `${at}.${field}`, message });
  if (count < MIN_COUNT || count > most) say('count', `choose between ${MIN_COUNT} and ${most} points`);
  else if (count % 2 === 0) say('count', `must be odd, so that the middle is measured: try ${count + 1}`);
  for (const [field, value] of [['min', min], ['max', max]] as const) {
    if (Math.abs(value) > MAX_EXTENT) say(field, 'must be between −1,000,000 and 1,000,000');
  }
  if (max <= min) say('max', `must be more than ${min}`);
  else if ((max - min) / count < Number.EPSILON * 4 * Math.max(Math.abs(min), Math.abs(max))) say('max', 'is too close to the lower end for that many points');
  return problems;
}
