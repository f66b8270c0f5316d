/**
 * Every kind of analysis by its name: the one list where a kind is added, and the id of a request.
 *
 * An analysis never changes once placed: its id is the hash of its request, so whatever was computed for it stays true for ever.
 */
import * as z from 'zod/mini';
import { canonicalJson, digestOf } from '#lib/digest.ts';
import { parsed, read, refused, refusedAll, type Parsed } from '#lib/parsed.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { autoEncoder } from './autoEncoder.ts';
import { boxSharpnessKind } from './boxSharpness.ts';
import { checkpointLosses } from './checkpointLosses.ts';
import { curve } from './curve.ts';
import { density } from './density.ts';
import { filterCurvature } from './filterCurvature.ts';
import { gradient } from './gradient.ts';
import type { AnalysisKind, AnyRequest } from './kind.ts';
import { spectrum } from './spectrum.ts';
import { trace } from './trace.ts';
import { umapKind } from './umap.ts';

export const KINDS = { checkpointLosses, gradient, spectrum, trace, density, boxSharpness: boxSharpnessKind, filterCurvature, curve, autoEncoder, umap: umapKind } as const;

export type KindName = keyof typeof KINDS;
export type RequestOf<Name extends KindName> = z.output<(typeof KINDS)[Name]['request']>;
export type UnitOf<Name extends KindName> = z.output<(typeof KINDS)[Name]['unit']>;
export type AnalysisRequest = { readonly [Name in KindName]: RequestOf<Name> }[KindName];

/** The kind of a request, for who treats all alike. */
export const kindOf = ({ kind }: AnalysisRequest): AnalysisKind<AnyRequest, unknown> => KINDS[kind] as unknown as AnalysisKind<AnyRequest, unknown>;

export const requestSchema = z.discriminatedUnion('kind', Object.values(KINDS).map(({ request }) => request) as unknown as readonly [z.core.$ZodTypeDiscriminable]) as unknown as z.ZodMiniType<AnalysisRequest>;

/** A request from outside, read and checked against the subject that it names. */
export function readRequest(input: unknown, subjectOf: (id: string) => SubjectManifest | undefined): Parsed<AnalysisRequest> {
  const shape = read(requestSchema, input);
  if (!shape.ok) return shape;
  const manifest = subjectOf(shape.value.subject);
  if (!manifest) return refused(`no network here has the id ${shape.value.subject.slice(0, 12)}…`, 'subject');
  const problems = kindOf(shape.value).problemsOf(shape.value, manifest);
  return problems.length === 0 ? parsed(shape.value) : refusedAll(problems);
}

/** 128 bits of the hash of the request. */
export const analysisIdOf = (request: AnalysisRequest): string => digestOf(canonicalJson(request)).slice(0, 32);

export const analysisIdSchema = z.string().check(z.regex(/^[0-9a-f]{32}$/, 'must be the id of an analysis'));

export const unitsIn = (request: AnalysisRequest, manifest: SubjectManifest): number => kindOf(request).units(request, manifest);
