/**
 * The trust book: what is believed of every device and of every tile that is not proven yet, and what to do next.
 *
 * It is told what came back, what float64 said and what other devices found, and answers with decisions (decision.ts).
 * A caught device loses everything that is not proven point by point or by somebody else; a value is replaced, never
 * averaged. It computes nothing, keeps no bytes and lends nothing. Rules V3–V5 and V8–V12 in docs/SPEC.md.
 */
import type { TileKey } from '#lib/work/tile.ts';
import type { Decision, Proof } from './decision.ts';
import { MOST_CATCHES, afterAgreement, afterMismatch, isTrusted, newDevice, probedShare, stateOf, type DeviceRecord } from './device.ts';
import { affordable, drawPoints, isDear, planProbes, type TruthBudget } from './probePlan.ts';

/** A tile that came back in good form, with what the free checks say of it. */
export type Arrival = {
  readonly tile: TileKey;
  readonly device: string;
  readonly points: number;
  /** Multiply-adds of the truth at one of its points. */
  readonly pointCost: number;
  readonly doubtful: readonly number[];
  readonly isSuspicious: boolean;
};

/** How far a returned point is from the truth, in tolerances: up to 1 agrees, ∞ is another kind of number. */
export type Judgement = { readonly index: number; readonly severity: number };

type Held = Omit<Arrival, 'doubtful' | 'isSuspicious'> & {
  readonly agreed: Set<number>;
  /** Points asked and not judged. */
  asked: number;
  isVerified: boolean;
  /** People whose devices found the same, and another, value. */
  readonly supporters: Set<string>;
  readonly opponents: Set<string>;
  /** Points of it, or of the tiles that came with it, agreed. */
  isCovered: boolean;
  batch: Batch | null;
};

/** Small tiles that came one after another share their probes; those `waiting` are not judged yet. */
type Batch = { readonly tiles: readonly TileKey[]; readonly waiting: Map<TileKey, Set<number>> };

/** A newcomer has at most so many points waiting for their first judgement. */
const UNJUDGED_POINTS = 1024;
/** Of a newcomer's first tile so many points are judged before anything else: one tells who is always wrong, and thousands may come at once. */
const FIRST_POINTS = 1;
/** Agreement with a trusted device counts as so many recomputed points at most. */
const OPINION_POINTS = 16;
/** Points of one tile that are asked at once, when it is looked at again. */
const DRAWN_AT_ONCE = 16;
/** Open tiles that are looked through for the one that is cheapest to prove. */
const MOST_AUDITED = 1024;
/** Tiles of a suspect that are looked at again at once. */
const SUSPECT_TILES = 8;
/** So many people beside its maker prove a tile where none of their devices is trusted. */
const VOTERS = 2;

export class TrustBook {
  readonly #budget: TruthBudget;
  readonly #dice: () => number;
  readonly #devices = new Map<string, DeviceRecord>();
  readonly #catches = new Map<string, number>();
  readonly #tiles = new Map<TileKey, Held>();
  readonly #byDevice = new Map<string, Set<TileKey>>();
  /** By device: tiles that wait for their share of probes to amount to one, and how much it is. */
  readonly #gathering = new Map<string, { owed: number; tiles: TileKey[] }>();
  /** Tiles that are not verified, in the order in which they are audited. */
  readonly #open = new Set<TileKey>();

  /** @param dice secret, in [0, 1) */
  constructor(budget: TruthBudget, dice: () => number) {
    this.#budget = budget;
    this.#dice = dice;
  }

  /** Makes a device known: with its record from earlier, or as a newcomer. */
  admit(key: string, person: string, now: number, earlier: DeviceRecord | null = null): DeviceRecord {
    const known = this.#devices.get(key);
    if (known) return known;
    const record = earlier ?? newDevice(key, person, now);
    this.#devices.set(key, record);
    if (record.catches > 0) this.#catches.set(record.person, (this.#catches.get(record.person) ?? 0) + record.catches);
    return record;
  }

  device(key: string): DeviceRecord | undefined {
    return this.#devices.get(key);
  }

