/**
 * The volunteers of a simulation and their network, in virtual time: they come, ask, compute, return, overheat, freeze, lose their GPU and leave.
 *
 * Everything a device decides it decides as client/volunteer.ts does; everything the server decides the production code
 * decides (broker.ts). No clock and no timers: what happens next is the next event.
 */
import type { Grant } from '#lib/work/scheduling/leases.ts';
import { ATTACKS } from './attacks.ts';
import { Broker, deviceName, sliceOf } from './broker.ts';
import { Draws, PURPOSE } from './draws.ts';
import { EventQueue } from './eventQueue.ts';
import { Fleet, POINT_COST, type FleetPlan } from './fleet.ts';
import { Ideal } from './ideal.ts';
import { Geometry, Landscape } from './landscape.ts';
import { Measures } from './measures.ts';
import type { Scenario } from './scenarios.ts';
import { Held } from './held.ts';
import { NONE, PLACE, Tasks } from './tasks.ts';

const EVENT = { join: 1, away: 2, deliver: 3, done: 4, result: 5, ask: 6, revoke: 7, tick: 8, sweep: 9, truth: 10, open: 11, closed: 12, thaw: 13, loss: 14, crash: 15, back: 16, bell: 17, sample: 18, check: 19, hello: 20 } as const;

const MS = 1000;
const SECOND = 1e6;
/** The server pushes what became possible so soon after it did. */
const TICK_US = 10 * MS;
const SWEEP_US = SECOND;
/** What a client holds beyond the round trip. */
const AHEAD_MS = 50;
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
/** What is not verified so long after everything is there stays that way in the figures. */
const SETTLE_MS = 60_000;

/** What a device is doing: not there, computing, frozen, looked for without being there. */
const STATE = { away: 0, here: 1, frozen: 2, banned: 3 } as const;

export type RunOptions = { readonly scenario: Scenario; readonly fleet: FleetPlan; readonly seed: number; readonly tileSide: number; readonly hasFreeChecks: boolean };

export class World {
  readonly measures = new Measures();
  readonly fleet: Fleet;
  readonly geometry: Geometry;
  readonly ideal: Ideal;
  readonly broker: Broker;
  now = 0;
  events = 0;
  #devicesHere = 0;
  readonly #scenario: Scenario;
  readonly #draws: Draws;
  readonly #queue = new EventQueue();
  readonly #tasks = new Tasks();
  readonly #landscape: Landscape;
  readonly #state: Uint8Array;
  /** How often it came, and how often it became another identity. */
  readonly #visit: Int32Array;
  readonly #epoch: Int32Array;
  readonly #joinedUs: Float64Array;
  readonly #returned: Int32Array;
  readonly #held: Held;
  #isDirty = false;
  #isDown = false;
  #isJudging = false;
  #opened = 0;
  #done: 'no' | 'settling' | 'yes' = 'no';

