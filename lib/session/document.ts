/**
 * The session document: what people meant. Slices and analyses placed, annotations, the title.
 *
 * Flat maps of small JSON records, each written whole, once per gesture: the only file that knows the
 * names of the maps. What was computed is not in here (ledger.ts). Rules D1–D6 in docs/SPEC.md.
 */
import * as z from 'zod/mini';
import type * as Y from 'yjs';
import { read } from '#lib/parsed.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { costOfSlice } from '#lib/work/costCaps.ts';
import { requestSchema, type AnalysisRequest } from '#lib/analysis/requests/requests.ts';
import { pointsIn, recipeSchema, sliceIdSchema, type SliceRecipe } from '#lib/slice/recipe.ts';
import { showable } from './people.ts';

export const MAPS = ['session', 'slices', 'annotations', 'analyses'] as const;
export type MapName = (typeof MAPS)[number];

export const ANNOTATION_KINDS = ['low', 'question', 'idea', 'warning', 'note'] as const;
export type AnnotationKind = (typeof ANNOTATION_KINDS)[number];

export const KIND_TITLES: Readonly<Record<AnnotationKind, string>> = {
  low: 'Low point',
  question: 'Question',
  idea: 'Idea',
  warning: 'Warning',
  note: 'Note',
};

/** Who did something and when, by their own clock. The name is as it was then. */
type Signed = { readonly by: string; readonly byName: string; readonly at: number };

/** Whether the rest of a slice is computed: paused for a while, or not wanted any more. What is measured stays either way. */
export const HALTS = ['paused', 'cancelled'] as const;
export type Halt = (typeof HALTS)[number];

/** A slice somebody placed, under its id. It never changes, except that it may be halted, put away and brought back. */
export type SliceRecord = Signed & { readonly recipe: SliceRecipe; readonly isPutAway: boolean; readonly halt?: Halt | undefined };

/** A long analysis somebody asked for, under its id. It never changes, except that it may be paused, put away and brought back. */
export type AnalysisRecord = Signed & { readonly request: AnalysisRequest; readonly isPaused: boolean; readonly isPutAway: boolean };

/** A remark at a point of parameter space: the point (a, b) of the slice it was placed on. */
export type Annotation = Signed & {
  readonly kind: AnnotationKind;
  readonly text: string;
  readonly slice: string;
  readonly a: number;
  readonly b: number;
  /** The third coordinate of a point of a volume. */
  readonly c?: number | undefined;
};

export const MAX_TEXT = 2000;
export const MAX_TITLE = 80;
export const MAX_SLICES = 500;
export const MAX_ANNOTATIONS = 5000;
export const MAX_ANALYSES = 300;
/** Of all slices in a session that are not put away: four of the largest planes. */
export const MAX_POINTS = 4_300_000;

const personId = z.string().check(z.minLength(1), z.maxLength(40));
const signed = { by: personId, byName: z.string().check(z.maxLength(24)), at: z.number() };
const coordinate = z.number().check(z.minimum(-1e6), z.maximum(1e6));

export const sliceRecordSchema: z.ZodMiniType<SliceRecord> = z.strictObject({ ...signed, recipe: recipeSchema, isPutAway: z.boolean(), halt: z.optional(z.enum(HALTS)) });

export const analysisRecordSchema: z.ZodMiniType<AnalysisRecord> = z.strictObject({ ...signed, request: requestSchema, isPaused: z.boolean(), isPutAway: z.boolean() });

export const annotationSchema: z.ZodMiniType<Annotation> = z.strictObject({
  ...signed,
  kind: z.enum(ANNOTATION_KINDS),
  text: z.string().check(z.maxLength(MAX_TEXT, `a note has at most ${MAX_TEXT} characters`)),
  slice: sliceIdSchema,
  a: coordinate,
  b: coordinate,
  c: z.optional(coordinate),
});

export const titleSchema = z.string().check(z.maxLength(MAX_TITLE, `a title has at most ${MAX_TITLE} characters`), showable);

export const annotationIdSchema = z.string().check(z.regex(/^[\w-]{8,40}$/, 'must be an annotation id'));

const mapOf = (doc: Y.Doc, name: MapName): Y.Map<unknown> => doc.getMap(name);

/** Makes the maps exist, so that a shadow can be compared key by key. */
export function prepareDocument(doc: Y.Doc): Y.Doc {
  for (const name of MAPS) mapOf(doc, name);
  return doc;
}

export function titleOf(doc: Y.Doc): string {
  const title = mapOf(doc, 'session').get('title');
  return typeof title === 'string' ? title : '';
}

export function setTitle(doc: Y.Doc, title: string): void {
  mapOf(doc, 'session').set('title', title);
}

export function slicesOf(doc: Y.Doc): ReadonlyMap<string, SliceRecord> {
  return recordsOf(doc, 'slices', sliceRecordSchema);
}

export function annotationsOf(doc: Y.Doc): ReadonlyMap<string, Annotation> {
  return recordsOf(doc, 'annotations', annotationSchema);
}

export function analysesOf(doc: Y.Doc): ReadonlyMap<string, AnalysisRecord> {
  return recordsOf(doc, 'analyses', analysisRecordSchema);
}

/** Points of all slices that are not put away. */
export function pointsPlaced(doc: Y.Doc): number {
  return [...slicesOf(doc).values()].reduce((sum, { recipe, isPutAway }) => sum + (isPutAway ? 0 : pointsIn(recipe)), 0);
}

/** Multiply-adds of all slices that are not put away and whose network is known. */
export function workPlaced(doc: Y.Doc, subjectOf: (id: string) => SubjectManifest | undefined): number {
  return [...slicesOf(doc).values()].reduce((sum, { recipe, isPutAway }) => {
    const manifest = isPutAway ? undefined : subjectOf(recipe.subject);
    return manifest ? sum + costOfSlice(recipe, manifest).sliceWork : sum;
  }, 0);
}

/** Writes or, with null, deletes one record. Callers go through commands.ts, which can be undone. */
export function writeRecord(doc: Y.Doc, map: Exclude<MapName, 'session'>, id: string, record: SliceRecord | Annotation | AnalysisRecord | null): void {
  if (record === null) mapOf(doc, map).delete(id);
  else mapOf(doc, map).set(id, record);
}

/** Records in the order they were placed; one that cannot be read is left out, as nothing this version wrote. */
function recordsOf<T extends Signed>(doc: Y.Doc, name: MapName, schema: z.ZodMiniType<T>): ReadonlyMap<string, T> {
  const records: [string, T][] = [];
  for (const [id, value] of mapOf(doc, name)) {
    const outcome = read(schema, value);
    if (outcome.ok) records.push([id, outcome.value]);
  }
  return new Map(records.sort(([idA, a], [idB, b]) => a.at - b.at || (idA < idB ? -1 : 1)));
}
