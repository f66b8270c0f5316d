/** Who computes which kind of analysis: the one list where a kind's computing is added. */
import type { KindName } from '#lib/analysis/requests/requests.ts';
import { autoEncoderRun } from './autoEncoder.ts';
import { boxSharpnessRun } from './boxSharpness.ts';
import { checkpointLossesRun } from './checkpointLosses.ts';
import { curveRun } from './curve.ts';
import { densityRun } from './density.ts';
import { filterCurvatureRun } from './filterCurvature.ts';
import { gradientRun } from './gradient.ts';
import { spectrumRun } from './spectrum.ts';
import { traceRun } from './trace.ts';
import { umapRun } from './umap.ts';
import type { UnitRun } from './unitRun.ts';

export const RUNS: { readonly [Name in KindName]: UnitRun<Name> } = {
  checkpointLosses: checkpointLossesRun,
  gradient: gradientRun,
  spectrum: spectrumRun,
  trace: traceRun,
  density: densityRun,
  boxSharpness: boxSharpnessRun,
  filterCurvature: filterCurvatureRun,
  curve: curveRun,
  autoEncoder: autoEncoderRun,
  umap: umapRun,
};
