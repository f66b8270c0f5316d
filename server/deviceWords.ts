/** What the owner of a device is told of its numbers: plainly, with the count, and without blame. */
import { quarantineEnds, type DeviceRecord, type DeviceState } from '#lib/work/belief/device.ts';

const CAUSE = 'This often means overheating, overclocking or a driver bug.';

/** Null where nothing has to be said. */
export function wordsForDevice(device: DeviceRecord, before: DeviceState): string | null {
  const { state, compared, mismatched } = device;
  const count = `${mismatched} of ${compared}`;
  switch (state) {
    case 'suspect':
      return `This device returned numbers that do not quite match ours (${count} compared), so a few more are looked at. ${CAUSE}`;
    case 'quarantined': {
      const ends = quarantineEnds(device);
      const pause = ends === null ? 'It is not asked to help any more' : `It is not asked to help for ${Math.round((ends - device.since) / 60_000)} minutes, and then starts afresh`;
      return `This device returned numbers that do not match ours (${count} compared). ${CAUSE} What it computed is computed again by others. ${pause}; everything else works as before.`;
    }
    case 'probation':
    case 'trusted':
      return before === 'suspect' || before === 'cooldown' ? 'The numbers of this device match again. Thank you for helping.' : null;
    case 'new':
    case 'cooldown':
      return null;
  }
}
