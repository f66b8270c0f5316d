/**
 * The handwritten digits of E. Alpaydin and C. Kaynak (UCI machine learning repository, 1998; CC BY 4.0; public/examples), the test set
 * of 1,797 that scikit-learn carries too: something for a reduction to work on whose right picture everybody can see.
 */
export type Digits = {
  /** 64 numbers from 0 to 16 each: 8 × 8 pixels, row by row. */
  readonly rows: readonly Float64Array[];
  readonly labels: readonly number[];
};

/** @param text one image a line: 64 digits to the base 17, a space, and what it shows @throws for any other text */
export function readDigits(text: string): Digits {
  const lines = text.trim().split('\n');
  for (const [index, line] of lines.entries()) if (!/^[0-9a-g]{64} \d$/.test(line)) throw new Error(`line ${index + 1} of the digits is none: ${line.slice(0, 80)}`);
  return {
    rows: lines.map((line) => Float64Array.from(line.slice(0, 64), (letter) => Number.parseInt(letter, 17))),
    labels: lines.map((line) => Number(line.at(-1))),
  };
}
