/**
 * The volunteers of a simulation, in virtual time: they come, compute what they were lent, overheat, freeze, lose their GPU and leave.
 *
 * Everything a device decides it decides as client/volunteer.ts does. They do not know what the server thinks of them: what they say to it
 * are events, and what it says to them as well.
 */
import type { Domain } from '#lib/work/belief/domain.ts';
import { ATTACKS } from './attacks.ts';
import { PURPOSE, type Draws } from './draws.ts';
import type { EventQueue } from './eventQueue.ts';
import { EVENT, MS, SECOND } from './events.ts';
import { POINT_COST, type Fleet } from './fleet.ts';
import { Held } from './held.ts';
import type { Ideal } from './ideal.ts';
import type { Geometry, Landscape } from './landscape.ts';
import type { Measures } from './measures.ts';
import { NONE, PLACE, type Tasks } from './tasks.ts';

/** What a client holds beyond the round trip. */
const AHEAD_MS = 50;
/** A device tries how fast it is before it lends. */
const TRIAL_US = 300 * MS;
/** Socket.IO notices after this that nobody is there. */
const CLOSED_US = 45 * SECOND;
const DEVICE_LOSS_US = 3600 * SECOND;
const LOSS_TAKES_US = 2 * SECOND;
const HEAT = 0.6;
/** One result in so many is sent twice. */
const AGAIN_ONE_IN = 1024;
/** One of so many that fall silent is only frozen, and goes on after a while. */
const THAWS_ONE_IN = 4;
const SYBIL_RETURNS_US = 5 * SECOND;

/** What a device is doing: not there, computing, frozen, looked for without being there. */
const STATE = { away: 0, here: 1, frozen: 2, banned: 3 } as const;

type Surroundings = {
  readonly fleet: Fleet;
  readonly draws: Draws;
  readonly queue: EventQueue;
  readonly tasks: Tasks;
  readonly geometry: Geometry;
  readonly landscape: Landscape;
  readonly measures: Measures;
  readonly ideal: Ideal;
  /** Whether somebody new takes the place of who left. */
  readonly isReplaced: boolean;
};

export class Volunteers {
  /** How many are there. */
  here = 0;
  /** How often each came: what was meant for an earlier visit reaches nobody. */
  readonly visit: Int32Array;
  readonly #around: Surroundings;
  readonly #state: Uint8Array;
  /** How often it became another identity, and the name of the present one. */
  readonly #epoch: Int32Array;
  readonly #keys: string[] = [];
  readonly #people: string[] = [];
  readonly #joinedUs: Float64Array;
  readonly #returned: Int32Array;
  readonly #held: Held;

  constructor(around: Surroundings) {
    this.#around = around;
    const { size } = around.fleet;
    this.#state = new Uint8Array(size);
    this.visit = new Int32Array(size);
    this.#epoch = new Int32Array(size);
    this.#joinedUs = new Float64Array(size);
    this.#returned = new Int32Array(size);
    this.#held = new Held(around.tasks, size);
    for (let device = 0; device < size; device++) this.#name(device);
  }

  /** On this visit, where one is named. */
  isHere(device: number, visit = this.visit[device]!): boolean {
    return this.#state[device] === STATE.here && this.visit[device] === visit;
  }

  /** Under which identity it is known now. */
  key(device: number): string {
    return this.#keys[device]!;
  }

  person(device: number): string {
    return this.#people[device]!;
  }

