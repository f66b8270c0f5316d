/**
 * The tiles of one slice: which wait, which are lent, which are done; a few bytes each.
 *
 * Tiles are numbers here, 0 … n − 1. Each belongs to a stage; stages are wanted one after the other (a level of the grid,
 * then the next; after all of them, more samples). It does not know who else has work, nor who computes.
 */
import { NOTHING, type Capacity } from '#lib/work/capacity.ts';
import { Eligibility } from './eligibility.ts';
import { shardFor } from './shardChoice.ts';
import { TIER, TIERS, type Tier } from './tiers.ts';

export const TILE_STATE = { waiting: 1, lent: 2, done: 3 } as const;

/** What is wanted of a slice. */
export type SliceSpec = {
  readonly id: string;
  /** Who placed it, and in whose turn it is computed. */
  readonly person: string;
  /** Work of the same kind runs at the same speed: the subject's id, say. */
  readonly costClass: string;
  /** Units of work of each tile, multiply-adds for instance. */
  readonly cost: Float32Array;
  /** Of each tile. Stage 0 is the first coarse picture. */
  readonly stage: Uint8Array | Uint16Array;
  /** Whether a stage makes the picture better that is there already, rather than finer: more samples. */
  readonly isExtra: readonly boolean[];
  /** What it takes a device to get ready for this slice: weights fetched, directions made. */
  readonly loadMs: number;
  /** By stage, the shard of the samples that its tiles are computed over, by a name that slices over the same samples share; absent where all have the same. */
  readonly shards?: readonly string[] | undefined;
  /** What it takes a device to fetch a shard that it has not. */
  readonly shardMs?: number | undefined;
  /** What a device has to hold; absent for nothing to speak of. */
  readonly needs?: Capacity | undefined;
  /** Tiles known already. */
  readonly isDone?: ((tile: number) => boolean) | undefined;
};

export class SliceWork {
  readonly spec: SliceSpec;
  readonly state: Uint8Array;
  /** How many people look at it. */
  viewers = 0;
  isPaused = false;
  /** By tier, of what waits. */
  readonly waiting: Uint32Array = new Uint32Array(TIERS.length);
  readonly units: Float64Array = new Float64Array(TIERS.length);
  doneCount = 0;
  lentCount = 0;
  /** By stage, wanted next at the end. Holds tiles that do not wait any more as well: they are passed over. */
  readonly #stacks: number[][];
  /** By stage, how many tiles wait and how many are lent. */
  readonly #waitingAt: Uint32Array;
  readonly #lentAt: Uint32Array;
  /** Where more samples begin. */
  readonly #firstExtra: number;
  /** In no stage before this does a tile wait. */
  #first = 0;
  readonly #checks: number[] = [];
  /** Who holds a tile that is lent, by the number of the device; a second holder where there is one. */
  readonly holder: Int32Array;
  readonly #twins = new Map<number, number>();
  /** Whom a tile may be lent to. */
  readonly eligibility = new Eligibility();

  constructor(spec: SliceSpec) {
    this.spec = spec;
    this.state = new Uint8Array(spec.cost.length);
    this.holder = new Int32Array(spec.cost.length).fill(-1);
    this.#stacks = spec.isExtra.map(() => []);
    this.#firstExtra = spec.isExtra.indexOf(true);
    this.#waitingAt = new Uint32Array(spec.isExtra.length);
    this.#lentAt = new Uint32Array(spec.isExtra.length);
    for (let tile = spec.cost.length - 1; tile >= 0; tile--) {
      if (spec.isDone?.(tile)) {
        this.state[tile] = TILE_STATE.done;
        this.doneCount++;
      } else {
        this.state[tile] = TILE_STATE.waiting;
        this.#stacks[spec.stage[tile]!]!.push(tile);
        this.#count(tile, 1);
      }
    }
  }

  /** What a device has to hold to compute it. */
  get needs(): Capacity {
    return this.spec.needs ?? NOTHING;
  }

  get tiles(): number {
    return this.state.length;
  }

  /** What is seen of a slice with so many viewers more goes first, but never more than four times as fast. */
  get weight(): number {
    return this.viewers > 0 ? Math.min(4, 1 + Math.log2(this.viewers)) : 1;
  }

