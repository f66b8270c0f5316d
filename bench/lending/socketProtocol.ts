/** What bench/lending/socket.ts and its two processes, a server and a load, say to each other. */

export const MOST_DEVICES = 100;
/** What the devices say they compute with. */
export const DEVICE_TITLE = 'a device of the benchmark';
export const deviceIdOf = (number: number): string => `benchmark-device-${String(number).padStart(4, '0')}`;

export type ServerRequest = 'processor' | 'end';
export type ServerAnswer = { readonly kind: 'listening'; readonly port: number } | { readonly kind: 'processor'; readonly seconds: number };

/**
 * `grants`: all devices in one session ask in turn, `perSecond` requests together, and give back what they are lent. `tiles`: each has a session of its
 * own and returns every tile.
 */
export type LoadRequest =
  | { readonly kind: 'open'; readonly of: 'grants' | 'tiles'; readonly port: number }
  | { readonly kind: 'run'; readonly seconds: number; readonly perSecond: number };

export type Load = {
  /** Tiles lent, each with its ticket. */
  readonly leases: number;
  /** Requests that were answered with at least one. */
  readonly grants: number;
  /** Results that the server kept. */
  readonly kept: number;
  readonly seconds: number;
  /** From a request to its answer, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly processorSeconds: number;
};

export type LoadAnswer = { readonly kind: 'opened' } | ({ readonly kind: 'ran' } & Load) | { readonly kind: 'failed'; readonly message: string };
