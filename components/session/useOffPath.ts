/** Work too heavy for a render: done right after it, and kept while its scope stays the same. */
import { useEffect, useEffectEvent, useState } from 'react';

/**
 * @param scope what an earlier outcome may still stand for while the next is made
 * @param key what the outcome depends on; null computes nothing
 */
export function useOffPath<T>(scope: string, key: string | null, compute: () => T): T | null {
  const [outcome, setOutcome] = useState<{ readonly scope: string; readonly value: T } | null>(null);
  const run = useEffectEvent(compute);

  useEffect(() => {
    if (key === null) return undefined;
    const timer = setTimeout(() => setOutcome({ scope, value: run() }), 0);
    return () => clearTimeout(timer);
  }, [scope, key]);

  return key !== null && outcome?.scope === scope ? outcome.value : null;
}