  tierOf(tile: number): Tier {
    return this.#tierOfStage(this.spec.stage[tile]!);
  }

  /** Changes who looks at it, and with that the tiers of its tiles. */
  setViewers(viewers: number): void {
    const before = this.viewers > 0;
    this.viewers = viewers;
    if (before === viewers > 0) return;
    const checks = this.waiting[TIER.checking]!;
    const checkUnits = this.units[TIER.checking]!;
    this.waiting.fill(0);
    this.units.fill(0);
    this.#waitingAt.fill(0);
    this.waiting[TIER.checking] = checks;
    this.units[TIER.checking] = checkUnits;
    for (const stack of this.#stacks) for (const tile of new Set(stack)) if (this.state[tile] === TILE_STATE.waiting) this.#count(tile, 1);
  }

  /** What a device needs for a tile besides what it needs for the slice: a shard, by name. */
  shardOf(tile: number): string | undefined {
    return this.spec.shards?.[this.spec.stage[tile]!];
  }

  /**
   * Takes the next tile of a tier that somebody may have; or the cheapest of its stage, to be tried on who was never measured.
   *
   * @param mayHave whether it may be lent to them @param has whether a shard is on the device already: of those that are next, it goes on with such a one
   */
  take(tier: Tier, mayHave: (tile: number) => boolean, isTrial = false, has?: (shard: string) => boolean): number | null {
    if (tier === TIER.checking) return this.#takeCheck(mayHave);
    if (this.waiting[tier] === 0) return null;
    const { isExtra, shards } = this.spec;
    while (this.#waitingAt[this.#first] === 0) this.#first++;
    for (let stage = this.#first; stage < this.#stacks.length; stage++) {
      if (this.#waitingAt[stage] === 0 || this.#tierOfStage(stage) !== tier) continue;
      const near = has && shards && isExtra[stage] ? shardFor({ next: stage, firstExtra: this.#firstExtra, shards, waiting: this.#waitingAt, lent: this.#lentAt }, has) : stage;
      const taken = this.#takeFrom(near, mayHave, isTrial) ?? (near === stage ? null : this.#takeFrom(stage, mayHave, isTrial));
      if (taken !== null) return taken;
    }
    return null;
  }

  /** What was taken is not lent after all: it is the next one again. */
  putBack(tier: Tier, tile: number): void {
    if (tier !== TIER.checking) return this.giveBack(tile);
    this.check(tile, true);
  }

  /** A tile that was lent waits again, before the others of its stage. */
  giveBack(tile: number): void {
    if (this.state[tile] !== TILE_STATE.lent) return;
    this.#countLent(tile, -1);
    this.#wait(tile);
  }

  /** Returns whether it was not done before. */
  finish(tile: number): boolean {
    if (this.state[tile] === TILE_STATE.done) return false;
    if (this.state[tile] === TILE_STATE.lent) this.#countLent(tile, -1);
    else this.#count(tile, -1);
    this.state[tile] = TILE_STATE.done;
    this.doneCount++;
    return true;
  }

  /** A tile found wrong is wanted again; returns whether it was done. */
  reopen(tile: number): boolean {
    if (this.state[tile] !== TILE_STATE.done) return false;
    this.doneCount--;
    // An opinion about what is gone is worth nothing.
    for (let at = this.#checks.indexOf(tile); at >= 0; at = this.#checks.indexOf(tile)) this.#dropCheck(at);
    this.#wait(tile);
    return true;
  }

  hasTwin(tile: number): boolean {
    return this.#twins.has(tile);
  }

  /** Who holds a tile, one or two. */
  holders(tile: number): readonly number[] {
    const first = this.holder[tile]!;
    const second = this.#twins.get(tile);
    if (first < 0) return second === undefined ? [] : [second];
    return second === undefined ? [first] : [first, second];
  }

  addHolder(tile: number, slot: number): void {
    if (this.holder[tile]! < 0) this.holder[tile] = slot;
    else this.#twins.set(tile, slot);
  }

  /** Returns whether nobody holds it now. */
  removeHolder(tile: number, slot: number): boolean {
    const second = this.#twins.get(tile);
    if (second === slot) this.#twins.delete(tile);
    else if (this.holder[tile] === slot) {
      this.holder[tile] = second ?? -1;
      this.#twins.delete(tile);
    }
    return this.holder[tile]! < 0;
  }

  /** Wants a tile that is done computed once more; one that is not is computed anyhow. @param isFirst before others */
  check(tile: number, isFirst = false): void {
    if (this.state[tile] !== TILE_STATE.done || this.#checks.includes(tile)) return;
    if (isFirst) this.#checks.unshift(tile);
    else this.#checks.push(tile);
    this.waiting[TIER.checking]!++;
    this.units[TIER.checking]! += this.spec.cost[tile]!;
  }

  /** Puts what waits in a new order: lowest first, the stages kept. */
  reorder(rank: (tile: number) => number): void {
    for (const stack of this.#stacks) {
      const tiles = [...new Set(stack)].filter((tile) => this.state[tile] === TILE_STATE.waiting);
      const ranks = new Map(tiles.map((tile) => [tile, rank(tile)]));
      stack.length = 0;
      for (const tile of tiles.sort((one, other) => ranks.get(other)! - ranks.get(one)! || other - one)) stack.push(tile);
    }
  }

  #takeFrom(stage: number, mayHave: (tile: number) => boolean, isTrial: boolean): number | null {
    const stack = this.#stacks[stage]!;
    if (isTrial) this.#cheapestNext(stack);
    const kept: number[] = [];
    let taken: number | null = null;
    while (taken === null && stack.length > 0) {
      const tile = stack.pop()!;
      if (this.state[tile] !== TILE_STATE.waiting) continue;
      if (mayHave(tile)) taken = tile;
      else kept.push(tile);
    }
    while (kept.length > 0) stack.push(kept.pop()!);
    if (taken === null) return null;
    this.state[taken] = TILE_STATE.lent;
    this.#countLent(taken, 1);
    this.#count(taken, -1);
    return taken;
  }

  /** Of a stage, the cheapest tile goes to the end of the stack, where the next is taken from. */
  #cheapestNext(stack: number[]): void {
    let cheapest = -1;
    for (let at = stack.length - 1; at >= 0; at--) {
      if (this.state[stack[at]!] !== TILE_STATE.waiting) continue;
      if (cheapest < 0 || this.spec.cost[stack[at]!]! < this.spec.cost[stack[cheapest]!]!) cheapest = at;
    }
    if (cheapest >= 0 && cheapest < stack.length - 1) stack.push(...stack.splice(cheapest, 1));
  }

  #tierOfStage(stage: number): Tier {
    if (this.viewers === 0) return stage === 0 ? TIER.surroundings : TIER.background;
    if (stage === 0) return TIER.coarse;
    return this.spec.isExtra[stage] ? TIER.surroundings : TIER.viewed;
  }

  #wait(tile: number): void {
    this.state[tile] = TILE_STATE.waiting;
    this.#stacks[this.spec.stage[tile]!]!.push(tile);
    this.#count(tile, 1);
  }

  #countLent(tile: number, sign: 1 | -1): void {
    this.lentCount += sign;
    this.#lentAt[this.spec.stage[tile]!]! += sign;
  }

  #count(tile: number, sign: 1 | -1): void {
    const stage = this.spec.stage[tile]!;
    this.#waitingAt[stage]! += sign;
    if (sign > 0 && stage < this.#first) this.#first = stage;
    const tier = this.#tierOfStage(stage);
    this.waiting[tier]! += sign;
    // Sums of many floats leave a crumb: none where nothing waits.
    this.units[tier] = this.waiting[tier] === 0 ? 0 : this.units[tier]! + sign * this.spec.cost[tile]!;
  }

  #takeCheck(mayHave: (tile: number) => boolean): number | null {
    const index = this.#checks.findIndex(mayHave);
    return index < 0 ? null : this.#dropCheck(index);
  }

  #dropCheck(index: number): number {
    const [tile] = this.#checks.splice(index, 1);
    this.waiting[TIER.checking]!--;
    this.units[TIER.checking] = this.waiting[TIER.checking] === 0 ? 0 : this.units[TIER.checking]! - this.spec.cost[tile!]!;
    return tile!;
  }
}
