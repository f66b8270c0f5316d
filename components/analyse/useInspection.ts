/** A closer look at a few points of a slice: asked for, priced, under way, done; it ends with the card that asked. */
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { inspect, inspectionPrice, type Inspection } from '#client/inspector.ts';
import type { InspectQuestion } from '#lib/wire/inspectMessages.ts';

export type InspectionState =
  /** What it takes is being measured; it may then start unasked. */
  | { readonly kind: 'pricing' }
  /** `seconds` is a measured estimate. */
  | { readonly kind: 'priced'; readonly seconds: number }
  | { readonly kind: 'running'; readonly done: number; readonly of: number }
  | { readonly kind: 'done'; readonly inspection: Inspection }
  | { readonly kind: 'failed'; readonly reason: string };

export type InspectionControl = { readonly state: InspectionState; readonly start: () => void; readonly cancel: () => void };

/** What takes no longer than this is done without being asked for. */
const UNASKED_SECONDS = 1.5;

/**
 * @param key what the answer depends on; null asks nothing. Another key forgets the answer
 * @param isUnasked whether it starts by itself where its price is small
 */
export function useInspection(key: string | null, question: () => InspectQuestion | null, isUnasked: boolean): InspectionControl {
  const [held, setHeld] = useState<{ readonly key: string | null; readonly state: InspectionState }>({ key: null, state: { kind: 'pricing' } });
  const price = useRef(0);
  const running = useRef<AbortController | null>(null);
  const ask = useEffectEvent(question);

  const tell = (state: InspectionState) => setHeld({ key, state });

  function run(asked: InspectQuestion, stop: AbortController): void {
    running.current = stop;
    tell({ kind: 'running', done: 0, of: asked.spots.length });
    inspect(asked, stop.signal, (done, of) => tell({ kind: 'running', done, of })).then(
      (inspection) => tell({ kind: 'done', inspection }),
      (error: unknown) => {
        if (!stop.signal.aborted) tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
      },
    );
  }
  const runUnasked = useEffectEvent(run);
  const tellPrice = useEffectEvent((seconds: number) => tell({ kind: 'priced', seconds }));
  const tellFailure = useEffectEvent((reason: string) => tell({ kind: 'failed', reason }));

  useEffect(() => {
    const asked = key === null ? null : ask();
    if (!asked) return undefined;
    const stop = new AbortController();
    inspectionPrice(asked, stop.signal).then(
      (seconds) => {
        price.current = seconds;
        if (isUnasked && seconds <= UNASKED_SECONDS) runUnasked(asked, stop);
        else tellPrice(seconds);
      },
      (error: unknown) => {
        if (!stop.signal.aborted) tellFailure(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      stop.abort();
      running.current?.abort();
    };
  }, [key, isUnasked]);

  return {
    state: held.key === key ? held.state : { kind: 'pricing' },
    start: () => {
      const asked = question();
      if (asked) run(asked, new AbortController());
    },
    cancel: () => {
      running.current?.abort();
      tell({ kind: 'priced', seconds: price.current });
    },
  };
}
