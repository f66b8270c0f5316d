/**
 * The lending side of the production server in a process of its own, for bench/lending/socket.ts: real Socket.IO, sessions and scheduler,
 * with tiles kept in memory and no pages.
 *
 * Its devices are known and trusted already, as those of a class that has worked for a while: what newcomers are held back for is not
 * what is timed here.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deviceKeyOf, TRUSTED_AT } from '#lib/work/belief/device.ts';
import { systemClock } from '#server/clock.ts';
import { secretDice } from '#server/dice.ts';
import { createLog } from '#server/log.ts';
import { createMemoryStorage } from '#server/memoryStorage.ts';
import { createInlineProber } from '#server/prober.ts';
import { loadSubjects } from '#server/subjects.ts';
import { startTarn } from '#server/tarn.ts';
import { ENGINE_VERSION } from '#lib/wire/events.ts';
import { deviceIdOf, DEVICE_TITLE, MOST_DEVICES, type ServerAnswer, type ServerRequest } from './socketProtocol.ts';

const BUILTINS = fileURLToPath(new URL('../../public/builtins', import.meta.url));

const subjects = await loadSubjects(join(BUILTINS));
const storage = createMemoryStorage();
const now = systemClock.date();
for (let number = 0; number < MOST_DEVICES; number++) {
  const key = deviceKeyOf({ device: deviceIdOf(number), epoch: 0, engine: ENGINE_VERSION, backend: DEVICE_TITLE });
  await storage.saveDevice({ key, person: 'before', state: 'trusted', since: now, passed: 10 * TRUSTED_AT, passedAt: now, compared: 10 * TRUSTED_AT, mismatched: 0, catches: 0 });
}
const tarn = await startTarn({
  config: { host: '127.0.0.1', port: 0, publicUrl: null, maxPeople: 10_000, trustProxy: false, isDevelopment: false },
  storage,
  subjects,
  prober: createInlineProber(subjects),
  // Checking has processors of its own in production: here it would run on the core that is timed.
  budget: { perSecond: 1 },
  clock: systemClock,
  dice: secretDice,
  log: createLog('text', (line) => console.error(line), systemClock.date),
  openPages: async () => async (_request, response) => void response.writeHead(404).end(),
});

const say = (answer: ServerAnswer) => process.send!(answer);

process.on('message', (request: ServerRequest) => {
  if (request === 'processor') {
    const { user, system } = process.cpuUsage();
    say({ kind: 'processor', seconds: (user + system) / 1e6 });
  } else process.exit();
});
process.on('disconnect', () => process.exit());
say({ kind: 'listening', port: tarn.port });
