/** Session codes: six characters that can be read aloud, from an alphabet without look-alikes. */
import * as z from 'zod/mini';
import { read, type Parsed } from '#lib/parsed.ts';

/** No 0 or O, no 1, I or L, no U. */
export const CODE_ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
export const CODE_LENGTH = 6;

/** A code from numbers in [0, 1). */
export const codeFrom = (random: () => number): string =>
  Array.from({ length: CODE_LENGTH }, () => CODE_ALPHABET[Math.floor(random() * CODE_ALPHABET.length)]).join('');

const codeSchema = z.string().check(
  z.regex(new RegExp(`^[${CODE_ALPHABET}]{${CODE_LENGTH}}$`), `a code has ${CODE_LENGTH} letters or digits, without 0, O, 1, I, L and U`),
);

/** Reads a code as people type it: any case, spaces and dashes allowed. */
export const readCode = (typed: unknown): Parsed<string> =>
  read(codeSchema, typeof typed === 'string' ? typed.toUpperCase().replace(/[\s-]/g, '') : typed);

/** As it is shown: ABC-DEF. */
export const shownCode = (code: string): string => `${code.slice(0, 3)}-${code.slice(3)}`;
