/** The known-wrong behaviours of this field's tools, each with the check that proves freedom from it. Rules J3 and J4 in docs/SPEC.md. */
import { undividedHessian, unweightedDensity, wrongSecondDerivatives } from './curvatureTraps.ts';
import { copiedBias, perTensor, sharedSeed, undividedGramSchmidt, uniformNoise, wrongAxis } from './directionTraps.ts';
import { lengthForCoordinate, rangeLabel, zeroBound } from './geometryTraps.ts';
import { missingCentre, transposed } from './gridTraps.ts';
import { ambiguousDropout } from './labelTraps.ts';
import { staticSplit } from './lendingTraps.ts';
import { filledGaps, sentinel } from './surfaceTraps.ts';
import { checkOf, type Check } from './trap.ts';
import { perturbedModel, perturbedStatistics } from './untouchedTraps.ts';

export const CHECKS: readonly Check[] = [
  checkOf(uniformNoise),
  checkOf(sharedSeed),
  checkOf(wrongAxis),
  checkOf(copiedBias),
  checkOf(perTensor),
  checkOf(undividedGramSchmidt),
  checkOf(lengthForCoordinate),
  checkOf(transposed),
  checkOf(missingCentre),
  checkOf(rangeLabel),
  checkOf(filledGaps),
  checkOf(sentinel),
  checkOf(undividedHessian),
  checkOf(unweightedDensity),
  checkOf(perturbedStatistics),
  checkOf(perturbedModel),
  checkOf(wrongSecondDerivatives),
  checkOf(ambiguousDropout),
  checkOf(staticSplit),
  checkOf(zeroBound),
];
