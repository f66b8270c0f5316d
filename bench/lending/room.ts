/** A session of a benchmark, with a page that only looks and the headless volunteer in it; both leave whatever becomes of what is measured. */
import { loadBuiltin } from '#client/subjects.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { CreatedSession } from '#lib/wire/api.ts';
import type { Headless } from '#scripts/volunteer/headless.ts';
import type { BuiltServer } from '#bench/builtServer.ts';
import { openNodeVolunteer } from './nodeVolunteer.ts';
import { tileCount, watchSession, type Watcher } from './watcher.ts';

const LIMIT_MS = 120_000;

export type Room = {
  readonly subject: Subject;
  readonly session: CreatedSession;
  readonly watcher: Watcher;
  /** Lends with one thread. */
  readonly volunteer: Headless['volunteer'];
  /** Places a slice and waits until its last tile is here: milliseconds of both together, and of the placing. @throws after two minutes */
  readonly compute: (recipe: SliceRecipe) => Promise<{ readonly sliceId: string; readonly ms: number; readonly placingMs: number }>;
};

/** @param network a built-in */
export async function inRoom<T>(server: BuiltServer, network: string, use: (room: Room) => Promise<T>): Promise<T> {
  const subject = await loadBuiltin(network, server.url);
  const session = await server.createSession();
  const watcher = await watchSession(server.url, session);
  try {
    const { volunteer, leave } = await openNodeVolunteer(server.url, session, [subject], 1);
    try {
      return await use({ subject, session, watcher, volunteer, compute });
    } finally {
      await leave();
    }
  } finally {
    watcher.close();
  }

  async function compute(recipe: SliceRecipe): ReturnType<Room['compute']> {
    const start = performance.now();
    const sliceId = await server.place(session, recipe);
    const placingMs = performance.now() - start;
    return { sliceId, placingMs, ms: (await watcher.complete(sliceId, tileCount(recipe, subject), LIMIT_MS)) - start };
  }
}
