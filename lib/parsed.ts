/**
 * The outcome of reading something that came from outside: a value, or problems in words.
 *
 * Bad input is never an exception: whoever reads it decides what to say, and where.
 */
import * as z from 'zod/mini';

// Zod probes for `new Function` otherwise, which a strict content policy reports as a violation.
z.config({ jitless: true });

/** `path` names the field (`axes.0.count`); `message` says what was found and what to do. */
export type Problem = { readonly path: string; readonly message: string };

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });

export const refused = (message: string, path = ''): Parsed<never> => ({ ok: false, problems: [{ path, message }] });

export const refusedAll = (problems: readonly Problem[]): Parsed<never> => ({ ok: false, problems });

/** Reads `input` by `schema`; every problem keeps the path of its field. */
export function read<T>(schema: z.ZodMiniType<T>, input: unknown): Parsed<T> {
  const outcome = schema.safeParse(input);
  if (outcome.success) return parsed(outcome.data);
  return refusedAll(
    outcome.error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: wordsOf(issue) })),
  );
}

/** All problems on one line, for logs and for errors that have no field to stand beside. */
export const sayProblems = (problems: readonly Problem[]): string =>
  problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.message !== '' && issue.message !== 'Invalid input') return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be of type ${issue.expected}`;
    case 'unrecognized_keys':
      return `has unknown fields: ${issue.keys.join(', ')}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    default:
      return `is not valid (${issue.code})`;
  }
}