  /** Where it is from: everybody from a network of their own, those who lie together or as many from one. */
  domain(device: number): Domain {
    const attack = ATTACKS[this.#around.fleet.attack[device]!]!;
    return { network: attack === 'sybil' || attack === 'colluding' ? attack : String(device), minute: Math.floor(this.#joinedUs[device]! / (60 * SECOND)) };
  }

  join(device: number): void {
    const { fleet, queue, draws } = this.#around;
    this.#state[device] = STATE.here;
    const visit = ++this.visit[device]!;
    this.#joinedUs[device] = queue.time;
    this.#arrives(device);
    queue.push(queue.time + TRIAL_US + fleet.roundTripUs[device]! / 2, EVENT.hello, device, visit);
    if (fleet.stayUs[device]! < Infinity) queue.push(queue.time + fleet.stayUs[device]!, EVENT.away, device, visit);
    queue.push(queue.time + DEVICE_LOSS_US * draws.exponential(device, PURPOSE.lost, visit), EVENT.loss, device, visit);
  }

  leave(device: number, isSilent: boolean): void {
    if (this.#state[device] !== STATE.here) return;
    const { fleet, queue, draws, isReplaced } = this.#around;
    const visit = this.visit[device]!;
    this.#goes(device);
    if (isSilent) {
      const thaws = draws.word(device, PURPOSE.goes, 100 + visit) % THAWS_ONE_IN === 0;
      if (thaws) {
        this.#state[device] = STATE.frozen;
        return queue.push(queue.time + SECOND * (3 + 30 * draws.uniform(device, PURPOSE.goes, 2)), EVENT.thaw, device, visit);
      }
      queue.push(queue.time + CLOSED_US, EVENT.closed, device, visit);
    } else queue.push(queue.time + fleet.roundTripUs[device]! / 2, EVENT.closed, device, visit);
    this.#dropAll(device);
    this.#state[device] = STATE.away;
    if (isReplaced) {
      // Somebody new in the same place.
      this.#becomesAnother(device);
      queue.push(queue.time + CLOSED_US + SECOND * 5 * draws.exponential(device, PURPOSE.again, visit), EVENT.join, device);
    }
  }

  /** What was running when it froze ends now, late. */
  thaw(device: number, visit: number): void {
    if (this.visit[device] !== visit || this.#state[device] !== STATE.frozen) return;
    const { queue, tasks } = this.#around;
    this.#state[device] = STATE.here;
    this.#arrives(device);
    for (let task = this.#held.running[device]!; task !== NONE; task = tasks.next[task]!) queue.push(queue.time, EVENT.done, device, task);
    this.#start(device);
  }

  /** The GPU is gone for a moment: what it computed is lost, what waits is handed back, and trust begins anew. Whether there was one to lose. */
  lose(device: number, visit: number): boolean {
    if (!this.isHere(device, visit)) return false;
    const { queue } = this.#around;
    this.#goes(device);
    this.#dropAll(device);
    this.#becomesAnother(device);
    this.#state[device] = STATE.away;
    queue.push(queue.time + LOSS_TAKES_US, EVENT.join, device);
    return true;
  }

  /** The server takes nothing from it any more. */
  caught(device: number): void {
    const { queue, fleet } = this.#around;
    if (this.#state[device] === STATE.here) this.#goes(device);
    this.#dropAll(device);
    this.#state[device] = STATE.banned;
    queue.push(queue.time + 2 * SECOND, EVENT.check, device);
    if (ATTACKS[fleet.attack[device]!] !== 'sybil') return;
    this.#becomesAnother(device);
    queue.push(queue.time + SYBIL_RETURNS_US, EVENT.join, device);
  }

  /** As client/volunteer.ts: enough to compute while the next is fetched. */
  roomMs(device: number): number {
    const { fleet } = this.#around;
    return Math.ceil(AHEAD_MS + (2 * fleet.roundTripUs[device]!) / MS - this.#held.waitingMs[device]! / fleet.workers[device]!);
  }

  deliver(task: number): void {
    const { tasks } = this.#around;
    const device = tasks.device[task]!;
    if (this.visit[device] !== tasks.visit[task] || this.#state[device] === STATE.away || this.#state[device] === STATE.banned) return tasks.free(task);
    this.#held.wait(device, task);
    if (this.#state[device] === STATE.here) this.#start(device);
  }

  finished(task: number): void {
    const { tasks, fleet, queue, draws, landscape } = this.#around;
    const device = tasks.device[task]!;
    if (tasks.place[task] === PLACE.dropped) return tasks.free(task);
    // A frozen device's result comes when it thaws.
    if (tasks.place[task] !== PLACE.running || this.#state[device] !== STATE.here) return;
    this.#held.end(device, task);
    tasks.place[task] = PLACE.returning;
    tasks.attack[task] = landscape.attackOn(fleet.attack[device]!, device, this.#returned[device]!++, tasks.slice[task]!, tasks.tile[task]!);
    this.#start(device);
    tasks.roomMs[task] = this.roomMs(device);
    const arrives = queue.time + fleet.roundTripUs[device]! / 2;
    queue.push(arrives, EVENT.result, device, task);
    if (draws.word(device, PURPOSE.again, this.#returned[device]!) % AGAIN_ONE_IN === 0) queue.push(arrives + 300 * MS, EVENT.result, device, tasks.copy(task));
  }

  /** What others have or nobody wants is left; `order` names it, and is used up. */
  revoke(order: number, isUseless: boolean): void {
    const { tasks, measures } = this.#around;
    const device = tasks.device[order]!;
    const waiting = this.#held.find(this.#held.waiting, order);
    const running = isUseless ? this.#held.find(this.#held.running, order) : NONE;
    tasks.free(order);
    if (waiting !== NONE) {
      this.#held.leave(device, waiting);
      tasks.free(waiting);
    }
    if (running === NONE) return;
    this.#held.end(device, running);
    tasks.place[running] = PLACE.dropped;
    measures.wasted('revoked', this.#computed(running));
    if (this.#state[device] === STATE.here) this.#start(device);
  }

  #start(device: number): void {
    const { tasks, fleet, queue, geometry } = this.#around;
    while (this.#held.runningCount[device]! < fleet.workers[device]! && this.#held.waiting[device] !== NONE) {
      const task = this.#held.begin(device);
      const isHot = queue.time - this.#joinedUs[device]! > fleet.hotFromUs[device]!;
      const ms = (geometry.pointsIn(tasks.tile[task]!) * POINT_COST) / (fleet.rate[device]! * (isHot ? HEAT : 1));
      tasks.ms[task] = ms;
      tasks.startedUs[task] = queue.time;
      queue.push(queue.time + ms * MS, EVENT.done, device, task);
    }
  }

  #arrives(device: number): void {
    const { fleet, ideal, queue } = this.#around;
    this.here++;
    if (fleet.attack[device] === 0) ideal.capacity(queue.time / MS, fleet.rate[device]! * fleet.workers[device]!);
  }

  #goes(device: number): void {
    const { fleet, ideal, queue } = this.#around;
    this.here--;
    if (fleet.attack[device] === 0) ideal.capacity(queue.time / MS, -fleet.rate[device]! * fleet.workers[device]!);
  }

  #dropAll(device: number): void {
    for (const task of this.#held.drop(device)) this.#around.measures.wasted('lost', this.#computed(task));
  }

  /** Points of a running task that were computed so far. */
  #computed(task: number): number {
    const { tasks, geometry, queue } = this.#around;
    return geometry.pointsIn(tasks.tile[task]!) * Math.min(1, (queue.time - tasks.startedUs[task]!) / MS / tasks.ms[task]!);
  }

  #becomesAnother(device: number): void {
    this.#epoch[device]!++;
    this.#name(device);
  }

  #name(device: number): void {
    const epoch = this.#epoch[device]!;
    this.#keys[device] = `d${device}.${epoch}`;
    // Many identities are many people, as far as anybody can see.
    this.#people[device] = ATTACKS[this.#around.fleet.attack[device]!] === 'sybil' ? `p${device}.${epoch}` : `p${device}`;
  }
}
