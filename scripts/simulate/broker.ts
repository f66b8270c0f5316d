/**
 * The server of a simulation: the production scheduler and trust book, and between them exactly what server/ does with their decisions.
 *
 * It knows what is stored for every tile and from whom, asks float64 within its budget, and counts what was wrong. Time is an
 * argument, in milliseconds; sockets, bytes and storage are left out.
 */
import { severityOf } from '#lib/work/belief/tolerance.ts';
import type { Decision } from '#lib/work/belief/decision.ts';
import type { Bystanders, Domain } from '#lib/work/belief/domain.ts';
import { stateOf } from '#lib/work/belief/device.ts';
import { TrustBook, type Judgement } from '#lib/work/belief/trustBook.ts';
import { TruthQueue } from '#lib/work/belief/truthQueue.ts';
import { Witness } from '#lib/work/belief/witness.ts';
import { Devices } from '#lib/work/scheduling/devices.ts';
import type { Grant } from '#lib/work/scheduling/leases.ts';
import { Scheduler } from '#lib/work/scheduling/scheduler.ts';
import type { TileKey } from '#lib/work/tile.ts';
import { POINT_COST } from './fleet.ts';
import { TOLERANCE, type Geometry, type Landscape, type Origin } from './landscape.ts';
import type { Measures } from './measures.ts';

/** How a tile stands: nobody returned it, it is shown, it is shown as verified. */
const SHOWN = 1;
const VERIFIED = 2;

type Slice = {
  readonly index: number;
  readonly person: string;
  readonly status: Uint8Array;
  readonly device: Int32Array;
  readonly attack: Uint8Array;
  readonly wrong: Uint16Array;
  readonly shownAt: Float64Array;
  readonly witness: Witness | null;
  /** Of the coarse level, and of all, still to come. */
  coarseLeft: number;
  left: number;
};

/** A result as it arrives: who computed it, under which identity. */
export type Arrived = Origin & { readonly key: string; readonly person: string; readonly ms: number; readonly lease: number };

type Inquiry = { readonly slice: number; readonly tile: number; readonly points: readonly number[]; readonly closer: readonly number[]; readonly origin: Origin; readonly isAudit: boolean };

type Options = {
  readonly geometry: Geometry;
  readonly landscape: Landscape;
  readonly measures: Measures;
  readonly truthPerSecond: number;
  readonly hasFreeChecks: boolean;
  readonly dice: () => number;
  readonly onCaught: (device: number) => void;
};

const names: string[] = [];
export const deviceName = (device: number): string => (names[device] ??= `d${device}`);
const deviceOf = (name: string): number => Number(name.slice(1).split('.', 1)[0]);
const sliceNames: string[] = [];
const sliceName = (slice: number): string => (sliceNames[slice] ??= `s${slice}`);
export const sliceOf = (name: string): number => Number(name.slice(1));
const tileName = (slice: number, tile: number): TileKey => `${sliceName(slice)}/0/0/${tile}`;
const placeOf = (key: TileKey): readonly [slice: number, tile: number] => {
  const [slice, , , tile] = key.split('/');
  return [sliceOf(slice!), Number(tile)];
};

export class Broker {
  readonly #options: Options;
  #scheduler = new Scheduler();
  #trust: TrustBook;
  #truth: TruthQueue<Inquiry>;
  readonly #slices: (Slice | undefined)[] = [];
  /** Devices that lend, and those of them that hold no more than they are trusted with. */
  readonly #here = new Map<number, { readonly key: string; readonly person: string; readonly workers: number }>();
  readonly #onTrial = new Set<number>();
  #left = 0;
  #inquiries = 0;
  readonly #cost: Float32Array;
  readonly #stage: Uint8Array;

  constructor(options: Options) {
    this.#options = options;
    const { geometry, truthPerSecond, dice } = options;
    this.#trust = new TrustBook({ perSecond: truthPerSecond }, dice);
    this.#truth = new TruthQueue({ perSecond: truthPerSecond });
    this.#cost = Float32Array.from(geometry.tiles, (_, tile) => geometry.pointsIn(tile) * POINT_COST);
    this.#stage = Uint8Array.from(geometry.tiles, ({ level }) => level);
  }

  get scheduler(): Scheduler {
    return this.#scheduler;
  }

