/**
 * The trust book: what is believed of every device and of every tile that is not proven yet, and what to do next.
 *
 * It is told what came back, what float64 said and what other devices found, and answers with decisions (decision.ts).
 * A caught device loses everything that is not proven point by point or by somebody else; a value is replaced, never
 * averaged. It computes nothing, keeps no bytes and lends nothing. Rules V3–V5 and V8–V12 in docs/SPEC.md.
 */
import type { TileKey } from '#lib/work/tile.ts';
import type { Decision, Proof, Urgency } from './decision.ts';
import { Batches } from './batches.ts';
import { afterAgreement, afterMismatch, isTrusted, probedShare, stateOf, type DeviceRecord } from './device.ts';
import { closenessToAny, PATIENCE_MS, type Bystanders, type Domain } from './domain.ts';
import { HeldTiles, isProbed, type HeldTile } from './heldTiles.ts';
import { affordable, drawPoints, isDear, planProbes, type TruthBudget } from './probePlan.ts';
import { FIRST_LEASE, Standing, heldOnTrial, isUnproven } from './standing.ts';

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

/** Of a newcomer's first tile so many points are judged before anything else: one tells who is always wrong, and thousands may come at once. */
const FIRST_POINTS = 1;
/** Where that one does not match, so many more of the tile are looked at with it: they tell a device that errs everywhere from one that erred once. */
const CLOSER_POINTS = 2;
/** Points are asked in pieces that take no longer than this of the budget, so that what is urgent need not wait. */
const PIECE_SECONDS = 0.05;
/** Agreement with a trusted device counts as so many recomputed points at most. */
const OPINION_POINTS = 16;
/** Points of one tile that are asked at once, when it is looked at again. */
const DRAWN_AT_ONCE = 16;
/** Tiles of a suspect that are looked at again at once. */
const SUSPECT_TILES = 8;
/** So many people beside its maker prove a tile where none of their devices is trusted. */
const VOTERS = 2;

export class TrustBook {
  readonly #budget: TruthBudget;
  readonly #dice: () => number;
  readonly #standing = new Standing();
  readonly #tiles = new HeldTiles();
  readonly #batches: Batches;

  /** @param dice secret, in [0, 1) */
  constructor(budget: TruthBudget, dice: () => number) {
    this.#budget = budget;
    this.#dice = dice;
    this.#batches = new Batches(dice);
  }

  /** Makes a device known: with its record from earlier, or as a newcomer. */
  admit(key: string, person: string, now: number, earlier: DeviceRecord | null = null): DeviceRecord {
    return this.#standing.admit(key, person, now, earlier);
  }

  /** A device is heard of from somewhere. */
  cameFrom(key: string, domain: Domain): void {
    this.#standing.cameFrom(key, domain);
  }

  device(key: string): DeviceRecord | undefined {
    return this.#standing.get(key);
  }

  /** Whether results of a device are taken. A person caught again and again under new identities is not either. V11 */
  mayReturn(key: string, now: number): boolean {
    return this.#standing.mayReturn(key, now);
  }

