/** Slices that none of the devices here can hold, as the server tells; forgotten with the connection. */
import type { LiveSocket } from './connection.ts';
import { createStore, type Store } from './store.ts';

export function watchTooLarge(socket: LiveSocket): Store<ReadonlySet<string>> {
  const tooLarge = createStore<ReadonlySet<string>>(new Set());
  socket.on('tooLarge', (slices) => tooLarge.set(new Set(slices)));
  socket.on('disconnect', () => tooLarge.set(new Set()));
  return tooLarge;
}
