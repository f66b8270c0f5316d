/** How a session speaks of its helpers: named or not, ranked or not. Part of the document, set by whoever may edit. */
import * as z from 'zod/mini';
import type * as Y from 'yjs';
import { read } from '#lib/parsed.ts';

export type Settings = {
  /** Whether helpers are shown by name where it is said who computed what. */
  readonly helpers: 'named' | 'unnamed';
  /** Whether they are shown in order of what they computed. */
  readonly ranking: 'on' | 'off';
};

const SCHEMAS: { readonly [Key in keyof Settings]: z.ZodMiniType<Settings[Key]> } = {
  helpers: z.enum(['named', 'unnamed'], 'must be named or unnamed'),
  ranking: z.enum(['on', 'off'], 'must be on or off'),
};

export const USUAL_SETTINGS: Settings = { helpers: 'named', ranking: 'off' };

const MAP = 'session';

export function settingsOf(doc: Y.Doc): Settings {
  const map = doc.getMap(MAP);
  const value = <Key extends keyof Settings>(key: Key): Settings[Key] => {
    const outcome = read(SCHEMAS[key], map.get(key));
    return outcome.ok ? outcome.value : USUAL_SETTINGS[key];
  };
  return { helpers: value('helpers'), ranking: value('ranking') };
}

export function setSettings(doc: Y.Doc, settings: Settings): void {
  doc.transact(() => {
    for (const [key, value] of Object.entries(settings)) if (doc.getMap(MAP).get(key) !== value) doc.getMap(MAP).set(key, value);
  });
}

/** The schema of a setting; null for a name that is none. */
export const settingSchema = (key: string): z.ZodMiniType<unknown> | null => (Object.hasOwn(SCHEMAS, key) ? SCHEMAS[key as keyof Settings] : null);
