/** Runs one case: which checks its kind asks for. A kind that is not listed here is unsupported, never passed. */
import { kindOf, openCase, type ReferenceCase } from './caseFile.ts';
import { rowOf, type Check, type Row } from './checks.ts';
import type { Engine } from './engines.ts';
import { checkSurfaces } from './surfaceChecks.ts';
import { checkData, checkPrincipal, checkScaleFactors, checkVariants, checkWeights } from './vectorChecks.ts';

type Run = (found: ReferenceCase, engine: Engine, points: number | undefined) => Promise<readonly Check[]>;

const KINDS: Readonly<Record<string, Run>> = {
  weights: async (found) => checkWeights(found),
  data: async (found) => checkData(found),
  directions: async (found) => checkVariants(found),
  line1d: checkSurfaces,
  plane2d: checkSurfaces,
  'line1d+plane2d': async (found, engine, points) => [...(await checkSurfaces(found, engine, points)), ...checkScaleFactors(found)],
  trajectory: async (found, engine, points) => [...(await checkSurfaces(found, engine, points)), ...checkPrincipal(found)],
};

/** @param points of each surface; all when undefined. Never rejects: a case that cannot be evaluated fails, with words. */
export async function runCase(directory: string, name: string, engine: Engine, points: number | undefined): Promise<{ row: Row; checks: readonly Check[]; problem: string | null }> {
  let kind = 'unknown';
  try {
    kind = kindOf(directory, name);
    const run = KINDS[kind];
    if (!run) return { row: { case: name, kind, status: 'unsupported', error: null, tolerance: null, points: 0 }, checks: [], problem: null };
    const checks = await run(openCase(directory, name), engine, points);
    if (checks.length === 0) throw new Error('the case holds nothing to check');
    return { row: rowOf(name, kind, checks), checks, problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { row: { case: name, kind, status: 'fail', error: null, tolerance: null, points: 0 }, checks: [], problem };
  }
}
