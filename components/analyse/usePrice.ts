/** What an analysis would cost here, measured when its card is opened: a fraction of a second of computing, off the page's thread. */
import { useEffect, useEffectEvent, useState } from 'react';
import { canonicalJson } from '#lib/digest.ts';
import type { AnalysisRequest } from '#lib/analysis/requests/requests.ts';
import { useSession } from '#components/session/SessionContext.ts';

type Price = { readonly kind: 'working' } | { readonly kind: 'known'; readonly seconds: number } | { readonly kind: 'unable'; readonly reason: string };

/** Typing in a field asks for many prices that nobody wants. */
const SETTLE_MS = 250;

export const usePrice = (request: AnalysisRequest): Price => usePrices([request]);

/** Of several, one after the other. */
export function usePrices(requests: readonly AnalysisRequest[]): Price {
  const { analyses } = useSession();
  const text = canonicalJson(requests);
  const [known, setKnown] = useState<{ readonly of: string; readonly price: Price } | null>(null);
  const measure = useEffectEvent(async () => {
    let seconds = 0;
    for (const request of requests) seconds += (await analyses.price(request)).seconds;
    return seconds;
  });

  useEffect(() => {
    let isOver = false;
    const timer = setTimeout(() => {
      measure().then(
        (seconds) => !isOver && setKnown({ of: text, price: { kind: 'known', seconds } }),
        (error: unknown) => !isOver && setKnown({ of: text, price: { kind: 'unable', reason: error instanceof Error ? error.message : String(error) } }),
      );
    }, SETTLE_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [text]);

  return known?.of === text ? known.price : { kind: 'working' };
}
