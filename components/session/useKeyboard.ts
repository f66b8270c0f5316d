/**
 * The keys of the room. Undo, Esc and ? work everywhere but in text fields; single letters only while the
 * picture has the focus (WCAG 2.1.4). Keys that move over the picture are the landscape's own.
 */
import { useEffect, useEffectEvent } from 'react';
import { LEAST_PROMINENCE } from '#lib/analysis/curveClass.ts';
import type { Session } from '#client/sessionTypes.ts';
import type { LossRange } from '#lib/work/surface.ts';
import { withEnd } from '#lib/session/overlays.ts';
import { NO_COMPARISON } from '#lib/session/comparison.ts';
import type { View } from './useView.ts';

export type RoomActions = {
  readonly undo: () => void;
  readonly redo: () => void;
  readonly copyLink: () => void;
  readonly togglePanels: () => void;
  readonly togglePresenting: () => void;
  readonly showShortcuts: () => void;
  readonly leave: () => void;
};

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio], [type=range]), textarea, select'));

type Keys = { readonly session: Session; readonly view: View; readonly mayEdit: boolean; readonly measured: LossRange | null; readonly actions: RoomActions };

export function useKeyboard(keys: Keys): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || isTyping(event.target)) return;
    const { actions } = keys;
    const isCommand = event.ctrlKey || event.metaKey;
    const letter = event.key.toLowerCase();
    if (isCommand && (letter === 'z' || letter === 'y')) {
      event.preventDefault();
      if (letter === 'y' || event.shiftKey) actions.redo();
      else actions.undo();
    } else if (isCommand || event.altKey) return;
    else if (letter === '?') actions.showShortcuts();
    else if (letter === 'escape') actions.leave();
    else if (event.target instanceof Element && event.target.closest('[data-picture]')) pressOnPicture(event, letter, keys);
  });

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => press(event);
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** What a key means while the picture has the focus. */
function pressOnPicture(event: KeyboardEvent, letter: string, { session, view, mayEdit, measured, actions }: Keys): void {
  const { look, camera, overlays } = view;
  const acts: Readonly<Record<string, () => void>> = {
    '3': () => view.setCamera({ ...camera, view: 'both' }),
    n: () => {
      if (!mayEdit) return;
      if (view.isNoting && view.crosshair) view.setNote({ kind: 'new', at: view.crosshair });
      else view.setNoting(!view.isNoting);
    },
    m: () => view.setOverlays({ ...overlays, lows: overlays.lows === null ? LEAST_PROMINENCE : null }),
    o: () => view.setOverlays({ ...overlays, replay: overlays.replay === null ? 1 : null }),
    h: () => view.setOverlays({ ...overlays, isBendShown: !overlays.isBendShown }),
    x: () => {
      const isEnd = overlays.isCutting && view.crosshair;
      view.setOverlays(isEnd ? { ...overlays, section: withEnd(overlays.section, view.crosshair!) } : { ...overlays, isCutting: !overlays.isCutting });
      view.setTab('analyse');
    },
    v: () => {
      if (view.comparison.panes.length > 0) view.setComparison(NO_COMPARISON);
      else view.setTab('analyse');
    },
    l: () => view.setLook({ ...look, colourScale: look.colourScale === 'log' ? 'linear' : 'log' }),
    c: () => view.setLook({ ...look, contours: !look.contours }),
    b: () => view.setLook({ ...look, range: look.range === 'auto' && measured && measured.max > measured.min ? measured : 'auto' }),
    s: actions.copyLink,
    j: () => (session.lending.state.getSnapshot().kind === 'off' ? session.lending.start() : session.lending.stop()),
    '\\': actions.togglePanels,
    '.': actions.togglePresenting,
  };
  const act = acts[letter];
  if (!act) return;
  event.preventDefault();
  act();
}
