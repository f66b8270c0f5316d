/**
 * Hears of something that changes often a few times a second, on one clock for all who listen to it, so that the page is drawn once for them
 * all and not once for each, nor once for each change. It does not know what changes.
 */
type Changing = { readonly subscribe: (listener: () => void) => () => void };

/** Numbers and words need not change with every picture. */
const SLOW_MS = 200;

const known = new WeakMap<Changing, Changing['subscribe']>();

/** The slow way to subscribe to `source`, the same for everybody. @param isUrgent whether a change that was just made must be heard at once; the first caller of a source decides */
export function slowly(source: Changing, isUrgent: () => boolean = () => false): Changing['subscribe'] {
  const made = known.get(source);
  if (made) return made;
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = () => {};
  const rest = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const tell = (): void => {
    rest();
    for (const listener of listeners) listener();
  };
  const heed = (): void => {
    if (isUrgent()) tell();
    else timer ??= setTimeout(tell, SLOW_MS);
  };
  const subscribe: Changing['subscribe'] = (listener) => {
    if (listeners.size === 0) stop = source.subscribe(heed);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      stop();
      rest();
    };
  };
  known.set(source, subscribe);
  return subscribe;
}
