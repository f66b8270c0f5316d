/**
 * A simulated session: what happens next is the next event, and the server between the volunteers is the production code.
 *
 * What devices do is in volunteers.ts; what the server decides, in broker.ts. No clock and no timers. Messages take half a round trip.
 */
import { ServingTick } from '#lib/work/scheduling/servingTick.ts';
import type { Grant } from '#lib/work/scheduling/leases.ts';
import { Broker, sliceOf } from './broker.ts';
import { Draws, PURPOSE } from './draws.ts';
import { EventQueue } from './eventQueue.ts';
import { EVENT, MS, SECOND } from './events.ts';
import { Fleet, POINT_COST, type FleetPlan } from './fleet.ts';
import { Ideal } from './ideal.ts';
import { Geometry, Landscape } from './landscape.ts';
import { Measures } from './measures.ts';
import type { Scenario } from './scenarios.ts';
import { NONE, PLACE, Tasks } from './tasks.ts';
import { Volunteers } from './volunteers.ts';

const SWEEP_US = SECOND;
/** What is not verified so long after everything is there stays that way in the figures. */
const SETTLE_MS = 60_000;
/** In larger fleets every so many grants one is looked at. */
const MOST_WATCHED = 2000;
const WATCHED_EVERY = 16;

export type RunOptions = { readonly scenario: Scenario; readonly fleet: FleetPlan; readonly seed: number; readonly tileSide: number; readonly hasFreeChecks: boolean };

export class World {
  readonly measures = new Measures();
  readonly fleet: Fleet;
  readonly geometry: Geometry;
  readonly ideal: Ideal;
  readonly broker: Broker;
  now = 0;
  events = 0;
  readonly #scenario: Scenario;
  readonly #draws: Draws;
  readonly #queue = new EventQueue();
  readonly #tasks = new Tasks();
  readonly #volunteers: Volunteers;
  #serving = new ServingTick();
  #isDown = false;
  #isJudging = false;
  #opened = 0;
  #done: 'no' | 'settling' | 'yes' = 'no';

