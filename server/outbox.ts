/** How a session speaks to its pages. sockets.ts gives it Socket.IO; tests give it a list. */
import type { ServerToClient } from '#lib/wire/events.ts';

/** Connections, not people: one person may have several pages open. */
export type Audience = 'everyone' | { readonly only: string } | { readonly except: string };

export type Outbox = {
  readonly send: <Event extends keyof ServerToClient>(to: Audience, event: Event, ...payload: Parameters<ServerToClient[Event]>) => void;
  /** Closes every connection: the pages come back by themselves and exchange what is missing. */
  readonly hangUp: () => void;
};
