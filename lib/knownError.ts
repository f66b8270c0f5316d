/**
 * A failure that was foreseen and that the person can be told about in these very words.
 *
 * Anything else that is thrown is a broken invariant. `code` is stable, for tests and for the wire; the message may be reworded.
 */
export class KnownError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'KnownError';
    this.code = code;
  }
}