  /** Whether results of a device are taken. A person caught again and again under new identities is not either. V11 */
  mayReturn(key: string, now: number): boolean {
    const record = this.#devices.get(key);
    return record !== undefined && stateOf(record, now) !== 'quarantined' && (this.#catches.get(record.person) ?? 0) <= MOST_CATCHES;
  }

  /** Points that may be lent to a device that nothing is known of. */
  roomOfNewcomer(person: string): number {
    return (this.#catches.get(person) ?? 0) > MOST_CATCHES ? 0 : UNJUDGED_POINTS;
  }

  /** Points that may be lent to a device now: a newcomer proves itself on a few before it is given many. */
  room(key: string, now: number): number {
    if (!this.mayReturn(key, now)) return 0;
    if (!isUnproven(this.#devices.get(key)!, now)) return Infinity;
    let waiting = 0;
    for (const tile of this.#byDevice.get(key) ?? []) {
      const held = this.#tiles.get(tile)!;
      if (held.agreed.size === 0 && !held.isCovered && !isDear(this.#budget, held.pointCost)) waiting += held.points;
    }
    return Math.max(0, UNJUDGED_POINTS - waiting);
  }

  /** A tile came back: what of it to recompute, and whether somebody else is asked too. The device must have been admitted. */
  arrived(arrival: Arrival, now: number): readonly Decision[] {
    const { tile, device, points, pointCost } = arrival;
    const record = this.#devices.get(device)!;
    const share = probedShare(record, now);
    const isFirst = isUnproven(record, now) && (this.#byDevice.get(device)?.size ?? 0) === 0;
    const isAlone = isFirst || arrival.isSuspicious;
    const chosen = isAlone ? planProbes({ ...arrival, share }, this.#budget, this.#dice) : [];
    this.#hold({ tile, device, points, pointCost, agreed: new Set(), asked: chosen.length, isVerified: false, supporters: new Set(), opponents: new Set(), isCovered: false, batch: null });
    const decisions: Decision[] = isAlone ? [] : [...this.#gather(arrival, share)];
    // A newcomer is lent little before its first judgement: that does not wait behind what is asked of everybody else.
    const hurried = arrival.isSuspicious ? chosen.length : isFirst ? FIRST_POINTS : 0;
    if (hurried > 0 && chosen.length > 0) decisions.push({ kind: 'probe', tile, points: chosen.slice(0, hurried), isUrgent: true });
    if (chosen.length > hurried) decisions.push({ kind: 'probe', tile, points: chosen.slice(hurried), isUrgent: false });
    if (isDear(this.#budget, pointCost) && (arrival.isSuspicious || this.#dice() < share)) decisions.push({ kind: 'secondOpinion', tile, notTo: [record.person] });
    return decisions;
  }

  /** What float64 says of points that were asked. */
  judged(tile: TileKey, judgements: readonly Judgement[], now: number): readonly Decision[] {
    const held = this.#tiles.get(tile);
    if (!held) return [];
    held.asked = Math.max(0, held.asked - judgements.length);
    const wrong = judgements.filter(({ severity }) => !(severity <= 1));
    const agreed = judgements.length - wrong.length;
    for (const { index, severity } of judgements) if (severity <= 1) held.agreed.add(index);
    const before = this.#devices.get(held.device)!;
    if (wrong.length === 0) {
      const decisions = this.#change(before, afterAgreement(before, agreed, now));
      const covered = this.#cover(held, judgements);
      if (this.#devices.get(held.device)!.state === 'trusted' && before.state !== 'trusted') return [...decisions, ...this.#settleAll(held.device, now)];
      return [...decisions, ...[held, ...covered].flatMap((each) => (this.#tiles.has(each.tile) ? this.#settle(each, now) : []))];
    }
    let record: DeviceRecord = { ...before, compared: before.compared + agreed };
    for (const { severity } of wrong) record = afterMismatch(record, severity, now);
    this.forget(tile);
    const notTo = [record.person, ...held.opponents, ...held.supporters];
    return [...this.#change(before, record), { kind: 'strike', tile, device: held.device, notTo }, ...this.#consequences(record, now)];
  }

  /** What float64 says of a device's numbers for a tile that another device's stands for. */
  judgedWitness(device: string, judgements: readonly Judgement[], now: number): readonly Decision[] {
    const before = this.#devices.get(device);
    if (!before) return [];
    let record = before;
    for (const { severity } of judgements) record = severity <= 1 ? afterAgreement(record, 1, now) : afterMismatch(record, severity, now);
    return [...this.#change(before, record), ...(record.mismatched > before.mismatched ? this.#consequences(record, now) : [])];
  }

  /**
   * Another device computed a tile too: where it says the same, both are believed more; where not, one float64 point
   * decides, or where that cannot be had, further devices do.
   */
  opinion(tile: TileKey, witness: string, differing: readonly Judgement[], now: number): readonly Decision[] {
    const held = this.#tiles.get(tile);
    const other = this.#devices.get(witness);
    const own = held && this.#devices.get(held.device);
    // One person is one opinion, with however many devices.
    if (!held || !other || !own || own.person === other.person) return [];
    if (differing.length === 0) {
      // The witness gains nothing by it: what stands in the picture can be copied.
      held.supporters.add(other.person);
      const weight = Math.min(held.points, OPINION_POINTS);
      return [
        ...(isTrusted(other, now) ? this.#change(own, afterAgreement(own, weight, now, held.points)) : []),
        ...this.#settle(held, now, isTrusted(other, now)),
      ];
    }
    held.opponents.add(other.person);
    const votes: Decision[] = [
      { kind: 'vote', tile, by: witness, against: held.device },
      { kind: 'vote', tile, by: held.device, against: witness },
    ];
    if (affordable(this.#budget, held.pointCost) > 0) {
      const worst = differing.reduce((most, each) => (each.severity > most.severity ? each : most));
      held.asked++;
      return [...votes, { kind: 'probe', tile, points: [worst.index], isUrgent: true }];
    }
    if (held.opponents.size > held.supporters.size + 1) {
      const record = afterMismatch(own, Math.max(...differing.map(({ severity }) => severity)), now);
      this.forget(tile);
      return [...votes, ...this.#change(own, record), { kind: 'strike', tile, device: held.device, notTo: [own.person] }, ...this.#consequences(record, now)];
    }
    return [...votes, { kind: 'secondOpinion', tile, notTo: [own.person, ...held.supporters, ...held.opponents] }];
  }

  /** Returned what cannot be right, whatever the truth is: another number of points, another set. */
  broken(device: string, now: number): readonly Decision[] {
    const before = this.#devices.get(device);
    if (!before) return [];
    const record = afterMismatch(before, 2, now);
    return [...this.#change(before, record), ...this.#consequences(record, now)];
  }

  /**
   * When nothing else is asked: further points of a tile that is not verified yet; null when there is nothing to be had.
   * One tile after the other, so that some are verified long before all are; the cheapest to prove goes first, so that a
   * small slice does not wait for the whole of a large one.
   */
  audit(): Decision | null {
    let looked = 0;
    let cheapest: { readonly held: Held; readonly cost: number } | null = null;
    for (const tile of this.#open) {
      if (++looked > MOST_AUDITED) break;
      const held = this.#tiles.get(tile)!;
      if (held.asked > 0) continue;
      if (isDear(this.#budget, held.pointCost) || held.agreed.size >= held.points) {
        this.#open.delete(tile);
        continue;
      }
      const cost = (held.points - held.agreed.size) * held.pointCost;
      if (!cheapest || cost < cheapest.cost) cheapest = { held, cost };
    }
    if (!cheapest) return null;
    const { held } = cheapest;
    const most = Math.min(affordable(this.#budget, held.pointCost), DRAWN_AT_ONCE, held.points - held.agreed.size);
    const points = drawPoints(held.points, most, this.#dice, [], held.agreed);
    held.asked += points.length;
    return { kind: 'probe', tile: held.tile, points, isUrgent: false };
  }

  /** Points that were asked could not be judged; of such a tile nothing more is asked unless something speaks against it. */
  notJudged(tile: TileKey, points: number): void {
    const held = this.#tiles.get(tile);
    if (held) held.asked = Math.max(0, held.asked - points);
    this.#open.delete(tile);
  }

  /** A tile is gone: struck elsewhere, or its slice is closed. */
  forget(tile: TileKey): void {
    const held = this.#tiles.get(tile);
    if (!held) return;
    this.#tiles.delete(tile);
    this.#open.delete(tile);
    this.#byDevice.get(held.device)?.delete(tile);
  }

  /**
   * A tile joins those of its device that wait for probes. Once their share amounts to a point, that many are drawn from
   * all of them: what is asked is the same share of points however small the tiles are.
   */
  #gather({ tile, device, points, pointCost }: Arrival, share: number): readonly Decision[] {
    const most = affordable(this.#budget, pointCost);
    if (most === 0) return [];
    const waiting = this.#gathering.get(device) ?? { owed: 0, tiles: [] };
    this.#gathering.set(device, waiting);
    waiting.owed += Math.min(share * points, most);
    waiting.tiles.push(tile);
    const count = Math.floor(waiting.owed);
    if (count === 0) return [];
    waiting.owed -= count;
    const tiles = waiting.tiles.splice(0).flatMap((each) => this.#tiles.get(each) ?? []);
    const total = tiles.reduce((sum, each) => sum + each.points, 0);
    const drawn = new Map<Held, number[]>();
    for (let at of drawPoints(total, Math.min(count, total), this.#dice)) {
      for (const held of tiles) {
        if (at < held.points) {
          drawn.set(held, [...(drawn.get(held) ?? []), at]);
          break;
        }
        at -= held.points;
      }
    }
    const batch: Batch = { tiles: tiles.map((each) => each.tile), waiting: new Map([...drawn].map(([held, indices]) => [held.tile, new Set(indices)])) };
    for (const held of tiles) held.batch = batch;
    return [...drawn].map(([held, indices]): Decision => {
      held.asked += indices.length;
      return { kind: 'probe', tile: held.tile, points: indices, isUrgent: false };
    });
  }

  /** Points of a tile agreed: when all that were asked of its batch did, every tile of it is covered. */
  #cover(held: Held, judgements: readonly Judgement[]): readonly Held[] {
    const { batch } = held;
    const waiting = batch?.waiting.get(held.tile);
    if (!batch || !waiting) return [];
    for (const { index } of judgements) waiting.delete(index);
    if (waiting.size === 0) batch.waiting.delete(held.tile);
    if (batch.waiting.size > 0) return [];
    const covered = batch.tiles.flatMap((tile) => this.#tiles.get(tile) ?? []);
    for (const each of covered) {
      each.isCovered = true;
      each.batch = null;
    }
    return covered;
  }

  #hold(held: Held): void {
    this.forget(held.tile);
    this.#tiles.set(held.tile, held);
    if (!held.isVerified) this.#open.add(held.tile);
    const theirs = this.#byDevice.get(held.device);
    if (theirs) theirs.add(held.tile);
    else this.#byDevice.set(held.device, new Set([held.tile]));
  }

  /** What a device's mistake means for the rest of what it returned. */
  #consequences(record: DeviceRecord, now: number): readonly Decision[] {
    const theirs = [...(this.#byDevice.get(record.key) ?? [])];
    if (stateOf(record, now) === 'quarantined') {
      for (const tile of theirs) this.forget(tile);
      this.#byDevice.delete(record.key);
      this.#gathering.delete(record.key);
      // Also where nothing is held: what of earlier days is stored goes with it.
      return [{ kind: 'rollBack', device: record.key, tiles: theirs, notTo: [record.person] }];
    }
    return theirs.slice(-SUSPECT_TILES).flatMap((tile): readonly Decision[] => {
      const held = this.#tiles.get(tile)!;
      const most = Math.min(affordable(this.#budget, held.pointCost), DRAWN_AT_ONCE);
      const points = drawPoints(held.points, most, this.#dice, [], held.agreed);
      held.asked += points.length;
      return points.length === 0 ? [] : [{ kind: 'probe', tile, points, isUrgent: true }];
    });
  }

  #settleAll(device: string, now: number): readonly Decision[] {
    return [...(this.#byDevice.get(device) ?? [])].flatMap((tile) => this.#settle(this.#tiles.get(tile)!, now));
  }

  /** Says that a tile is verified, once it is. What is proven for good is no longer held: nothing can take it back. */
  #settle(held: Held, now: number, isVouchedFor = false): readonly Decision[] {
    const { tile, points } = held;
    const agreed = held.agreed.size;
    const say = (proof: Proof): readonly Decision[] => {
      if (proof.kind === 'points') this.#open.delete(tile);
      else this.forget(tile);
      const isNews = !held.isVerified || proof.kind !== 'points';
      held.isVerified = true;
      return isNews ? [{ kind: 'verify', tile, proof }] : [];
    };
    if (agreed >= points) return say({ kind: 'everyPoint', agreed });
    if (held.opponents.size > 0 && held.asked > 0) return [];
    if (isVouchedFor || (held.supporters.size >= VOTERS && agreed > 0)) return say({ kind: 'secondOpinion', agreed });
    return (agreed > 0 || held.isCovered) && held.asked === 0 && isTrusted(this.#devices.get(held.device)!, now) ? say({ kind: 'points', agreed }) : [];
  }

  #change(before: DeviceRecord, record: DeviceRecord): readonly Decision[] {
    this.#devices.set(record.key, record);
    if (record.catches > before.catches) this.#catches.set(record.person, (this.#catches.get(record.person) ?? 0) + 1);
    // Evidence alone is kept now and then, a change of state at once.
    const isWorthKeeping = record.state !== before.state || record.mismatched !== before.mismatched || Math.floor(record.compared / 32) !== Math.floor(before.compared / 32);
    return isWorthKeeping ? [{ kind: 'device', record, before: before.state }] : [];
  }
}

/** Nothing of it was judged since it came, or came back. */
function isUnproven(record: DeviceRecord, now: number): boolean {
  const state = stateOf(record, now);
  return state === 'new' || state === 'cooldown';
}
