/**
 * A kind of long analysis: how it is asked for, into how many units it divides, what a unit's result looks like, what it costs.
 *
 * Plain data and checks. Who computes a unit (workers/analyses), who keeps it (server/analyses.ts) and who draws it
 * (components/analyse) are found by the kind's name. Rules U11–U12 in docs/SPEC.md.
 */
import type * as z from 'zod/mini';
import type { Problem } from '#lib/parsed.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';

/** What every request says: its kind, and the network. */
export type AnyRequest = { readonly kind: string; readonly format: 1; readonly subject: string };

export type AnalysisKind<Request extends AnyRequest, Unit> = {
  /** For lists and undo buttons. */
  readonly title: string;
  readonly request: z.ZodMiniType<Request>;
  /** The result of one unit, as JSON. */
  readonly unit: z.ZodMiniType<Unit>;
  /** What is wrong with a request whose shape is right, each beside its field, in words. */
  readonly problemsOf: (request: Request, manifest: SubjectManifest) => readonly Problem[];
  /** Units do not depend on each other: each can be computed by another device. */
  readonly units: (request: Request, manifest: SubjectManifest) => number;
  /** What one unit costs, in passes of one sample forward through the network. A gradient is three, a Hessian product six. */
  readonly passes: (request: Request, manifest: SubjectManifest) => number;
  /** What computes it: float64 in a worker of the processor, or the device's own engine. Decides by which rate it is priced. */
  readonly runsOn: (request: Request, manifest: SubjectManifest) => 'processor' | 'device';
  /** Files that the request names and whoever computes it needs. */
  readonly inputsOf: (request: Request) => readonly string[];
  /** Whether computing it needs files to be kept: vectors in its result, or what a unit is gone on with from. */
  readonly keepsFiles: boolean;
  /** Files that a unit's result names by digest, such as vectors; they are kept before the result is. */
  readonly filesOf: (unit: Unit) => readonly string[];
};

/** Passes forward that a gradient costs: a backward pass is about two forward ones. */
export const GRADIENT_PASSES = 3;
/** Those of a product with the Hessian: forward and back, twice. */
export const PRODUCT_PASSES = 6;
