/**
 * Both ends of the Hessian's spectrum at a checkpoint, by Lanczos, with the eigenvectors of the outermost two and the gradient as files.
 *
 * One unit: every step needs the one before.
 */
import * as z from 'zod/mini';
import { digestSchema } from '#lib/digest.ts';
import { curvaturePointFields, curvaturePointProblems, wholeFrom, type CurvaturePoint } from './curvaturePoint.ts';
import { GRADIENT_PASSES, PRODUCT_PASSES, type AnalysisKind } from './kind.ts';

export type SpectrumRequest = CurvaturePoint & {
  readonly kind: 'spectrum';
  readonly format: 1;
  /** How many eigenvalues at each end. */
  readonly ends: number;
  /** Most products with the Hessian. */
  readonly steps: number;
  readonly seed: number;
};

export type Eigenvalue = {
  readonly value: number;
  /** An eigenvalue of the Hessian lies within this distance. */
  readonly error: number;
};

export type Spectrum = {
  readonly loss: number;
  readonly gradientNorm: number;
  /** Parameters in the group. */
  readonly size: number;
  readonly products: number;
  /** From the largest down, and from the least up. */
  readonly largest: readonly Eigenvalue[];
  readonly least: readonly Eigenvalue[];
  /** Vector files, each as long as θ: unit eigenvectors, and the gradient; null for the gradient where it is zero. */
  readonly vectors: { readonly largest: string; readonly least: string; readonly gradient: string | null };
};

const eigenvalues = z.array(z.strictObject({ value: z.number(), error: z.number().check(z.nonnegative()) })).check(z.minLength(1), z.maxLength(20));

/** Ends are sure to this share of the larger. */
export const SPECTRUM_TOLERANCE = 1e-5;

export const spectrum: AnalysisKind<SpectrumRequest, Spectrum> = {
  title: 'Extreme eigenvalues',
  request: z.strictObject({ kind: z.literal('spectrum'), format: z.literal(1), ...curvaturePointFields, ends: wholeFrom(1, 20), steps: wholeFrom(2, 400), seed: wholeFrom(0, 0xffffffff) }),
  unit: z.strictObject({
    loss: z.number(),
    gradientNorm: z.number(),
    size: z.int(),
    products: z.int(),
    largest: eigenvalues,
    least: eigenvalues,
    vectors: z.strictObject({ largest: digestSchema, least: digestSchema, gradient: z.nullable(digestSchema) }),
  }),
  problemsOf: curvaturePointProblems,
  units: () => 1,
  passes: ({ samples, steps }) => samples.count * (GRADIENT_PASSES + steps * PRODUCT_PASSES),
  runsOn: () => 'device',
  inputsOf: () => [],
  keepsFiles: true,
  filesOf: ({ vectors: { largest, least, gradient } }) => [...new Set([largest, least, ...(gradient === null ? [] : [gradient])])],
};
