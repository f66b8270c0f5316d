/** How long something still takes, from how fast its share grew lately: a rounded range, refreshed seldom, which says when it grew. */
import { useEffect, useEffectEvent, useState } from 'react';
import { etaRange } from '#components/durations.ts';

export type Eta = { readonly range: readonly [low: string, high: string]; readonly isLonger: boolean };

const REFRESH_MS = 2000;
const WINDOW_MS = 30_000;

/** @param share done, in [0, 1]; null while nothing runs. Null until it can be said. */
export function useEta(share: number | null): Eta | null {
  const [eta, setEta] = useState<Eta | null>(null);
  const isRunning = share !== null;
  const now = useEffectEvent(() => share ?? 0);

  useEffect(() => {
    if (!isRunning) return undefined;
    const seen: { readonly at: number; readonly share: number }[] = [];
    let before: number | null = null;
    const look = () => {
      const at = performance.now();
      seen.push({ at, share: now() });
      while (seen.length > 2 && at - seen[0]!.at > WINDOW_MS) seen.shift();
      const [first, last] = [seen[0]!, seen.at(-1)!];
      const perMs = last.at > first.at ? (last.share - first.share) / (last.at - first.at) : 0;
      if (perMs <= 0 || last.share >= 1) return setEta(null);
      const seconds = (1 - last.share) / perMs / 1000;
      setEta({ range: etaRange(seconds), isLonger: before !== null && seconds > before * 1.25 });
      before = seconds;
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
