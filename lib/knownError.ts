/** Failures that were foreseen: the error that carries one, and the way to take it as an outcome. It knows none of them. */
import { parsed, refused, type Parsed } from './parsed.ts';

/**
 * The person can be told about it in these very words. Anything else that is thrown is a broken invariant.
 * `code` is stable, for tests and for the wire; the message may be reworded.
 */
export class KnownError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'KnownError';
    this.code = code;
  }
}

/** The outcome of something that may fail in a foreseen way: a value, or the words of the failure. Anything else is thrown on. */
export function attempt<T>(make: () => T): Parsed<T> {
  try {
    return parsed(make());
  } catch (error) {
    if (error instanceof KnownError) return refused(error.message);
    throw error;
  }
}