  /**
   * With how many tiles in hand a device with so many workers is lent no more: Infinity, or one lease while nothing of it was judged; null where nothing
   * of it is taken, so that it should hold none. V15
   *
   * @param person whose it is, where it was not admitted yet
   */
  mostHeld(key: string, person: string, workers: number, now: number): number | null {
    const record = this.#standing.get(key);
    if (!record) return this.#standing.isWelcome(person) ? FIRST_LEASE * workers : null;
    if (!this.mayReturn(key, now)) return null;
    if (!isUnproven(record, now)) return Infinity;
    const waiting = [...this.#tiles.of(key)].filter((held) => !isProbed(held) && !isDear(this.#budget, held.pointCost));
    return heldOnTrial(workers, waiting.length, waiting[0]?.at ?? now, now);
  }

  /** A tile came back: what of it to recompute, and whether somebody else is asked too. The device must have been admitted. */
  arrived(arrival: Arrival, now: number): readonly Decision[] {
    const { tile, device, points, pointCost, isSuspicious } = arrival;
    const record = this.#standing.get(device)!;
    const share = probedShare(record, now);
    const isFirst = isUnproven(record, now) && this.#tiles.of(device).size === 0;
    const held: HeldTile = { tile, device, points, pointCost, at: now, agreed: new Set(), asked: 0, isVerified: false, domain: this.#standing.domainOf(device), supporters: new Map(), opponents: new Map(), uncounted: new Map(), keptUntil: Infinity, isCovered: false, batch: null };
    const isAlone = isFirst || isSuspicious;
    this.#tiles.add(held, !isAlone && isTrusted(record, now));
    const decisions: Decision[] = [];
    if (isAlone) {
      const chosen = planProbes({ ...arrival, share }, this.#budget, this.#dice);
      // A newcomer is lent little before its first judgement: that does not wait behind what is asked of everybody else.
      const hurried = isSuspicious ? chosen.length : FIRST_POINTS;
      decisions.push(...this.#probe(held, chosen.slice(0, hurried), { urgency: 'doubt', isFirst }), ...this.#probe(held, chosen.slice(hurried)));
    } else {
      const most = affordable(this.#budget, pointCost);
      const drawn = most === 0 ? [] : this.#batches.join(held, Math.min(share * points, most), (each) => this.#tiles.get(each) !== undefined);
      for (const [each, indices] of drawn) decisions.push(...this.#probe(each, indices));
    }
    // A newcomer's first verdict takes long here: what somebody else finds is known sooner, and asked for before other opinions.
    if (isDear(this.#budget, pointCost) && (isFirst || isSuspicious || this.#dice() < share)) decisions.push(this.#askAnother(held, now, isFirst));
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
    const before = this.#standing.get(held.device)!;
    if (wrong.length === 0) {
      const decisions = this.#standing.change(before, afterAgreement(before, agreed, now));
      const covered = this.#batches.agreed(held, judgements.map(({ index }) => index));
      const isNewlyTrusted = this.#standing.get(held.device)!.state === 'trusted' && before.state !== 'trusted';
      const concerned = isNewlyTrusted ? [...this.#tiles.of(held.device)] : [held, ...covered];
      return [...decisions, ...concerned.flatMap((each) => (this.#tiles.get(each.tile) === each ? this.#settle(each, now) : []))];
    }
    let record: DeviceRecord = { ...before, compared: before.compared + agreed };
    for (const { severity } of wrong) record = afterMismatch(record, severity, now);
    this.forget(tile);
    const notTo = this.#spokenOf(held);
    return [...this.#standing.change(before, record), { kind: 'strike', tile, device: held.device, notTo }, ...this.#consequences(record, now)];
  }

  /** What float64 says of a device's numbers for a tile that another device's stands for. */
  judgedWitness(device: string, judgements: readonly Judgement[], now: number): readonly Decision[] {
    const before = this.#standing.get(device);
    if (!before) return [];
    let record = before;
    for (const { severity } of judgements) record = severity <= 1 ? afterAgreement(record, 1, now) : afterMismatch(record, severity, now);
    return [...this.#standing.change(before, record), ...(record.mismatched > before.mismatched ? this.#consequences(record, now) : [])];
  }

  /**
   * Another device computed a tile too: where it says the same, both are believed more; where not, one float64 point
   * decides, or where that cannot be had, further devices do. Who may be one person with those who have spoken does not count
   * while somebody is here of whom that is less likely, and has been asked for a while at most. V17
   */
  opinion(tile: TileKey, witness: string, differing: readonly Judgement[], now: number, bystanders: Bystanders = NOBODY): readonly Decision[] {
    const held = this.#tiles.get(tile);
    const other = this.#standing.get(witness);
    const own = held && this.#standing.get(held.device);
    // One person is one opinion, with however many devices.
    if (!held || !other || !own || own.person === other.person) return [];
    const domain = this.#standing.domainOf(witness);
    const isTooClose = (spoken: readonly (Domain | null)[]): boolean => {
      const close = now < held.keptUntil ? closenessToAny(domain, spoken) : 0;
      return close > 0 && close > bystanders.leastCloseness(tile, known(spoken));
    };
    if (differing.length === 0) {
      if (isTooClose([held.domain, ...held.supporters.values()])) {
        held.uncounted.set(other.person, domain);
        return held.keptUntil < Infinity ? [this.#askAnother(held, now)] : [];
      }
      // The witness gains nothing by it: what stands in the picture can be copied.
      held.supporters.set(other.person, domain);
      const weight = Math.min(held.points, OPINION_POINTS);
      return [
        ...(isTrusted(other, now) ? this.#standing.change(own, afterAgreement(own, weight, now, held.points)) : []),
        ...this.#settle(held, now, isTrusted(other, now)),
      ];
    }
    (isTooClose([...held.opponents.values()]) ? held.uncounted : held.opponents).set(other.person, domain);
    const votes: Decision[] = [
      { kind: 'vote', tile, by: witness, against: held.device },
      { kind: 'vote', tile, by: held.device, against: witness },
    ];
    if (affordable(this.#budget, held.pointCost) > 0) {
      const worst = differing.reduce((most, each) => (each.severity > most.severity ? each : most));
      return [...votes, ...this.#probe(held, [worst.index], { urgency: 'doubt' })];
    }
    if (held.opponents.size > held.supporters.size + 1) {
      const record = afterMismatch(own, Math.max(...differing.map(({ severity }) => severity)), now);
      this.forget(tile);
      return [...votes, ...this.#standing.change(own, record), { kind: 'strike', tile, device: held.device, notTo: [own.person] }, ...this.#consequences(record, now)];
    }
    return [...votes, this.#askAnother(held, now)];
  }

  /** Returned what cannot be right, whatever the truth is: another number of points, another set. */
  broken(device: string, now: number): readonly Decision[] {
    const before = this.#standing.get(device);
    if (!before) return [];
    const record = afterMismatch(before, 2, now);
    return [...this.#standing.change(before, record), ...this.#consequences(record, now)];
  }

  /**
   * When nothing else is asked: further points of a tile that is not verified yet; nothing when there is none to be had.
   * One tile after the other, so that some are verified long before all are; the cheapest to prove goes first, so that a
   * small slice does not wait for the whole of a large one.
   */
  audit(now: number): readonly Decision[] {
    const held = this.#tiles.cheapestOpen(now, ({ pointCost, agreed, points }) => !isDear(this.#budget, pointCost) && agreed.size < points);
    return held ? this.#probe(held, this.#drawMore(held)) : [];
  }

  /** Milliseconds until there may be something to audit that there is not now; Infinity without anything. */
  auditIn(now: number): number {
    return this.#tiles.expectedIn(now);
  }

  /** Tiles that are not verified and may be still. */
  get openCount(): number {
    return this.#tiles.openCount;
  }

  /** Points that were asked could not be judged; of such a tile nothing more is asked unless something speaks against it. */
  notJudged(tile: TileKey, points: number): void {
    const held = this.#tiles.get(tile);
    if (!held) return;
    held.asked = Math.max(0, held.asked - points);
    this.#tiles.close(held);
  }

  /** A tile is gone: struck elsewhere, or its slice is closed. */
  forget(tile: TileKey): void {
    this.#tiles.forget(tile);
  }

  /** Has a tile computed by somebody who has not spoken of it, for a while by who is furthest away from those who have. */
  #askAnother(held: HeldTile, now: number, isFirst = false): Decision {
    if (held.keptUntil === Infinity) held.keptUntil = now + PATIENCE_MS;
    const awayFrom = known([held.domain, ...[held.supporters, held.opponents, held.uncounted].flatMap((said) => [...said.values()])]);
    return { kind: 'secondOpinion', tile: held.tile, notTo: this.#spokenOf(held), awayFrom, patienceMs: Math.max(0, held.keptUntil - now), isFirst };
  }

  /** Whoever has spoken of a tile, its maker first. */
  #spokenOf({ device, supporters, opponents, uncounted }: HeldTile): readonly string[] {
    return [this.#standing.get(device)!.person, ...opponents.keys(), ...supporters.keys(), ...uncounted.keys()];
  }

  /** Has points of a tile recomputed, in pieces. @param isFirst of a newcomer: more of them, should one not match */
  #probe(held: HeldTile, points: readonly number[], { urgency = 'usual', isFirst = false }: { readonly urgency?: Urgency; readonly isFirst?: boolean } = {}): readonly Decision[] {
    held.asked += points.length;
    const piece = Math.max(1, Math.floor((this.#budget.perSecond * PIECE_SECONDS) / Math.max(1, held.pointCost)));
    const decisions: Decision[] = [];
    for (let at = 0; at < points.length; at += piece) {
      const asked = points.slice(at, at + piece);
      const closer = isFirst && at === 0 && !isDear(this.#budget, held.pointCost) ? drawPoints(held.points, Math.min(CLOSER_POINTS, held.points - asked.length), this.#dice, [], new Set(asked)) : [];
      decisions.push({ kind: 'probe', tile: held.tile, points: asked, closer, urgency: isFirst && at === 0 ? 'verdict' : urgency });
    }
    return decisions;
  }

  /** Points of a tile that did not agree yet, as many as may be asked at once. */
  #drawMore({ points, pointCost, agreed }: HeldTile): readonly number[] {
    return drawPoints(points, Math.min(affordable(this.#budget, pointCost), DRAWN_AT_ONCE, points - agreed.size), this.#dice, [], agreed);
  }

  /** What a device's mistake means for the rest of what it returned. */
  #consequences(record: DeviceRecord, now: number): readonly Decision[] {
    const theirs = [...this.#tiles.of(record.key)];
    if (stateOf(record, now) !== 'quarantined') return theirs.slice(-SUSPECT_TILES).flatMap((held) => this.#probe(held, this.#drawMore(held), { urgency: 'doubt' }));
    for (const { tile } of theirs) this.forget(tile);
    this.#batches.forget(record.key);
    // Also where nothing is held: what of earlier days is stored goes with it.
    return [{ kind: 'rollBack', device: record.key, tiles: theirs.map(({ tile }) => tile), notTo: [record.person] }];
  }

  /** Says that a tile is verified, once it is. What is proven for good is no longer held: nothing can take it back. */
  #settle(held: HeldTile, now: number, isVouchedFor = false): readonly Decision[] {
    const { tile, points } = held;
    const agreed = held.agreed.size;
    const say = (proof: Proof): readonly Decision[] => {
      if (proof.kind === 'points') this.#tiles.close(held);
      else this.forget(tile);
      const isNews = !held.isVerified || proof.kind !== 'points';
      held.isVerified = true;
      return isNews ? [{ kind: 'verify', tile, proof }] : [];
    };
    if (agreed >= points) return say({ kind: 'everyPoint', agreed });
    if (held.opponents.size > 0 && held.asked > 0) return [];
    if (isVouchedFor || (held.supporters.size >= VOTERS && agreed > 0)) return say({ kind: 'secondOpinion', agreed });
    return isProbed(held) && held.asked === 0 && isTrusted(this.#standing.get(held.device)!, now) ? say({ kind: 'points', agreed }) : [];
  }
}

/** Nobody else is here to be asked. */
const NOBODY: Bystanders = { leastCloseness: () => 2 };

const known = (domains: readonly (Domain | null)[]): readonly Domain[] => domains.filter((domain) => domain !== null);
