/** A thing that lives as long as a component stands: made in the next turn, so that a component that is put up and taken down at once makes none. */
import { useEffect, useEffectEvent, useState } from 'react';

/**
 * @param key makes it anew when it changes
 * @returns null until it is made
 */
export function useLasting<T>(key: string, make: () => T, end: (thing: T) => void): T | null {
  const [made, setMade] = useState<{ readonly key: string; readonly thing: T } | null>(null);
  const makeNow = useEffectEvent(make);
  const endNow = useEffectEvent(end);

  useEffect(() => {
    let living: { readonly key: string; readonly thing: T } | null = null;
    const timer = setTimeout(() => {
      living = { key, thing: makeNow() };
      setMade(living);
    }, 0);
    return () => {
      clearTimeout(timer);
      if (living) endNow(living.thing);
    };
  }, [key]);

  return made?.key === key ? made.thing : null;
}
