/** Where a request came from: its own address, or behind a proxy that is trusted what that says. It is used and kept nowhere. */
import type { IncomingMessage } from 'node:http';

export function visitorAddress({ headers, socket }: IncomingMessage, trustProxy: boolean): string {
  const forwarded = headers['x-forwarded-for'];
  // The last entry is the proxy's own word; those before it are the visitor's.
  const last = trustProxy && typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined;
  return last || (socket.remoteAddress ?? 'unknown');
}
