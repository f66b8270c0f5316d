/**
 * Notices a device that no longer answers: work that takes far longer than it should is given up.
 *
 * The work itself cannot be stopped; what it would have given is not waited for. It knows no device. Rule C12 in docs/SPEC.md.
 */
import { DeviceFault } from './gpuGuard.ts';
import type { Pace } from './pace.ts';

export type Patience = {
  /** No work is given up sooner, in milliseconds of computing. */
  readonly least: number;
  /** Times what was expected. */
  readonly factor: number;
};

export const PATIENCE: Patience = { least: 10_000, factor: 20 };

/** @param expectedMs how long the work should take, rests not counted @throws DeviceFault */
export async function watched<T>(pace: Pace, expectedMs: number, work: Promise<T>, { least, factor }: Patience = PATIENCE): Promise<T> {
  const limit = Math.max(least, factor * expectedMs);
  const start = performance.now();
  const restedBefore = pace.rested();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const given = new Promise<never>((_, reject) => {
    const look = (): void => {
      const left = limit - (performance.now() - start - (pace.rested() - restedBefore));
      if (left > 0) timer = setTimeout(look, left);
      else reject(new DeviceFault(`the graphics device did not answer for ${Math.round(limit / 1000)} s`, 'hung'));
    };
    timer = setTimeout(look, limit);
  });
  try {
    return await Promise.race([work, given]);
  } finally {
    clearTimeout(timer);
  }
}
