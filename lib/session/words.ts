/**
 * Numbers as people read them: the same everywhere, with a true minus sign.
 *
 * It does not know any other language yet; the decimal sign is a point, as in the tools it compares with.
 */
import type { Capacity } from '#lib/work/capacity.ts';

/** A sentence with its braces filled. Throws for a brace without a value. */
export const fill = (sentence: string, values: Readonly<Record<string, string | number>>): string =>
  sentence.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the sentence “${sentence}” needs a value for ${name}`);
    return String(value);
  });

const MINUS = '−';

const withMinus = (text: string): string => text.replaceAll('-', MINUS);

/** A loss to four significant digits: `1.372`, `0.0831`, `1,204`, `3.1×10⁻⁷`. */
export function formatLoss(loss: number): string {
  if (Number.isNaN(loss)) return 'not a number';
  if (!Number.isFinite(loss)) return loss > 0 ? 'infinite' : 'minus infinity';
  if (loss === 0) return '0';
  const size = Math.abs(loss);
  if (size >= 1e6 || size < 1e-4) return powerOfTen(loss, 2);
  if (size >= 9999.5) return withMinus(Math.round(loss).toLocaleString('en-GB'));
  return withMinus(String(Number(loss.toPrecision(4))));
}

/** A rough loss, for estimates: two significant digits. */
export function formatRoughLoss(loss: number): string {
  const size = Math.abs(loss);
  if (loss !== 0 && (size >= 1e5 || size < 1e-4)) return powerOfTen(loss, 1);
  return withMinus(String(Number(loss.toPrecision(2))));
}

/** A coordinate with as many digits as neighbours `step` apart need to be told apart. */
export function formatCoordinate(value: number, step = 0.01): string {
  if (!Number.isFinite(value)) return formatLoss(value);
  if (value === 0) return '0';
  if (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-6) return powerOfTen(value, 2);
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  const text = value.toFixed(digits);
  return withMinus(Number(text) === 0 ? text.replace('-', '') : text);
}

/** A share as a percentage with one digit: `58.3 %`. */
export const formatShare = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A whole number with thousands separated: `1,204`. */
export const formatCount = (count: number): string => count.toLocaleString('en-GB');

/** The axes of a slice, in order. */
export const AXIS_NAMES = ['α', 'β', 'γ'] as const;

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** A size in steps of a thousand, to three digits: `3.42 MB`, `2.93 TB`, `854 B`. */
export function formatBytes(bytes: number): string {
  const step = Math.min(BYTE_UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Number(bytes.toPrecision(3))) / 3)));
  return `${Number((bytes / 1000 ** step).toPrecision(3))} ${BYTE_UNITS[step]}`;
}

/** How much a device has room for, or a slice takes: `614 MB, 12 MB of it in one piece`. */
export const formatCapacity = ({ piece, all }: Capacity): string => (piece >= all ? formatBytes(all) : `${formatBytes(all)}, ${formatBytes(piece)} of it in one piece`);

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function powerOfTen(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  const raised = [...String(Math.abs(Number(exponent)))].map((digit) => SUPERSCRIPT[Number(digit)]).join('');
  return withMinus(`${mantissa}×10${Number(exponent) < 0 ? '⁻' : ''}${raised}`);
}
