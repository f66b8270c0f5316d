/** People in a session: what everyone may know of each other. Names are nicknames; there are no accounts. */
import * as z from 'zod/mini';

/** `view` may look around, read and point; `edit` may also place, annotate and lend. */
export type Role = 'edit' | 'view';

/** Whose slices and analyses somebody's device computes: those of everyone in the session, or its person's own. */
export const HELPED = ['everyone', 'own'] as const;
export type Helped = (typeof HELPED)[number];

export type Person = {
  /** Stays the same when the person reloads or reconnects. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** What they lend compute with, or null while they do not. */
  readonly lending: string | null;
  /** Whom they lend to; `everyone` while they do not lend. */
  readonly helps: Helped;
  /** Points that this person computed in this session. */
  readonly points: number;
};

/** Whether what somebody placed is among what a person's device computes, where it lends. */
export const isHelped = (placedBy: string, helps: Helped, person: string | undefined): boolean => helps === 'everyone' || placedBy === person;

/** Whether somebody lends to whoever placed something. */
export const lendsTo = ({ id, lending, helps }: Pick<Person, 'id' | 'lending' | 'helps'>, placedBy: string): boolean => lending !== null && isHelped(placedBy, helps, id);

export const MAX_NAME = 24;

/** Control and text-direction characters could make one text look like another. */
export const showable = z.regex(/^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}]*$/u, 'has a character that cannot be shown');

export const nameSchema = z
  .string()
  .check(
    z.trim(),
    z.minLength(1, 'choose a name of at least one letter'),
    z.maxLength(MAX_NAME, `choose a name of at most ${MAX_NAME} letters`),
    showable,
  );

const FIRST = ['Amber', 'Azure', 'Birch', 'Brave', 'Calm', 'Cedar', 'Clever', 'Copper', 'Coral', 'Crisp', 'Dawn', 'Eager', 'Fern', 'Gentle', 'Golden', 'Hazel', 'Indigo', 'Ivory', 'Jade', 'Keen', 'Lilac', 'Lucid', 'Maple', 'Mellow', 'Misty', 'Nimble', 'Olive', 'Pearl', 'Quiet', 'Rowan', 'Silver', 'Sunny', 'Swift', 'Teal', 'Velvet', 'Willow'];
const SECOND = ['Badger', 'Beaver', 'Bison', 'Crane', 'Curlew', 'Dipper', 'Dolphin', 'Falcon', 'Finch', 'Fox', 'Gecko', 'Heron', 'Ibex', 'Kestrel', 'Lark', 'Lynx', 'Marmot', 'Marten', 'Moth', 'Newt', 'Otter', 'Owl', 'Panda', 'Plover', 'Puffin', 'Robin', 'Salmon', 'Seal', 'Shrew', 'Stoat', 'Swan', 'Tern', 'Toad', 'Trout', 'Vole', 'Wren'];

/** A friendly name from two numbers in [0, 1). */
export const friendlyName = (first: number, second: number): string =>
  `${FIRST[Math.floor(first * FIRST.length)]} ${SECOND[Math.floor(second * SECOND.length)]}`;

/** A person's hue in degrees, from their id, so that everyone sees the same. */
export function hueOf(personId: string): number {
  let hash = 0x811c9dc5;
  for (const letter of personId) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193) >>> 0;
  return Math.floor((hash / 2 ** 32) * 360);
}
