/** Asks float64 what a check of a unit's result is about. It decides nothing about results; analyses.ts does. Rule U20 in docs/SPEC.md. */
import type { UnitCheck } from '#lib/work/unitCheck.ts';
import type { Prober } from './prober.ts';

export type UnitProber = Pick<Prober, 'truthAt' | 'eigenAt' | 'boxPlaceOf' | 'formOf'>;

/** Null where float64 agrees with the result, else what it says against it. */
export async function disagreementOf(check: UnitCheck, prober: UnitProber): Promise<string | null> {
  switch (check.of) {
    case 'point':
      return check.disagreement(await prober.truthAt(check.recipe, ...check.at));
    case 'eigenvectors':
      return check.disagreement(await prober.eigenAt(check.recipe, check.group));
    case 'boxPlace':
      return check.disagreement(await prober.boxPlaceOf(check.request, check.worst));
    case 'form':
      return check.disagreement(await prober.formOf(check.request, check.unit, check.probe));
  }
}
