/**
 * Trust domains of pages that connect: a name for the network of an address, and the minute.
 *
 * The name is a hash by a key that is made at each start and stored nowhere: no address can be found from it, and none is kept. Rule V17.
 */
import { createHmac } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { Domain } from '#lib/work/belief/domain.ts';
import type { Clock } from './clock.ts';

const MINUTE_MS = 60_000;
/** Of an IPv6 address so many groups of 16 bits name the site: what one household or school is given, or more. */
const SITE_GROUPS = 3;

export type Domains = (address: string) => Domain;

/** @param key secret bytes of this start */
export function createDomains(key: Uint8Array, { now }: Pick<Clock, 'now'>): Domains {
  return (address) => ({
    network: createHmac('sha256', key).update(networkOf(address)).digest('base64url').slice(0, 16),
    minute: Math.floor(now() / MINUTE_MS),
  });
}

/** The first three numbers of an IPv4 address, the first 48 bits of an IPv6 address; whatever is neither stands for itself. */
function networkOf(address: string): string {
  const [plain] = address.split('%');
  const mapped = plain!.toLowerCase().startsWith('::ffff:') ? plain!.slice('::ffff:'.length) : plain!;
  if (isIPv4(mapped)) return mapped.split('.').slice(0, 3).join('.');
  if (!isIPv6(plain!)) return address;
  // As the URL standard writes it: short, in small letters, IPv4 endings as hexadecimal.
  const [before, after] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const head = before === '' ? [] : before!.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const groups = after === undefined ? head : [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return groups.slice(0, SITE_GROUPS).join(':');
}
