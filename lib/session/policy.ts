/**
 * Who may change which record of the session document, and to what.
 *
 * One decision per changed key, from the value before and after: no Yjs, no sockets. The server asks it
 * for every update; a page asks it before it writes, so that a refusal is rare. Rules D2–D6 in docs/SPEC.md.
 */
import { canonicalJson } from '#lib/digest.ts';
import { read, sayProblems } from '#lib/parsed.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { analysisIdOf, readRequest } from '#lib/analysis/requests/requests.ts';
import { readRecipe, sliceIdOf } from '#lib/slice/recipe.ts';
import { SESSION_WORK, costProblems } from '#lib/work/costCaps.ts';
import {
  analysisRecordSchema,
  annotationIdSchema,
  annotationSchema,
  sliceRecordSchema,
  titleSchema,
  MAX_ANALYSES,
  MAX_ANNOTATIONS,
  MAX_POINTS,
  MAX_SLICES,
  type MapName,
  type SliceRecord,
} from './document.ts';
import type { Person } from './people.ts';
import { settingSchema } from './settings.ts';

export type Change = { readonly map: MapName; readonly key: string; readonly before: unknown; readonly after: unknown };

export type Surroundings = {
  readonly person: Pick<Person, 'id' | 'role'>;
  readonly subjectOf: (id: string) => SubjectManifest | undefined;
  readonly hasSlice: (id: string) => boolean;
  readonly sizes: Readonly<Record<MapName, number>>;
  /** Points of all slices that are not put away, those of this change included. */
  readonly points: number;
  /** Their multiply-adds. */
  readonly work: number;
};

/** Null when the change is allowed, else why not. */
export function refusalOf(change: Change, around: Surroundings): string | null {
  if (around.person.role !== 'edit') return 'this link can only look: ask for an edit link to change things';
  switch (change.map) {
    case 'session':
      return settingRefusal(change);
    case 'slices':
      return sliceRefusal(change, around);
    case 'annotations':
      return annotationRefusal(change, around);
    case 'analyses':
      return analysisRefusal(change, around);
  }
}

function settingRefusal({ key, after }: Change): string | null {
  const schema = key === 'title' ? titleSchema : settingSchema(key);
  if (!schema) return `the session has no setting ${key}`;
  const setting = read<unknown>(schema, after);
  return setting.ok ? null : sayProblems(setting.problems);
}

function sliceRefusal({ key, before, after }: Change, { person, subjectOf, sizes, points, work }: Surroundings): string | null {
  if (after === undefined) return 'a slice can be put away, not erased: notes may stand on it';
  const record = read(sliceRecordSchema, after);
  if (!record.ok) return sayProblems(record.problems);
  const { recipe, by } = record.value;
  if (sliceIdOf(recipe) !== key) return 'the id of a slice must be the hash of its recipe';
  if (!record.value.isPutAway && points > MAX_POINTS) return `the slices of this session would have more than ${MAX_POINTS.toLocaleString('en')} points: put one away first`;
  if (!record.value.isPutAway && work > SESSION_WORK) return 'the slices of this session would take more work than is lent to anybody: put one away first';
  if (before !== undefined) {
    const earlier = read(sliceRecordSchema, before);
    const still = ({ isPutAway: _away, halt: _halt, ...rest }: SliceRecord) => canonicalJson(rest);
    const same = earlier.ok && still(earlier.value) === still(record.value);
    return same ? null : 'a slice never changes once placed: place another';
  }
  if (by !== person.id) return 'a slice is signed by who places it';
  if (sizes.slices > MAX_SLICES) return `this session already has ${MAX_SLICES} slices`;
  const checked = readRecipe(recipe, subjectOf);
  if (!checked.ok) return sayProblems(checked.problems);
  const dear = costProblems(recipe, subjectOf(recipe.subject)!);
  return dear.length === 0 ? null : sayProblems(dear);
}

function analysisRefusal({ key, before, after }: Change, { person, subjectOf, sizes }: Surroundings): string | null {
  if (after === undefined) return 'an analysis can be put away, not erased: what was computed for it is kept';
  const record = read(analysisRecordSchema, after);
  if (!record.ok) return sayProblems(record.problems);
  const { request, by } = record.value;
  if (analysisIdOf(request) !== key) return 'the id of an analysis must be the hash of its request';
  if (before !== undefined) {
    const earlier = read(analysisRecordSchema, before);
    const still = { isPaused: false, isPutAway: false };
    const same = earlier.ok && canonicalJson({ ...earlier.value, ...still }) === canonicalJson({ ...record.value, ...still });
    return same ? null : 'an analysis never changes once placed: place another';
  }
  if (by !== person.id) return 'an analysis is signed by who places it';
  if (sizes.analyses > MAX_ANALYSES) return `this session already has ${MAX_ANALYSES} analyses`;
  const checked = readRequest(request, subjectOf);
  return checked.ok ? null : sayProblems(checked.problems);
}

function annotationRefusal({ key, before, after }: Change, { person, hasSlice, sizes }: Surroundings): string | null {
  const id = read(annotationIdSchema, key);
  if (!id.ok) return sayProblems(id.problems);
  if (before !== undefined) {
    const earlier = read(annotationSchema, before);
    if (earlier.ok && earlier.value.by !== person.id) return 'a note belongs to who wrote it';
  }
  if (after === undefined) return null;
  const note = read(annotationSchema, after);
  if (!note.ok) return sayProblems(note.problems);
  if (note.value.by !== person.id) return 'a note is signed by who writes it';
  if (!hasSlice(note.value.slice)) return 'a note stands on a slice of this session';
  if (before === undefined && sizes.annotations > MAX_ANNOTATIONS) return `this session already has ${MAX_ANNOTATIONS} notes`;
  return null;
}
