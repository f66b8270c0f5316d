/** The units of an analysis as a worker computes them, one after another, here. It compares nothing. */
import { expect } from 'vitest';
import { readRequest, unitsIn, type AnalysisRequest, type KindName, type UnitOf } from '#lib/analysis/requests/requests.ts';
import type { Subject } from '#lib/network/subject.ts';
import { decodeUnit } from '#lib/wire/unitCodec.ts';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { createAnalyseJobs } from '#workers/analyseJobs.ts';

export type ComputedUnit<Name extends KindName> = { readonly unit: UnitOf<Name>; readonly files: readonly Uint8Array[]; readonly engine: string };

/** Rejects where a unit fails, or cannot be read back. @param units how many of them; all where absent */
export async function computedUnits<Name extends KindName>(
  subject: Subject,
  request: Extract<AnalysisRequest, { kind: Name }>,
  units = unitsIn(request, subject.manifest),
): Promise<readonly ComputedUnit<Name>[]> {
  const read = readRequest(request, () => subject.manifest);
  expect(read.ok ? [] : read.problems).toEqual([]);
  const done: ComputedUnit<Name>[] = [];
  await new Promise<void>((resolve, reject) => {
    const jobs = createAnalyseJobs((message) => {
      if (message.kind === 'failed') reject(new Error(message.message));
      if (message.kind !== 'finished') return;
      const unit = decodeUnit(request.kind as Name, message.unit);
      if (!unit.ok) return reject(new Error(JSON.stringify(unit.problems)));
      done.push({ unit: unit.value, files: message.files, engine: message.engine });
      if (done.length === units) resolve();
    }, NODE_FILES);
    jobs.hear({ kind: 'subject', subject });
    for (let unit = 0; unit < units; unit++) jobs.hear({ kind: 'run', job: unit, request, unit, kept: null });
  });
  return done;
}