  /** The process died: leases are gone, what was stored is not. Devices have to join anew. */
  crash(now: number): void {
    const { truthPerSecond, dice } = this.#options;
    this.#scheduler = new Scheduler();
    this.#inquiries = 0;
    this.#here.clear();
    this.#onTrial.clear();
    this.#trust = new TrustBook({ perSecond: truthPerSecond }, dice);
    this.#truth = new TruthQueue({ perSecond: truthPerSecond });
    for (const slice of this.#slices) {
      if (!slice) continue;
      this.#addToScheduler(slice);
      for (let tile = 0; tile < slice.status.length; tile++) {
        if (slice.status[tile] !== SHOWN) continue;
        const key = `${deviceName(slice.device[tile]!)}.0`;
        this.#trust.admit(key, key, now);
        this.#arrive(slice, { device: slice.device[tile]!, attack: slice.attack[tile]!, slice: slice.index, tile }, key, now);
      }
    }
  }

  open(index: number, person: string, now: number): void {
    const { geometry, hasFreeChecks, measures } = this.#options;
    const tiles = geometry.tiles.length;
    const slice: Slice = {
      index, person,
      status: new Uint8Array(tiles), device: new Int32Array(tiles).fill(-1), attack: new Uint8Array(tiles), wrong: new Uint16Array(tiles), shownAt: new Float64Array(tiles),
      witness: hasFreeChecks ? new Witness(geometry.tiling) : null,
      coarseLeft: this.#stage.reduce((sum, stage) => sum + Number(stage === 0), 0), left: tiles,
    };
    this.#slices[index] = slice;
    this.#left += tiles;
    this.#addToScheduler(slice);
    measures.opened(index, person, now);
  }

