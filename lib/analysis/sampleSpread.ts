/**
 * How sure a mean loss is, given the losses of its samples: the standard error of the level, and of the shape.
 *
 * Every point of a slice is measured on the same samples, so what those samples have by chance is common to all of its points.
 * The difference between two points is a mean of paired differences, and usually far surer than either level. Rule J6 in docs/SPEC.md.
 */
export type Spread = {
  readonly samples: number;
  readonly mean: number;
  /** √(Σ(ℓ − mean)² / (n − 1)); NaN for one sample, or where a loss is not finite. */
  readonly deviation: number;
  /** deviation / √n. */
  readonly standardError: number;
};

/** @param losses one per sample, at least one */
export function spreadOf(losses: Float64Array): Spread {
  const samples = losses.length;
  if (samples === 0) throw new Error('no samples, so no mean loss to be sure of');
  let sum = 0;
  for (const loss of losses) sum += loss;
  const mean = sum / samples;
  let squares = 0;
  for (const loss of losses) squares += (loss - mean) ** 2;
  const deviation = Math.sqrt(squares / (samples - 1));
  return { samples, mean, deviation, standardError: deviation / Math.sqrt(samples) };
}

/** The same from sums alone, as tiles have them: s² = (Σℓ² − (Σℓ)²/n) / (n − 1). @param squares Σℓ² */
export function spreadOfSums(samples: number, sum: number, squares: number): Spread {
  const mean = sum / samples;
  // Rounding may take it below zero where all losses are alike.
  const left = squares - sum * mean;
  const deviation = Math.sqrt((left < 0 ? 0 : left) / (samples - 1));
  return { samples, mean, deviation, standardError: deviation / Math.sqrt(samples) };
}

/** Of the difference `there` − `here` over the same samples, in the same order. */
export function differenceSpread(here: Float64Array, there: Float64Array): Spread {
  if (here.length !== there.length) throw new Error(`${here.length} losses here and ${there.length} there are not of the same samples`);
  return spreadOf(there.map((loss, sample) => loss - here[sample]!));
}
