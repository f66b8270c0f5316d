/**
 * The tail: who is slow to the end is relieved of what they have not begun, and only then is a tile computed twice.
 *
 * Zaharia et al., "Improving MapReduce performance in heterogeneous environments" (LATE), OSDI 2008: the task that is
 * expected to end last is the one to help with, on a device that is fast enough, and not too many at once. It only says
 * what should go where.
 */
import type { Device, Held } from './device.ts';
import type { SliceWork } from './sliceWork.ts';

/** A lease so young that has not begun is left alone: idle devices would pass it around for ever. */
const YOUNG_MS = 1500;
/** Taken over only by who finishes in less than this share of the time that its holder needs. */
const STEAL_WITHIN = 0.7;
/** A twin costs work that is thrown away, so it must be worth more. */
const TWIN_WITHIN = 0.5;
/** Of all tiles under way, at most this share is computed twice. */
const MOST_TWINS = 0.05;

/** Whether a tile may be lent to who is idle. */
export type MayTake = (slice: SliceWork, tile: number) => boolean;

export type Relief = { readonly from: Device; readonly held: Held };

/** Milliseconds until a device is done with all it holds. Who is late is expected to need as long again. */
const leftMs = (device: Device, now: number): number => Math.abs(device.finishesAt - now);

/**
 * What of the last to finish an idle device should take over: so much that both are done at the same time.
 *
 * @param victims those that finish last @param mostMs on one worker of the device
 */
export function steal(thief: Device, victims: readonly Device[], mayTake: MayTake, now: number, mostMs: number): readonly Relief[] {
  let best: Device | null = null;
  for (const victim of victims) {
    if (victim !== thief && victim.held.length > victim.facts.workers && (!best || leftMs(victim, now) > leftMs(best, now))) best = victim;
  }
  if (!best) return [];
  const from = best;
  const left = leftMs(from, now);
  const taken: Relief[] = [];
  let theirMs = left;
  let ownMs = thief.busyMs;
  for (let index = from.held.length - 1; index >= from.facts.workers; index--) {
    const held = from.held[index]!;
    const { lease, slice, tile } = held;
    const isYoung = now - lease.grantedAt < YOUNG_MS && !lease.hasResult;
    if (taken.length > 0 && lease.tier !== taken[0]!.held.lease.tier) break;
    if (isYoung || held.isTwin || !mayTake(slice, tile)) continue;
    const loadMs = taken.length === 0 ? thief.loadMs(slice, tile) : 0;
    ownMs += (thief.predict(slice.spec.costClass, slice.spec.cost[tile]!) + loadMs) / thief.facts.workers;
    if (ownMs > STEAL_WITHIN * left || ownMs > mostMs || (taken.length > 0 && ownMs > theirMs)) break;
    theirMs -= held.ms / from.facts.workers;
    taken.push({ from, held });
  }
  return taken;
}

/** A tile that an idle device should compute as well, because its holder will take much longer. */
export function twin(idle: Device, victims: readonly Device[], mayTake: MayTake, now: number, inFlight: number, twins: number): Relief | null {
  if (twins + 1 > Math.max(1, MOST_TWINS * inFlight)) return null;
  let best: { readonly relief: Relief; readonly left: number } | null = null;
  for (const from of victims) {
    // What can be divided is taken over, not computed twice.
    if (from === idle || from.held.length > from.facts.workers) continue;
    for (const held of from.held.slice(0, from.facts.workers)) {
      const { slice, tile } = held;
      if (held.isTwin || held.isCheck || slice.hasTwin(tile) || !mayTake(slice, tile)) continue;
      const left = Math.abs(from.since + held.ms + held.loadMs - now);
      const ownMs = idle.predict(slice.spec.costClass, slice.spec.cost[tile]!) + idle.loadMs(slice, tile);
      if (ownMs < TWIN_WITHIN * left && (!best || left > best.left)) best = { relief: { from, held }, left };
    }
  }
  return best?.relief ?? null;
}