  constructor({ scenario, fleet: plan, seed, tileSide, hasFreeChecks }: RunOptions) {
    this.#scenario = scenario;
    this.#draws = new Draws(seed);
    this.fleet = new Fleet(plan, this.#draws);
    this.geometry = new Geometry(scenario.size, tileSide, POINT_COST);
    const landscape = new Landscape(this.geometry, this.#draws);
    this.ideal = new Ideal(scenario.slices);
    this.#volunteers = new Volunteers({
      fleet: this.fleet, draws: this.#draws, queue: this.#queue, tasks: this.#tasks, geometry: this.geometry, landscape, measures: this.measures, ideal: this.ideal, isReplaced: scenario.isReplaced,
    });
    let rolls = 0;
    this.broker = new Broker({
      geometry: this.geometry, landscape, measures: this.measures, truthPerSecond: scenario.truthPerSecond, hasFreeChecks,
      dice: () => this.#draws.uniform(0, PURPOSE.dice, rolls++),
      onCaught: (device) => this.#volunteers.caught(device),
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
    return this.#volunteers.here;
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
    this.#queue.push(0, EVENT.sweep, 0);
    this.#queue.push(0, EVENT.sample, 0);
  }

  #happen(kind: number, a: number, b: number): void {
    switch (kind) {
      case EVENT.join:
        return this.#volunteers.join(a);
      case EVENT.hello:
        if (this.#volunteers.isHere(a, b) && !this.#isDown) this.#hello(a);
        return;
      case EVENT.away:
        if (this.#volunteers.visit[a] === b) this.#volunteers.leave(a, this.fleet.leavesSilently[a] === 1);
        return;
      case EVENT.deliver:
        return this.#volunteers.deliver(b);
      case EVENT.done:
        return this.#volunteers.finished(b);
      case EVENT.result:
        return this.#atServer(b);
      case EVENT.ask:
        if (this.#volunteers.isHere(a, b) && !this.#isDown) this.#ask(a, this.#volunteers.roomMs(a));
        return;
      case EVENT.revoke:
        return this.#volunteers.revoke(a, b === 1);
      case EVENT.tick:
        if (this.#serving.isDue(this.ms)) this.#serve();
        return;
      case EVENT.sweep:
        if (!this.#isDown) for (const id of this.broker.sweep(this.ms)) this.measures.note(this.now, EVENT.sweep, Number(id.slice(1)), 0);
        this.#wake();
        this.#queue.push(this.now + SWEEP_US, EVENT.sweep, 0);
        this.#pumpTruth();
        this.#look();
        return;
      case EVENT.truth:
        return this.#judged(a);
      case EVENT.open: {
        if (this.#isDown) return this.#queue.push(this.now + SECOND, EVENT.open, a);
        this.#opened++;
        this.broker.open(a, `p${a % this.#scenario.people}`, this.ms);
        this.ideal.arrive(this.ms, this.geometry.points * POINT_COST);
        this.#wake(true);
        return;
      }
      case EVENT.closed:
        if (this.#volunteers.visit[a] === b && !this.#volunteers.isHere(a) && !this.#isDown) this.#gone(a);
        return;
      case EVENT.thaw:
        return this.#volunteers.thaw(a, b);
      case EVENT.loss:
        if (this.#volunteers.lose(a, b) && !this.#isDown) this.#gone(a);
        return;
      case EVENT.crash:
        this.#isDown = true;
        this.#isJudging = false;
        this.#queue.push(this.now + 2 * SECOND, EVENT.back, 0);
        return;
      case EVENT.back:
        return this.#comeBack();
      case EVENT.bell:
        for (let device = 4; device < this.fleet.size; device++) if (this.#volunteers.isHere(device)) this.#queue.push(this.now + 2 * SECOND * this.#draws.uniform(device, PURPOSE.goes, 1), EVENT.away, device, this.#volunteers.visit[device]!);
        return;
      case EVENT.sample:
        return this.#sample();
      case EVENT.check:
        if (this.broker.unprovenOf(a) > 0) this.measures.violate('a caught device has unproven points in the picture after 2 s');
    }
  }

  // --- the way to the server and back

  #hello(device: number): void {
    this.broker.join(device, this.#volunteers.key(device), this.#volunteers.person(device), { workers: this.fleet.workers[device]!, rate: this.fleet.saidRate[device]!, domain: this.#volunteers.domain(device) }, this.ms);
    this.#ask(device, this.#volunteers.roomMs(device));
  }

  /** What it held waits again. */
  #gone(device: number): void {
    this.broker.leave(device);
    this.#wake();
  }

  #atServer(task: number): void {
    const tasks = this.#tasks;
    const device = tasks.device[task]!;
    // The client keeps what it could not deliver.
    if (this.#isDown) return this.#queue.push(this.now + SECOND, EVENT.result, device, task);
    const isHere = this.#volunteers.isHere(device, tasks.visit[task]!);
    const points = this.geometry.pointsIn(tasks.tile[task]!);
    this.ideal.served(points * POINT_COST);
    this.broker.result(
      { device, attack: tasks.attack[task]!, slice: tasks.slice[task]!, tile: tasks.tile[task]!, key: this.#volunteers.key(device), person: this.#volunteers.person(device), ms: tasks.ms[task]!, lease: tasks.lease[task]! },
      isHere, this.ms,
    );
    const room = tasks.roomMs[task]!;
    tasks.free(task);
    this.#wake();
    this.#pumpTruth();
    if (room >= 1 && isHere && this.#volunteers.isHere(device)) this.#ask(device, room);
    this.#look();
  }

  #ask(device: number, roomMs: number): void {
    if (roomMs >= 1) this.#send(this.broker.ask(device, roomMs, this.ms));
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
      tasks.visit[task] = this.#volunteers.visit[device]!;
      tasks.predictedMs[task] = grant.predictedMs;
      tasks.isUrgent[task] = Number(grant.isUrgent);
      tasks.place[task] = PLACE.sent;
      tasks.next[task] = NONE;
      this.measures.grants++;
      this.measures.granted(device, this.#volunteers.key(device), grant.lease);
      this.measures.note(this.now, EVENT.deliver, device, slice * 4096 + grant.tile);
      this.#queue.push(this.now + this.fleet.roundTripUs[device]! / 2, EVENT.deliver, device, task);
      const isWatched = this.fleet.size <= MOST_WATCHED || this.measures.grants % WATCHED_EVERY === 0;
      if (isWatched && grant.tier !== 4 && this.broker.isLentTwice(grant)) this.measures.violate('a tile is lent twice without being a twin');
    }
  }

  /** Something became possible: everybody who waits is served soon. */
  #wake(isUrgent = false): void {
    const wait = this.#serving.due(this.ms, isUrgent);
    if (wait === 0) this.#serve();
    else if (wait !== null) this.#queue.push(this.now + Math.ceil(wait * MS), EVENT.tick, 0);
  }

  #serve(): void {
    this.#serving.served(this.ms);
    if (this.#isDown) return;
    this.#send(this.measures.timed(() => this.broker.scheduler.serve(this.ms)));
    this.#withdraw();
  }

  /** Tells devices what they should leave. */
  #withdraw(): void {
    const tasks = this.#tasks;
    for (const { device: name, slice, tile, isUseless } of this.broker.scheduler.takeRevocations()) {
      const order = tasks.make();
      tasks.device[order] = Number(name.slice(1));
      tasks.slice[order] = sliceOf(slice);
      tasks.tile[order] = tile;
      this.#queue.push(this.now + this.fleet.roundTripUs[tasks.device[order]!]! / 2, EVENT.revoke, order, Number(isUseless));
    }
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
    this.#wake();
    this.#pumpTruth();
    this.#look();
  }

  #comeBack(): void {
    this.#isDown = false;
    this.#judgement++;
    this.broker.crash(this.ms);
    for (let device = 0; device < this.fleet.size; device++) {
      if (this.#volunteers.isHere(device)) this.#queue.push(this.now + SECOND * this.#draws.uniform(device, PURPOSE.again, 7), EVENT.hello, device, this.#volunteers.visit[device]!);
    }
    this.#serving = new ServingTick();
    this.#wake();
    this.#pumpTruth();
  }

  #look(): void {
    if (this.#opened < this.#scenario.slices) return;
    const { left, checksWaiting, unverified } = this.broker.progress();
    if (left > 0) this.#done = 'no';
    else if (checksWaiting + unverified === 0 || this.ms > this.measures.lastComplete + SETTLE_MS) this.#done = 'yes';
    else this.#done = 'settling';
  }

  #sample(): void {
    const { completed, acceptedPoints } = this.measures;
    const { shown } = this.fleet.size <= 2000 ? this.broker.wrongNow() : { shown: 0 };
    this.measures.curve.push({ s: this.now / SECOND, done: acceptedPoints, devices: this.devicesHere, wrong: shown });
    if (completed < this.#scenario.slices || this.#done !== 'yes') this.#queue.push(this.now + SECOND, EVENT.sample, 0);
  }
}