  join(device: number, key: string, person: string, { workers, rate, domain }: { readonly workers: number; readonly rate: number; readonly domain: Domain }, now: number): void {
    this.#trust.admit(key, person, now);
    this.#trust.cameFrom(key, domain);
    if (!this.#trust.mayReturn(key, now)) return;
    this.#scheduler.join({ id: deviceName(device), person, domain, workers, duty: 1, rate });
    this.#here.set(device, { key, person, workers });
    this.#limit(device, now);
  }

  leave(device: number): void {
    this.#scheduler.leave(deviceName(device));
    this.#here.delete(device);
    this.#onTrial.delete(device);
  }

  ask(device: number, roomMs: number, now: number): readonly Grant[] {
    this.#limit(device, now);
    return this.#options.measures.timed(() => this.#scheduler.ask(deviceName(device), roomMs, now));
  }

  /** Once in a while: devices that are overdue lose what they hold; returns them. Who waits for a verdict may have waited long enough. */
  sweep(now: number): readonly string[] {
    for (const device of this.#onTrial) this.#limit(device, now);
    return this.#scheduler.sweep(now);
  }

  /** A device holds as much as is believed of it, as in server/computing.ts. */
  #limit(device: number, now: number): void {
    const lender = this.#here.get(device);
    if (!lender) return;
    const most = this.#trust.mostHeld(lender.key, lender.person, lender.workers, now);
    if (most === Infinity) this.#onTrial.delete(device);
    else this.#onTrial.add(device);
    this.#scheduler.limit(deviceName(device), most);
  }

  result(arrived: Arrived, isHere: boolean, now: number): void {
    const { measures, geometry } = this.#options;
    const { device, slice: index, tile, key, person, ms } = arrived;
    const slice = this.#slices[index]!;
    const points = geometry.pointsIn(tile);
    measures.returned(arrived);
    if (!this.#trust.mayReturn(key, now)) return measures.wasted('refused', points);
    const completion = measures.timed(() => this.#scheduler.complete(isHere ? deviceName(device) : null, person, sliceName(index), tile, ms, now));
    if (completion === 'accepted') {
      this.#keep(slice, arrived, key, now);
      if (this.#onTrial.has(device)) this.#limit(device, now);
      return;
    }
    measures.wasted(completion === 'opinion' ? 'checking' : completion, points);
    if (completion === 'barred' || slice.status[tile] === 0) return;
    this.#compare(slice, arrived, key, now);
  }

  /** The next points for float64 and how long they take, in milliseconds; how long to wait where the budget is spent; null for nothing. */
  nextTruth(now: number): { readonly inquiry: Inquiry | null; readonly ms: number } | null {
    if (this.#inquiries === 0) {
      const audit = this.#trust.audit(now);
      if (audit.length === 0) return null;
      this.#perform(audit, now, true);
    }
    const request = this.#truth.take(now);
    if (request) this.#inquiries--;
    if (request) return { inquiry: request.tag, ms: (request.cost / this.#options.truthPerSecond) * 1000 };
    return this.#inquiries > 0 ? { inquiry: null, ms: this.#truth.wait(now) } : null;
  }

  judge({ slice: index, tile, points, closer, origin, isAudit }: Inquiry, now: number): void {
    const slice = this.#slices[index]!;
    const { measures, landscape } = this.#options;
    measures.recomputed(points.length, isAudit);
    if (slice.status[tile] === 0 || slice.device[tile] !== origin.device) return this.#trust.notJudged(tileName(index, tile), points.length);
    const judgementOf = (at: number): Judgement => ({ index: at, severity: landscape.severity(origin, at) });
    const judgements = points.map(judgementOf);
    if (judgements.some(({ severity }) => !(severity <= 1))) {
      measures.recomputed(closer.length, isAudit);
      judgements.push(...closer.map(judgementOf));
    }
    this.#perform(this.#trust.judged(tileName(index, tile), judgements, now), now);
  }

  /** Tiles still to come in all open slices together; inquiries that wait for float64; tiles that may still be verified. */
  progress(): { readonly left: number; readonly checksWaiting: number; readonly unverified: number } {
    return { left: this.#left, checksWaiting: this.#inquiries, unverified: this.#trust.openCount };
  }

  /** Points shown and points verified that are wrong now, and all that are verified. */
  wrongNow(): { readonly shown: number; readonly accepted: number; readonly verified: number } {
    let [shown, accepted, verified] = [0, 0, 0];
    for (const slice of this.#slices) {
      if (!slice) continue;
      for (let tile = 0; tile < slice.status.length; tile++) {
        if (slice.status[tile] === 0) continue;
        shown += slice.wrong[tile]!;
        if (slice.status[tile] !== VERIFIED) continue;
        accepted += slice.wrong[tile]!;
        verified += this.#options.geometry.pointsIn(tile);
      }
    }
    return { shown, accepted, verified };
  }

  /** Whether the books disagree on who holds a tile that was granted: by the slice it is another device's, and the device does not hold it as a twin. */
  isLentTwice({ device: name, slice, tile }: Grant): boolean {
    const device = this.#scheduler.devices.get(name);
    const work = this.#scheduler.slice(slice);
    const held = device?.held[Devices.indexOf(device, slice, tile)];
    return !work || !held || (work.holder[tile] !== device!.slot && !held.isTwin);
  }

  /** Tiles of a device that are shown and not verified: none may be left once it was caught. */
  unprovenOf(device: number): number {
    let count = 0;
    for (const slice of this.#slices) if (slice) for (let tile = 0; tile < slice.status.length; tile++) count += Number(slice.device[tile] === device && slice.status[tile] === SHOWN);
    return count;
  }

  #addToScheduler({ index, person, status }: Slice): void {
    const levels = this.#options.geometry.tiling.grid.levels;
    this.#scheduler.addSlice({
      id: sliceName(index), person, costClass: 'simulated', cost: this.#cost, stage: this.#stage,
      isExtra: Array.from({ length: levels }, () => false), loadMs: 0, isDone: (tile) => status[tile] !== 0,
    });
    // Everybody looks at what they placed.
    this.#scheduler.view(sliceName(index), 1);
  }

  #keep(slice: Slice, origin: Arrived, key: string, now: number): void {
    const { tile } = origin;
    const { measures, landscape, geometry } = this.#options;
    measures.accepted(slice.person, geometry.pointsIn(tile), slice.status[tile] !== 0);
    slice.status[tile] = SHOWN;
    slice.device[tile] = origin.device;
    slice.attack[tile] = origin.attack;
    slice.wrong[tile] = landscape.wrongIn(origin);
    slice.shownAt[tile] = now;
    slice.left--;
    this.#left--;
    if (slice.wrong[tile]! > 0) measures.wrongShown(slice.wrong[tile]!);
    if (this.#stage[tile] === 0 && --slice.coarseLeft === 0) measures.coarse(slice.index, now);
    if (slice.left === 0) measures.complete(slice.index, now);
    this.#arrive(slice, origin, key, now);
  }

  #arrive(slice: Slice, origin: Origin, key: string, now: number): void {
    const { landscape, geometry } = this.#options;
    const { tile } = origin;
    const points = geometry.pointsIn(tile);
    let doubtful: readonly number[] = [];
    let isSuspicious = false;
    if (slice.witness) {
      const means = Float64Array.from({ length: points }, (_, index) => landscape.returned(origin, index));
      const seen = slice.witness.look(geometry.tiles[tile]!, means, key);
      doubtful = seen.doubtful;
      isSuspicious = doubtful.length > 0 || seen.isLeaning;
    }
    this.#perform(this.#trust.arrived({ tile: tileName(slice.index, tile), device: key, points, pointCost: POINT_COST, doubtful, isSuspicious }, now), now);
  }

  #compare(slice: Slice, other: Origin, key: string, now: number): void {
    const { landscape, geometry } = this.#options;
    const { tile } = other;
    const own: Origin = { device: slice.device[tile]!, attack: slice.attack[tile]!, slice: slice.index, tile };
    const differing: Judgement[] = [];
    if (own.attack !== 0 || other.attack !== 0) {
      const both = { absolute: 2 * TOLERANCE.absolute, relative: 2 * TOLERANCE.relative };
      for (let index = 0; index < geometry.pointsIn(tile); index++) {
        const severity = severityOf(landscape.returned(other, index), landscape.returned(own, index), both);
        if (severity > 1) differing.push({ index, severity });
      }
    }
    const bystanders: Bystanders = { leastCloseness: (_, to) => this.#scheduler.leastCloseness(sliceName(slice.index), tile, to) };
    this.#perform(this.#trust.opinion(tileName(slice.index, tile), key, differing, now, bystanders), now);
  }

  #perform(decisions: readonly Decision[], now: number, isAudit = false): void {
    for (const decision of decisions) {
      switch (decision.kind) {
        case 'probe': {
          const [index, tile] = placeOf(decision.tile);
          const slice = this.#slices[index]!;
          const origin: Origin = { device: slice.device[tile]!, attack: slice.attack[tile]!, slice: index, tile };
          this.#inquiries++;
          this.#truth.push({ slice: sliceName(index), cost: decision.points.length * POINT_COST, urgency: decision.urgency, tag: { slice: index, tile, points: decision.points, closer: decision.closer, origin, isAudit } });
          break;
        }
        case 'verify': {
          const [index, tile] = placeOf(decision.tile);
          const slice = this.#slices[index]!;
          slice.status[tile] = VERIFIED;
          break;
        }
        case 'strike':
          this.#takeBack(decision.tile, decision.notTo, now);
          break;
        case 'rollBack':
          for (const tile of decision.tiles) this.#takeBack(tile, decision.notTo, now);
          break;
        case 'secondOpinion': {
          const [index, tile] = placeOf(decision.tile);
          this.#scheduler.check(sliceName(index), tile, { ...decision, until: now + decision.patienceMs });
          break;
        }
        case 'device': {
          const { record } = decision;
          if (record.state !== decision.before && this.#here.get(deviceOf(record.key))?.key === record.key) this.#limit(deviceOf(record.key), now);
          if (stateOf(record, now) !== 'quarantined' || decision.before === 'quarantined') break;
          const device = deviceOf(record.key);
          this.#options.measures.caught(device, record.key);
          this.leave(device);
          this.#options.onCaught(device);
        }
      }
    }
  }

  #takeBack(key: TileKey, notTo: readonly string[], now: number): void {
    const [index, tile] = placeOf(key);
    const slice = this.#slices[index]!;
    if (slice.status[tile] === 0) return;
    const { geometry, measures } = this.#options;
    measures.takenBack(slice.person, geometry.pointsIn(tile), slice.wrong[tile]!, now - slice.shownAt[tile]!, slice.status[tile] === VERIFIED);
    slice.status[tile] = 0;
    slice.device[tile] = -1;
    slice.wrong[tile] = 0;
    slice.left++;
    this.#left++;
    if (this.#stage[tile] === 0) slice.coarseLeft++;
    slice.witness?.forget(geometry.tiles[tile]!);
    for (const person of notTo.length > 0 ? notTo : ['']) this.#scheduler.reopen(sliceName(index), tile, person);
  }
}
