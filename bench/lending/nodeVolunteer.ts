/** The headless volunteer inside the benchmark: what `npm run volunteer` runs, with its compute threads, in one session. */
import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Subject } from '#lib/network/subject.ts';
import type { CreatedSession } from '#lib/wire/api.ts';
import { joinHeadless, type Headless } from '#scripts/volunteer/headless.ts';
import { nodeAnalysts, nodeWorkers } from '#scripts/volunteer/nodeWorkers.ts';
import { ROOT } from '#bench/builtServer.ts';

/** Every tile under way listens for the stop; Node would call more than ten of them a leak. */
const MOST_LISTENERS = 128;

export const threadsOf = (threads: number) => ({ script: pathToFileURL(`${ROOT}dist/computeThread.mjs`), threads: Math.min(threads, availableParallelism()), hasGraphics: false });

/** Joined and lending. */
export async function openNodeVolunteer(url: string, session: CreatedSession, subjects: readonly Subject[], threads: number): Promise<Headless> {
  setMaxListeners(MOST_LISTENERS);
  const headless = joinHeadless({
    origin: url,
    session: session.id,
    key: session.key,
    subjects,
    host: nodeWorkers(threadsOf(threads)),
    analysts: nodeAnalysts(threadsOf(threads)),
    onNotice: (message) => console.error(`the volunteer says: ${message}`),
  });
  await headless.joined;
  const { volunteer } = headless;
  volunteer.setWish('wasm');
  const isReady = new Promise<void>((resolve, reject) => {
    volunteer.state.subscribe(() => {
      const state = volunteer.state.getSnapshot();
      if (state.kind === 'unable') reject(new Error(state.reason));
      if (state.kind === 'idle' || state.kind === 'helping') resolve();
    });
  });
  volunteer.start();
  await isReady;
  return headless;
}
