/** The session and the view of it, for everything below the room. */
import { createContext, useContext } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import type { View } from './useView.ts';

export const SessionContext = createContext<Session | null>(null);
export const ViewContext = createContext<View | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession is only for what stands inside a SessionRoom');
  return session;
}

export function useRoomView(): View {
  const view = useContext(ViewContext);
  if (!view) throw new Error('useRoomView is only for what stands inside a SessionRoom');
  return view;
}
