/**
 * The keys of the room. Undo, Esc and ? work everywhere but in text fields; single letters only while the
 * picture has the focus (WCAG 2.1.4). Keys that move over the picture are the landscape's own.
 */
import { useEffect, useEffectEvent, type KeyboardEvent as ReactKeyboardEvent } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import type { LossRange } from '#lib/work/surface.ts';
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

export function useKeyboard(actions: RoomActions): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || isTyping(event.target)) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key.toLowerCase() === 'z') {
      event.preventDefault();
      if (event.shiftKey) actions.redo();
      else actions.undo();
    } else if (isCommand && event.key.toLowerCase() === 'y') {
      event.preventDefault();
      actions.redo();
    } else if (!isCommand && event.key === '?') actions.showShortcuts();
    else if (event.key === 'Escape') actions.leave();
  });

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => press(event);
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

type PictureKeys = { readonly session: Session; readonly view: View; readonly mayEdit: boolean; readonly measured: LossRange | null; readonly actions: RoomActions };

/** What a key means while the picture has the focus. */
export function pressOnPicture(event: ReactKeyboardEvent, { session, view, mayEdit, measured, actions }: PictureKeys): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const { look, camera } = view;
  const keys: Readonly<Record<string, () => void>> = {
    '3': () => view.setCamera({ ...camera, view: 'both' }),
    n: () => {
      if (!mayEdit) return;
      if (view.isNoting && view.crosshair) view.setNote({ kind: 'new', at: view.crosshair });
      else view.setNoting(!view.isNoting);
    },
    l: () => view.setLook({ ...look, colourScale: look.colourScale === 'log' ? 'linear' : 'log' }),
    c: () => view.setLook({ ...look, contours: !look.contours }),
    b: () => view.setLook({ ...look, range: look.range === 'auto' ? (measured && measured.max > measured.min ? measured : 'auto') : 'auto' }),
    s: actions.copyLink,
    j: () => (session.lending.state.getSnapshot().kind === 'off' ? session.lending.start() : session.lending.stop()),
    '\\': actions.togglePanels,
    '.': actions.togglePresenting,
  };
  const act = keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
}
