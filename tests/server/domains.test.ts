/** Trust domains from addresses: which belong together, that no address can be read from them, and that sessions hear of them. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDomains } from '#server/domains.ts';
import { LiveSession } from '#server/liveSession.ts';
import { createManualClock } from '#tests/support/manualClock.ts';
import { connectSocket, startServer } from '#tests/support/startedTarn.ts';

const KEY = Uint8Array.from({ length: 32 }, (_, index) => index);

afterEach(() => void vi.restoreAllMocks());

describe('trust domains', () => {
  it.each([
    ['one IPv4 network', '203.0.113.7', '203.0.113.250', true],
    ['another IPv4 network', '203.0.113.7', '203.0.114.7', false],
    ['IPv4, also where it is written as IPv6', '203.0.113.7', '::ffff:203.0.113.9', true],
    ['one site of IPv6, however it is written', '2001:db8:12::1', '2001:0DB8:0012:ffff:1:2:3:4', true],
    ['another site of IPv6', '2001:db8:12::1', '2001:db8:13::1', false],
    ['this machine', '127.0.0.1', '127.0.0.1', true],
    ['this machine by either protocol', '127.0.0.1', '::1', false],
    ['a link with its interface', 'fe80::1%eth0', 'fe80::2%eth1', true],
    ['what is no address', 'unknown', 'unknown', true],
    ['what is no address, and another', 'unknown', '', false],
  ])('[V17] %s', (_, one, other, isOne) => {
    const domainOf = createDomains(KEY, createManualClock());
    expect(domainOf(one).network === domainOf(other).network).toBe(isOne);
  });

  it('[V17] the minute is that of the connection; no part of the address is in the name, and another start gives another', async () => {
    const clock = createManualClock();
    const domainOf = createDomains(KEY, clock);
    const before = domainOf('203.0.113.7');
    await clock.advance(5 * 60_000);
    expect([before.minute, domainOf('203.0.113.7').minute]).toEqual([0, 5]);
    expect(before.network).toMatch(/^[\w-]{16}$/);
    expect(createDomains(KEY.map((byte) => byte + 1), clock)('203.0.113.7').network).not.toBe(before.network);
  });

  it('[V17] a session hears where a page came from by the word of a proxy that is trusted, and of no address', async () => {
    const join = vi.spyOn(LiveSession.prototype, 'join');
    const networksOf = async (trustProxy: boolean): Promise<readonly string[]> => {
      const server = await startServer({ trustProxy });
      const session = await server.createSession();
      join.mockClear();
      for (const address of ['203.0.113.7', '203.0.113.8', '198.51.100.7']) {
        const socket = connectSocket(server.url, { session: session.id, key: session.key }, ['websocket'], { 'x-forwarded-for': `10.0.0.1, ${address}` });
        await new Promise<void>((resolve) => void socket.once('welcome', () => resolve()));
        socket.close();
      }
      await server.close();
      expect(JSON.stringify(join.mock.calls)).not.toMatch(/203\.0|198\.51|127\.0|10\.0/);
      return join.mock.calls.map(([{ domain }]) => domain!.network);
    };
    const [first, second, third] = await networksOf(true);
    expect([first === second, first === third]).toEqual([true, false]);
    // Without a proxy anybody could write that header: all of them come from this machine.
    expect(new Set(await networksOf(false)).size).toBe(1);
    expect((await networksOf(true))[0]).not.toBe(first);
  });
});
