/**
 * How far an honest float32 device may be from float64, and how many times that a returned value is.
 *
 * No rounding mode is fixed on GPUs, and sums may be taken in any order, so equality of bits is no contract.
 * Half precision passed off as single is off by 3e-5 to 3e-4 of the loss and must not pass. Rules V3, V10.
 */
import { allSteps, type Network } from '#lib/network/program.ts';

export type Tolerance = { readonly absolute: number; readonly relative: number };

const ABSOLUTE = 1e-6;
const RELATIVE = 2e-5;
/** WGSL leaves tanh and exp far more room than multiplication. */
const SMOOTH_TIMES = 10;
/** Never more for a result that calls itself float32. */
const MOST = 1e-4;
/** Losses past this may be infinite in float32 where float64 is finite. */
const FLOAT32_EDGE = 1e30;
/** A class of devices has its own tolerance once so many differences of trusted devices are known. */
const ENOUGH = 200;
const KEPT = 512;
const LEAST = 2e-6;
const TIMES_OF_CLASS = 8;

const SMOOTH: ReadonlySet<string> = new Set(['tanh', 'sigmoid', 'gelu', 'swish', 'softplus', 'elu', 'attention']);

/** By the kind of network: piecewise linear, or with functions that devices approximate. */
export function toleranceOf(network: Network): Tolerance {
  const isSmooth = allSteps(network.program).some(({ op }) => SMOOTH.has(op));
  return { absolute: ABSOLUTE, relative: Math.min(MOST, RELATIVE * (isSmooth ? SMOOTH_TIMES : 1)) };
}

/** How many tolerances a mean is from the truth; ∞ where one is finite and the other is not. */
export function severityOf(returned: number, truth: number, { absolute, relative }: Tolerance): number {
  if (!Number.isFinite(returned)) return !Number.isFinite(truth) || Math.abs(truth) > FLOAT32_EDGE ? 0 : Infinity;
  // Float32 overflows long before float64 does, never the other way round.
  if (!Number.isFinite(truth)) return Infinity;
  return Math.abs(returned - truth) / Math.max(absolute, relative * Math.abs(truth));
}

/**
 * Tolerances as trusted devices of a class show them: eight times the 99th percentile of their relative differences,
 * within fixed ends. A class is an engine with a backend on one network.
 */
export class ClassTolerances {
  readonly #differences = new Map<string, number[]>();

  /** Notes how far a trusted device of a class was from the truth. */
  note(deviceClass: string, returned: number, truth: number): void {
    if (!Number.isFinite(returned) || !Number.isFinite(truth) || truth === 0) return;
    const differences = this.#differences.get(deviceClass) ?? [];
    differences.push(Math.abs(returned - truth) / Math.abs(truth));
    if (differences.length > KEPT) differences.shift();
    this.#differences.set(deviceClass, differences);
  }

  of(deviceClass: string, usual: Tolerance): Tolerance {
    const differences = this.#differences.get(deviceClass);
    if (!differences || differences.length < ENOUGH) return usual;
    const sorted = differences.toSorted((one, other) => one - other);
    const high = sorted[Math.floor(sorted.length * 0.99)]!;
    return { absolute: usual.absolute, relative: Math.min(MOST, Math.max(LEAST, TIMES_OF_CLASS * high)) };
  }
}
