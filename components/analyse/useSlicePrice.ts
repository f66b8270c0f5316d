/** What a slice that a card offers would take on this device, measured when the card is open. */
import { useEffect, useEffectEvent, useState } from 'react';
import type { Price } from '#client/sessionTypes.ts';
import { canonicalJson } from '#lib/digest.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { etaRange } from '#components/durations.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { say } from '#components/words.ts';

export type SlicePrice = { readonly kind: 'working' } | { readonly kind: 'known'; readonly price: Price } | { readonly kind: 'unable'; readonly reason: string };

/** @param recipe null asks for none */
export function useSlicePrice(recipe: SliceRecipe | null): SlicePrice {
  const session = useSession();
  const text = recipe && canonicalJson(recipe);
  const [known, setKnown] = useState<{ readonly of: string; readonly price: SlicePrice } | null>(null);
  const measure = useEffectEvent(() => (recipe ? session.price(recipe) : Promise.reject(new Error('no slice to price'))));
  useEffect(() => {
    if (text === null) return undefined;
    let isOver = false;
    measure().then(
      (price) => !isOver && setKnown({ of: text, price: { kind: 'known', price } }),
      (error: unknown) => !isOver && setKnown({ of: text, price: { kind: 'unable', reason: error instanceof Error ? error.message : String(error) } }),
    );
    return () => {
      isOver = true;
    };
  }, [text]);
  return known?.of === text ? known.price : { kind: 'working' };
}

/** For so many slices of that price. */
export function priceWords(price: SlicePrice, slices = 1): string {
  if (price.kind === 'working') return say('price.working');
  if (price.kind === 'unable') return price.reason;
  const [lo, hi] = etaRange(price.price.seconds * slices);
  return say('price.slices', { lo, hi });
}
