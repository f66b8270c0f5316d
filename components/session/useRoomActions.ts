/** What keys and buttons of the room do, and the short sentences they answer with. */
import { useEffect, useState } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import { copyText } from '#components/ui/CopyButton.tsx';
import { say } from '#components/words.ts';
import type { RoomActions } from './useKeyboard.ts';
import { addressOf } from './useLink.ts';
import type { View } from './useView.ts';

const SAID_MS = 4000;

type Switches = { readonly togglePanels: () => void; readonly togglePresenting: () => void; readonly showShortcuts: () => void; readonly closeAll: () => void };

export type Said = { readonly message: string; readonly say: (message: string) => void };

export function useRoomActions(session: Session, view: View, switches: Switches): { readonly actions: RoomActions; readonly said: Said } {
  const [message, setMessage] = useState('');

  useEffect(() => {
    if (message === '') return undefined;
    const timer = setTimeout(() => setMessage(''), SAID_MS);
    return () => clearTimeout(timer);
  }, [message]);

  const step = (direction: 'undo' | 'redo') => {
    const title = (direction === 'undo' ? session.undoTitle : session.redoTitle).getSnapshot();
    const outcome = session[direction]();
    if (outcome === 'changedSince') setMessage(say('undo.changed'));
    else if (outcome === 'done') setMessage(`${direction === 'undo' ? 'Undone' : 'Done again'}: ${title ?? ''}`);
  };

  return {
    said: { message, say: setMessage },
    actions: {
      undo: () => step('undo'),
      redo: () => step('redo'),
      copyLink: () => {
        copyText(addressOf(session, view, session.key)).then(
          () => setMessage(say('share.copied')),
          () => setMessage(say('share.failed')),
        );
      },
      togglePanels: switches.togglePanels,
      togglePresenting: switches.togglePresenting,
      showShortcuts: switches.showShortcuts,
      leave: () => {
        if (view.note) view.setNote(null);
        else if (view.isNoting) view.setNoting(false);
        else if (view.overlays.isCutting) view.setOverlays({ ...view.overlays, isCutting: false });
        else switches.closeAll();
      },
    },
  };
}
