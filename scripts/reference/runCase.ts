/** Runs one case: which checks its kind asks for. A kind that is not listed here is unsupported, never passed. */
import { kindOf, openCase, type ReferenceCase } from './caseFile.ts';
import { rowOf, type Check, type Row } from './checks.ts';
import type { Engine } from './engines.ts';
import { checkConvexity } from './convexityChecks.ts';
import { checkForward } from './forwardChecks.ts';
import { checkHessian } from './hessianChecks.ts';
import { checkReduction } from './reduceChecks.ts';
import { checkSurfaces } from './surfaceChecks.ts';
import { checkSvd } from './svdChecks.ts';
import { checkData, checkFormulaDirections, checkPrincipal, checkScaleFactors, checkVariants, checkWeights } from './vectorChecks.ts';

type Run = (found: ReferenceCase, engine: Engine, points: number | undefined, progress: (words: string) => void) => Promise<readonly Check[]>;

const KINDS: Readonly<Record<string, Run>> = {
  forward: checkForward,
  weights: async (found) => checkWeights(found),
  data: async (found) => checkData(found),
  directions: async (found) => checkVariants(found),
  line1d: async (found, engine, points) => [...(await checkSurfaces(found, engine, points)), ...checkFormulaDirections(found)],
  plane2d: async (found, engine, points) => [...(await checkSurfaces(found, engine, points)), ...checkFormulaDirections(found)],
  'line1d+plane2d': async (found, engine, points) => [...(await checkSurfaces(found, engine, points)), ...checkScaleFactors(found)],
  hessian: (found, engine, _points, progress) => checkHessian(found, engine, progress),
  convexity: checkConvexity,
  reduction: async (found) => checkReduction(found),
  svd: async (found) => checkSvd(found),
  trajectory: async (found, engine, points) => [...(await checkSurfaces(found, engine, points)), ...checkPrincipal(found)],
};

/** Kinds whose checks are arithmetic on the host: they say the same whichever backend is asked for. */
export const HOST_ONLY: ReadonlySet<string> = new Set(['weights', 'data', 'directions', 'reduction', 'svd']);

export type CaseOutcome = { readonly row: Row; readonly checks: readonly Check[]; readonly problem: string | null; /** Arrays of the case that no check looked at. */ readonly unread: readonly string[] };

/**
 * Never rejects: a case that cannot be evaluated fails, with words.
 * @param points of each surface; all when undefined
 * @param progress is told what a long case is at
 */
export async function runCase(directory: string, name: string, engine: Engine, points: number | undefined, progress: (words: string) => void = () => {}): Promise<CaseOutcome> {
  let kind = 'unknown';
  try {
    kind = kindOf(directory, name);
    const run = KINDS[kind];
    if (!run) return { row: { case: name, kind, status: 'unsupported', error: null, tolerance: null, points: 0 }, checks: [], problem: null, unread: [] };
    const found = openCase(directory, name);
    const checks = await run(found, engine, points, progress);
    if (checks.length === 0) throw new Error('the case holds nothing to check');
    return { row: rowOf(name, kind, checks), checks, problem: null, unread: found.unread() };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { row: { case: name, kind, status: 'fail', error: null, tolerance: null, points: 0 }, checks: [], problem, unread: [] };
  }
}
