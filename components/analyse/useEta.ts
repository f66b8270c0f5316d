/** How long something still takes, from how fast its share grew lately: a rounded range, refreshed seldom, which keeps its word or says that it grew. */
import { useEffect, useEffectEvent, useState } from 'react';
import { leftOf, promise, type Promised } from '#lib/work/eta.ts';
import { spokenRange } from '#components/durations.ts';

export type Eta = { readonly range: readonly [low: string, high: string]; readonly isLonger: boolean };

const REFRESH_MS = 2000;
const WINDOW_MS = 30_000;
/** One computation's share grows unevenly: so much more or less of the time left. */
const SPREAD = 0.25;

/** @param share done, in [0, 1]; null while nothing runs. Null until it can be said. */
export function useEta(share: number | null): Eta | null {
  const [eta, setEta] = useState<Eta | null>(null);
  const isRunning = share !== null;
  const now = useEffectEvent(() => share ?? 0);

  useEffect(() => {
    if (!isRunning) return undefined;
    const seen: { readonly at: number; readonly share: number }[] = [];
    let told: Promised | null = null;
    const look = () => {
      const at = performance.now();
      seen.push({ at, share: now() });
      while (seen.length > 2 && at - seen[0]!.at > WINDOW_MS) seen.shift();
      const [first, last] = [seen[0]!, seen.at(-1)!];
      const perMs = last.at > first.at ? (last.share - first.share) / (last.at - first.at) : 0;
      if (perMs <= 0 || last.share >= 1) {
        told = null;
        return setEta(null);
      }
      const ms = (1 - last.share) / perMs;
      told = promise(told, { lowMs: ms * (1 - SPREAD), highMs: ms * (1 + SPREAD) }, at);
      const { lowMs, highMs, isLonger } = leftOf(told, at);
      setEta({ range: spokenRange(lowMs / 1000, highMs / 1000), isLonger });
    };
    look();
    const timer = setInterval(look, REFRESH_MS);
    return () => {
      clearInterval(timer);
      setEta(null);
    };
  }, [isRunning]);

  return isRunning ? eta : null;
}
