/** Times as people say them: `4 s`, `2 min`, `1 h 10 min`; and what is left as a rounded range. */

export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.max(0.1, Number(seconds.toFixed(1)))} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} days`;
}

export const formatMilliseconds = (ms: number): string => (ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : formatSeconds(ms / 1000));

/** What one number stands for that was measured once: a quarter more or less. */
export const etaRange = (seconds: number): readonly [low: string, high: string] => spokenRange(seconds * 0.8, seconds * 1.25);

/** Both ends on a 1, 1.5, 2, 3, 5, 7 scale and outwards, so that the range holds what was measured and stands still while that trembles. */
export function spokenRange(lowSeconds: number, highSeconds: number): readonly [low: string, high: string] {
  const low = stepBelow(lowSeconds);
  const high = stepAbove(Math.max(highSeconds, low * 1.01));
  return withSharedUnit(formatSeconds(low), formatSeconds(high));
}

/** `15 s` and `30 s` are said as 15–30 s. */
function withSharedUnit(low: string, high: string): readonly [string, string] {
  const [number, unit, ...more] = low.split(' ');
  return number !== undefined && more.length === 0 && high.endsWith(` ${unit}`) && high.split(' ').length === 2 ? [number, high] : [low, high];
}

const STEPS = [1, 1.5, 2, 3, 5, 7, 10];

function stepBelow(value: number): number {
  const power = powerOf(value);
  return Math.max(1, power * (STEPS.findLast((step) => step * power <= value) ?? 1));
}

function stepAbove(value: number): number {
  const power = powerOf(value);
  return Math.max(2, power * (STEPS.find((step) => step * power >= value) ?? 10));
}

const powerOf = (value: number): number => 10 ** Math.floor(Math.log10(Math.max(value, 1e-3)));