  constructor({ scenario, fleet: plan, seed, tileSide, hasFreeChecks }: RunOptions) {
    this.#scenario = scenario;
    this.#draws = new Draws(seed);
    this.fleet = new Fleet(plan, this.#draws);
    this.geometry = new Geometry(scenario.size, tileSide, POINT_COST);
    this.#landscape = new Landscape(this.geometry, this.#draws);
    this.ideal = new Ideal(scenario.slices);
    const { size } = this.fleet;
    this.#state = new Uint8Array(size);
    this.#visit = new Int32Array(size);
    this.#epoch = new Int32Array(size);
    this.#joinedUs = new Float64Array(size);
    this.#returned = new Int32Array(size);
    this.#held = new Held(this.#tasks, size);
    let rolls = 0;
    this.broker = new Broker({
      geometry: this.geometry, landscape: this.#landscape, measures: this.measures, truthPerSecond: scenario.truthPerSecond, hasFreeChecks,
      dice: () => this.#draws.uniform(0, PURPOSE.dice, rolls++),
      onCaught: (device) => this.#caught(device),
    });
    this.#plan();
  }

  /** Runs to the end, or for so many events; returns whether it is over. */
  run(events: number): boolean {
    const queue = this.#queue;
    for (let left = events; left > 0; left--) {
      if (this.#done === 'yes' || !queue.pop()) return true;
      this.now = queue.time;
      this.events++;
      if (this.now > this.#scenario.mostS * SECOND) return true;
      if (queue.kind < EVENT.tick || queue.kind > EVENT.truth) this.measures.note(this.now, queue.kind, queue.a, queue.b);
      this.#happen(queue.kind, queue.a, queue.b);
    }
    return false;
  }

  get ms(): number {
    return this.now / MS;
  }

  get devicesHere(): number {
    return this.#devicesHere;
  }

  #plan(): void {
    const { early, arriveS, slices, openFromS, openS, bellS, crashS } = this.#scenario;
    const { size } = this.fleet;
    const there = Math.round(early * size);
    for (let device = 0; device < size; device++) {
      if (this.fleet.attack[device]! > 0) this.measures.liar(device, this.fleet.attack[device]!);
      const at = device < there ? this.#draws.uniform(device, PURPOSE.arrival) * SECOND : (arriveS * SECOND * (device - there + this.#draws.uniform(device, PURPOSE.arrival))) / Math.max(1, size - there);
      this.#queue.push(at, EVENT.join, device);
    }
    for (let slice = 0; slice < slices; slice++) this.#queue.push((openFromS + (openS * slice) / slices) * SECOND, EVENT.open, slice);
    if (bellS !== undefined) this.#queue.push(bellS * SECOND, EVENT.bell, 0);
    if (crashS !== undefined) this.#queue.push(crashS * SECOND, EVENT.crash, 0);
    this.#queue.push(0, EVENT.tick, 0);
    this.#queue.push(0, EVENT.sweep, 0);
    this.#queue.push(0, EVENT.sample, 0);
  }

  #happen(kind: number, a: number, b: number): void {
    switch (kind) {
      case EVENT.join:
        return this.#join(a);
      case EVENT.hello:
        if (this.#visit[a] === b && this.#state[a] === STATE.here && !this.#isDown) this.#hello(a);
        return;
      case EVENT.away:
        if (this.#visit[a] === b) this.#leave(a, this.fleet.leavesSilently[a] === 1);
        return;
      case EVENT.deliver:
        return this.#deliver(b);
      case EVENT.done:
        return this.#finished(b);
      case EVENT.result:
        return this.#atServer(b);
      case EVENT.ask:
        if (this.#visit[a] === b && this.#state[a] === STATE.here && !this.#isDown) this.#ask(a, this.#roomMs(a));
        return;
      case EVENT.revoke:
        return this.#revoke(a, b === 1);
      case EVENT.tick:
        return this.#tick();
      case EVENT.sweep:
        if (!this.#isDown) for (const id of this.broker.scheduler.sweep(this.ms)) this.measures.note(this.now, EVENT.sweep, Number(id.slice(1)), 0);
        this.#isDirty = true;
        this.#queue.push(this.now + SWEEP_US, EVENT.sweep, 0);
        return;
      case EVENT.truth:
        return this.#judged(a);
      case EVENT.open: {
        if (this.#isDown) return this.#queue.push(this.now + SECOND, EVENT.open, a);
        this.#opened++;
        this.broker.open(a, `p${a % this.#scenario.people}`, this.ms);
        this.ideal.arrive(this.ms, this.geometry.points * POINT_COST);
        this.#isDirty = true;
        return;
      }
      case EVENT.closed:
        if (this.#visit[a] === b && this.#state[a] !== STATE.here && !this.#isDown) this.broker.leave(a);
        return;
      case EVENT.thaw:
        return this.#thaw(a, b);
      case EVENT.loss:
        return this.#lose(a, b);
      case EVENT.crash:
        this.#isDown = true;
        this.#isJudging = false;
        this.#queue.push(this.now + 2 * SECOND, EVENT.back, 0);
        return;
      case EVENT.back:
        return this.#comeBack();
      case EVENT.bell:
        for (let device = 4; device < this.fleet.size; device++) if (this.#state[device] === STATE.here) this.#queue.push(this.now + 2 * SECOND * this.#draws.uniform(device, PURPOSE.goes, 1), EVENT.away, device, this.#visit[device]!);
        return;
      case EVENT.sample:
        return this.#sample();
      case EVENT.check:
        if (this.broker.unprovenOf(a) > 0) this.measures.violate('a caught device has unproven points in the picture after 2 s');
    }
  }

  // --- devices

  #join(device: number): void {
    const { fleet } = this;
    this.#state[device] = STATE.here;
    const visit = ++this.#visit[device]!;
    this.#joinedUs[device] = this.now;
    this.#devicesHere++;
    if (fleet.attack[device] === 0) this.ideal.capacity(this.ms, fleet.rate[device]! * fleet.workers[device]!);
    this.#queue.push(this.now + fleet.roundTripUs[device]! / 2, EVENT.hello, device, visit);
    if (fleet.stayUs[device]! < Infinity) this.#queue.push(this.now + fleet.stayUs[device]!, EVENT.away, device, visit);
    this.#queue.push(this.now + DEVICE_LOSS_US * this.#draws.exponential(device, PURPOSE.lost, visit), EVENT.loss, device, visit);
  }

  #hello(device: number): void {
    this.broker.join(device, this.#key(device), this.#person(device), this.fleet.workers[device]!, this.ms);
    this.#ask(device, this.#roomMs(device));
  }

  #leave(device: number, isSilent: boolean): void {
    if (this.#state[device] !== STATE.here) return;
    const { fleet } = this;
    this.#away(device);
    if (isSilent) {
      const thaws = this.#draws.word(device, PURPOSE.goes, 100 + this.#visit[device]!) % THAWS_ONE_IN === 0;
      if (thaws) {
        this.#state[device] = STATE.frozen;
        return this.#queue.push(this.now + SECOND * (3 + 30 * this.#draws.uniform(device, PURPOSE.goes, 2)), EVENT.thaw, device, this.#visit[device]!);
      }
      this.#queue.push(this.now + CLOSED_US, EVENT.closed, device, this.#visit[device]!);
    } else this.#queue.push(this.now + fleet.roundTripUs[device]! / 2, EVENT.closed, device, this.#visit[device]!);
    this.#dropAll(device);
    this.#state[device] = STATE.away;
    if (this.#scenario.isReplaced) {
      // Somebody new in the same place.
      this.#epoch[device]!++;
      this.#queue.push(this.now + CLOSED_US + SECOND * 5 * this.#draws.exponential(device, PURPOSE.again, this.#visit[device]!), EVENT.join, device);
    }
  }

  #away(device: number): void {
    this.#devicesHere--;
    if (this.fleet.attack[device] === 0) this.ideal.capacity(this.ms, -this.fleet.rate[device]! * this.fleet.workers[device]!);
  }

  /** What was running when it froze ends now, late. */
  #thaw(device: number, visit: number): void {
    if (this.#visit[device] !== visit || this.#state[device] !== STATE.frozen) return;
    this.#state[device] = STATE.here;
    this.#devicesHere++;
    if (this.fleet.attack[device] === 0) this.ideal.capacity(this.ms, this.fleet.rate[device]! * this.fleet.workers[device]!);
    for (let task = this.#held.running[device]!; task !== NONE; task = this.#tasks.next[task]!) this.#queue.push(this.now, EVENT.done, device, task);
    this.#start(device);
  }

  /** The GPU is gone for a moment: what it computed is lost, what waits is handed back, and trust begins anew. */
  #lose(device: number, visit: number): void {
    if (this.#visit[device] !== visit || this.#state[device] !== STATE.here) return;
    this.#away(device);
    this.#dropAll(device);
    this.#epoch[device]!++;
    this.#state[device] = STATE.away;
    if (!this.#isDown) this.broker.leave(device);
    this.#queue.push(this.now + LOSS_TAKES_US, EVENT.join, device);
  }

  #caught(device: number): void {
    if (this.#state[device] === STATE.here) this.#away(device);
    this.#dropAll(device);
    this.#state[device] = STATE.banned;
    this.#queue.push(this.now + 2 * SECOND, EVENT.check, device);
    if (ATTACKS[this.fleet.attack[device]!] !== 'sybil') return;
    this.#epoch[device]!++;
    this.#queue.push(this.now + SYBIL_RETURNS_US, EVENT.join, device);
  }

  #dropAll(device: number): void {
    for (const task of this.#held.drop(device)) this.measures.wasted('lost', this.#computed(task));
  }

  /** Points of a running task that were computed so far. */
  #computed(task: number): number {
    return this.geometry.pointsIn(this.#tasks.tile[task]!) * Math.min(1, (this.now - this.#tasks.startedUs[task]!) / MS / this.#tasks.ms[task]!);
  }

  readonly #key = (device: number): string => `${deviceName(device)}.${this.#epoch[device]}`;

  #person(device: number): string {
    // Many identities are many people, as far as anybody can see.
    return ATTACKS[this.fleet.attack[device]!] === 'sybil' ? `p${device}.${this.#epoch[device]}` : `p${device}`;
  }

  /** As client/volunteer.ts: enough to compute while the next is fetched. */
  #roomMs(device: number): number {
    return Math.ceil(AHEAD_MS + (2 * this.fleet.roundTripUs[device]!) / MS - this.#held.waitingMs[device]! / this.fleet.workers[device]!);
  }

  #deliver(task: number): void {
    const tasks = this.#tasks;
    const device = tasks.device[task]!;
    if (this.#visit[device] !== tasks.visit[task] || this.#state[device] === STATE.away || this.#state[device] === STATE.banned || tasks.place[task] === PLACE.dropped) return tasks.free(task);
    this.#held.wait(device, task);
    if (this.#state[device] === STATE.here) this.#start(device);
  }

  #start(device: number): void {
    const tasks = this.#tasks;
    const { fleet } = this;
    while (this.#held.runningCount[device]! < fleet.workers[device]! && this.#held.waiting[device] !== NONE) {
      const task = this.#held.begin(device);
      const isHot = this.now - this.#joinedUs[device]! > fleet.hotFromUs[device]!;
      const ms = (this.geometry.pointsIn(tasks.tile[task]!) * POINT_COST) / (fleet.rate[device]! * (isHot ? HEAT : 1));
      tasks.ms[task] = ms;
      tasks.startedUs[task] = this.now;
      this.#queue.push(this.now + ms * MS, EVENT.done, device, task);
    }
  }

  #finished(task: number): void {
    const tasks = this.#tasks;
    const device = tasks.device[task]!;
    if (tasks.place[task] === PLACE.dropped) return tasks.free(task);
    // A frozen device's result comes when it thaws.
    if (tasks.place[task] !== PLACE.running || this.#state[device] !== STATE.here) return;
    this.#held.end(device, task);
    tasks.place[task] = PLACE.returning;
    tasks.attack[task] = this.#landscape.attackOn(this.fleet.attack[device]!, device, this.#returned[device]!++, tasks.slice[task]!, tasks.tile[task]!);
    this.#start(device);
    tasks.roomMs[task] = this.#roomMs(device);
    const arrives = this.now + this.fleet.roundTripUs[device]! / 2;
    this.#queue.push(arrives, EVENT.result, device, task);
    if (this.#draws.word(device, PURPOSE.again, this.#returned[device]!) % AGAIN_ONE_IN === 0) this.#queue.push(arrives + 300 * MS, EVENT.result, device, tasks.copy(task));
  }

  #revoke(task: number, isUseless: boolean): void {
    const tasks = this.#tasks;
    const device = tasks.device[task]!;
    if (tasks.place[task] === PLACE.sent) tasks.place[task] = PLACE.dropped;
    else if (tasks.place[task] === PLACE.waiting && this.#held.leave(device, task)) tasks.free(task);
    else if (tasks.place[task] === PLACE.running && isUseless && this.#held.end(device, task)) {
      tasks.place[task] = PLACE.dropped;
      this.measures.wasted('revoked', this.#computed(task));
      if (this.#state[device] === STATE.here) this.#start(device);
    }
  }

  // --- the way to the server and back

  #atServer(task: number): void {
    const tasks = this.#tasks;
    const device = tasks.device[task]!;
    // The client keeps what it could not deliver.
    if (this.#isDown) return this.#queue.push(this.now + SECOND, EVENT.result, device, task);
    const isHere = this.#state[device] === STATE.here && this.#visit[device] === tasks.visit[task];
    const points = this.geometry.pointsIn(tasks.tile[task]!);
    this.ideal.served(points * POINT_COST);
    this.broker.result(
      { device, attack: tasks.attack[task]!, slice: tasks.slice[task]!, tile: tasks.tile[task]!, key: this.#key(device), person: this.#person(device), ms: tasks.ms[task]!, lease: tasks.lease[task]! },
      isHere, this.ms,
    );
    const room = tasks.roomMs[task]!;
    tasks.free(task);
    this.#isDirty = true;
    this.#pumpTruth();
    if (room >= 1 && this.#state[device] === STATE.here && isHere) this.#ask(device, room);
    this.#look();
  }

  #ask(device: number, roomMs: number): void {
    if (roomMs < 1) return;
    const grants = this.broker.ask(device, this.#key(device), roomMs, this.ms);
    if (grants) this.#send(grants);
    else this.#queue.push(this.now + 250 * MS, EVENT.ask, device, this.#visit[device]!);
  }

  #send(grants: readonly Grant[]): void {
    const tasks = this.#tasks;
    for (const grant of grants) {
      const device = Number(grant.device.slice(1));
      const slice = sliceOf(grant.slice);
      const task = tasks.make();
      tasks.device[task] = device;
      tasks.slice[task] = slice;
      tasks.tile[task] = grant.tile;
      tasks.lease[task] = grant.lease;
      tasks.visit[task] = this.#visit[device]!;
      tasks.predictedMs[task] = grant.predictedMs;
      tasks.isUrgent[task] = Number(grant.isUrgent);
      tasks.place[task] = PLACE.sent;
      tasks.next[task] = NONE;
      this.measures.grants++;
      this.measures.note(this.now, EVENT.deliver, device, slice * 4096 + grant.tile);
      this.#sent.set(this.#placeKey(device, slice, grant.tile), task);
      this.#queue.push(this.now + this.fleet.roundTripUs[device]! / 2, EVENT.deliver, device, task);
      const work = this.broker.scheduler.slice(grant.slice)!;
      if (grant.tier !== 4 && work.holders(grant.tile).length > 1 && !work.hasTwin(grant.tile)) this.measures.violate('a tile is lent twice without being a twin');
    }
  }

  /** The latest task of a tile on a device, to be found when it is taken back. */
  readonly #sent = new Map<number, number>();
  readonly #placeKey = (device: number, slice: number, tile: number): number => (device * 8192 + slice) * 8192 + tile;

  #tick(): void {
    this.#queue.push(this.now + TICK_US, EVENT.tick, 0);
    if (!this.#isDirty || this.#isDown) return;
    this.#isDirty = false;
    this.#send(this.measures.timed(() => this.broker.scheduler.serve(this.ms)));
    for (const { device: name, slice, tile, isUseless } of this.broker.scheduler.takeRevocations()) {
      const device = Number(name.slice(1));
      const task = this.#sent.get(this.#placeKey(device, sliceOf(slice), tile));
      if (task === undefined || this.#tasks.device[task] !== device || this.#tasks.tile[task] !== tile || this.#tasks.slice[task] !== sliceOf(slice)) continue;
      this.#queue.push(this.now + this.fleet.roundTripUs[device]! / 2, EVENT.revoke, task, Number(isUseless));
    }
    if (this.#sent.size > 8 * this.fleet.size + 100_000) this.#sent.clear();
  }

  #pumpTruth(): void {
    if (this.#isJudging || this.#isDown) return;
    const next = this.broker.nextTruth(this.ms);
    if (!next) return;
    this.#isJudging = true;
    this.#inquiry = next.inquiry;
    this.#queue.push(this.now + next.ms * MS, EVENT.truth, this.#judgement);
  }
  #inquiry: Parameters<Broker['judge']>[0] | null = null;
  #judgement = 0;

  #judged(number: number): void {
    if (number !== this.#judgement || !this.#isJudging) return;
    this.#judgement++;
    this.#isJudging = false;
    if (this.#inquiry) this.broker.judge(this.#inquiry, this.ms);
    this.#isDirty = true;
    this.#pumpTruth();
    this.#look();
  }

  #comeBack(): void {
    this.#isDown = false;
    this.#judgement++;
    this.broker.crash(this.ms);
    for (let device = 0; device < this.fleet.size; device++) {
      if (this.#state[device] !== STATE.here) continue;
      this.#queue.push(this.now + SECOND * this.#draws.uniform(device, PURPOSE.again, 7), EVENT.hello, device, this.#visit[device]!);
    }
    this.#isDirty = true;
    this.#pumpTruth();
  }

  #look(): void {
    if (this.#opened < this.#scenario.slices) return;
    const { left, checksWaiting } = this.broker.progress();
    if (left > 0) this.#done = 'no';
    else if (checksWaiting === 0 || this.ms > this.measures.lastComplete + SETTLE_MS) this.#done = 'yes';
    else this.#done = 'settling';
  }

  #sample(): void {
    const { completed, acceptedPoints } = this.measures;
    const { shown } = this.fleet.size <= 2000 ? this.broker.wrongNow() : { shown: 0 };
    this.measures.curve.push({ s: this.now / SECOND, done: acceptedPoints, devices: this.#devicesHere, wrong: shown });
    if (completed < this.#scenario.slices || this.#done !== 'yes') this.#queue.push(this.now + SECOND, EVENT.sample, 0);
  }
}
