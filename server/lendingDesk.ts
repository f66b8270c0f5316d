/**
 * The desk at which one session lends: pages come with what they have room for, and leave with tiles and the tickets for them.
 *
 * What is lent is lending.ts's to choose, how much of it a device may hold tileBook.ts's to say; here pages are told, each at its time. It
 * knows pages as ids of connections and people, and sees no results. Rules L1–L18, V5, V15, V17.
 */
import type { Pointer } from '#lib/session/pointer.ts';
import type { Decision } from '#lib/work/belief/decision.ts';
import type { Bystanders, Closeness, Domain } from '#lib/work/belief/domain.ts';
import type { TileKey } from '#lib/work/tile.ts';
import { ServingTick } from '#lib/work/scheduling/servingTick.ts';
import type { Completion } from '#lib/work/scheduling/scheduler.ts';
import type { LeaseOffer, LendFacts } from '#lib/wire/events.ts';
import type { Clock } from './clock.ts';
import { Lending, type Lent, type WantedSlice } from './lending.ts';
import type { Log } from './log.ts';
import type { Outbox } from './outbox.ts';
import type { Helper } from './roster.ts';
import type { TileBook } from './tileBook.ts';
import type { Tokens } from './tokens.ts';

/** `keeping`: results of it that are being written, and not judged yet. */
type Page = Pick<Helper, 'personId' | 'device'> & { readonly workers: number; keeping: number };

/** Who else a tile is lent to: none of these people, and for so long who is furthest away from these domains. */
type Another = Pick<Extract<Decision, { readonly kind: 'secondOpinion' }>, 'notTo' | 'awayFrom' | 'patienceMs' | 'isFirst'>;

export type DeskDependencies = {
  readonly tiles: Pick<TileBook, 'meet' | 'mostHeld'>;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly log: Log;
  readonly outbox: Pick<Outbox, 'send'>;
};

export class LendingDesk implements Bystanders {
  readonly #dependencies: DeskDependencies;
  readonly #lending = new Lending();
  /** By connection. */
  readonly #pages = new Map<string, Page>();
  #pointers: readonly Pointer[] = [];
  readonly #serving = new ServingTick();
  #cancelServing = () => {};
  #tooLarge: readonly string[] = [];

  constructor(dependencies: DeskDependencies) {
    this.#dependencies = dependencies;
  }

  close(): void {
    this.#cancelServing();
  }

  /** Lends every tile of a slice that is not in `done`. */
  want(slice: WantedSlice, done: ReadonlySet<TileKey>): void {
    this.#lending.want(slice, done);
    this.look(this.#pointers);
  }

  setPaused(sliceId: string, isPaused: boolean): void {
    this.#lending.setPaused(sliceId, isPaused);
    this.#tell();
  }

  /** Nothing more of a slice is lent. */
  forget(sliceId: string): void {
    this.#lending.forget(sliceId);
    this.#tell();
  }

  /** A page begins to lend, or says what of it has changed. */
  lend(helper: Helper, facts: LendFacts): void {
    const { connectionId, personId, device, domain } = helper;
    this.#pages.set(connectionId, { personId, device, workers: facts.workers, keeping: this.#pages.get(connectionId)?.keeping ?? 0 });
    if (this.#lending.join(helper, facts)) this.#tell();
    this.#limit(connectionId);
    // What is believed of it is looked up now, so that it is known when the first tile comes.
    this.#dependencies.tiles.meet(device, personId, domain).catch((error: unknown) => this.#dependencies.log.error('device.notMet', error));
  }

  /** What is believed of a device has changed: it may hold more, or less. */
  deviceChanged(key: string): void {
    for (const { device } of this.#pages.values()) if (device === key) return this.#tell();
  }

  askForWork({ connectionId, personId }: Helper, roomMs: number): readonly LeaseOffer[] {
    this.#limit(connectionId);
    const offers = this.#lending.ask(connectionId, roomMs, this.#dependencies.clock.now()).map((lent) => this.#offer(lent, personId));
    // Taken from others, perhaps.
    this.#tellWithdrawn();
    return offers;
  }

  handBack({ connectionId }: Pick<Helper, 'connectionId'>, keys: readonly TileKey[]): void {
    this.#lending.handBack(connectionId, keys);
    this.#limit(connectionId);
    this.#tell();
  }

  release(connectionId: string): void {
    this.#lending.leave(connectionId);
    this.#pages.delete(connectionId);
    this.#tell();
  }

  /** A tile came back from a page. @param ms by its own clock, rests left out */
  complete({ connectionId, personId }: Helper, key: TileKey, ms: number): Completion {
    const completion = this.#lending.complete(connectionId, personId, key, ms, this.#dependencies.clock.now());
    this.#tellWithdrawn();
    return completion;
  }

  /** A tile came in by another session. */
  completeElsewhere(key: TileKey): void {
    this.#lending.complete(null, 'elsewhere', key, null, this.#dependencies.clock.now());
    this.#tellWithdrawn();
  }

  /** Its device is lent no more than if what it returned were in hand still, until that is written and can be judged. */
  async whileKeeping<T>({ connectionId }: Helper, keep: () => Promise<T>): Promise<T> {
    const page = this.#pages.get(connectionId);
    if (page) page.keeping++;
    try {
      return await keep();
    } finally {
      if (page) page.keeping--;
    }
  }

  /** A tile that is done is lent once more to be believed. */
  askAnother(key: TileKey, { notTo, awayFrom, patienceMs, isFirst }: Another): void {
    this.#lending.check(key, { notTo, awayFrom, until: this.#dependencies.clock.now() + patienceMs, isFirst });
    this.#tell();
  }

  /** As Bystanders has it: of those who lend here. */
  leastCloseness(tile: TileKey, to: readonly Domain[]): Closeness {
    return this.#lending.leastCloseness(tile, to);
  }

  lendAgain(key: TileKey, notTo: readonly string[]): void {
    for (const person of notTo) this.#lending.reopen(key, person);
    if (notTo.length === 0) this.#lending.reopen(key, '');
    this.#tell();
  }

  /** Puts first what people look at. */
  look(pointers: readonly Pointer[]): void {
    this.#pointers = pointers;
    this.#lending.focus(pointers);
    this.#tell(true);
  }

  /** Slices of which something waits and that none of the pages here can hold that would compute them, as the last sweep found. */
  get tooLarge(): readonly string[] {
    return this.#tooLarge;
  }

  /** Once in a while: ends leases whose results are overdue, and tells what nobody here can hold. */
  sweep(pointers: readonly Pointer[]): void {
    this.#lending.sweep(this.#dependencies.clock.now());
    const tooLarge = this.#lending.tooLarge();
    if (tooLarge.join() !== this.#tooLarge.join()) this.#dependencies.outbox.send('everyone', 'tooLarge', tooLarge);
    this.#tooLarge = tooLarge;
    this.look(pointers);
  }

  /** A device holds as much as is believed of it, and nothing where it is believed no more. */
  #limit(connectionId: string): void {
    const page = this.#pages.get(connectionId);
    if (!page) return;
    const most = this.#dependencies.tiles.mostHeld(page.device, page.personId, page.workers);
    this.#lending.limit(connectionId, most === null ? null : most - page.keeping);
  }

  /** Something changed: who should leave what is told now, everybody who waits is served soon. `isUrgent`: a first picture may wait. */
  #tell(isUrgent = false): void {
    const { clock } = this.#dependencies;
    this.#tellWithdrawn();
    const wait = this.#serving.due(clock.now(), isUrgent);
    if (wait === null) return;
    this.#cancelServing();
    if (wait === 0) this.#serve();
    else this.#cancelServing = clock.after(wait, () => this.#serve());
  }

  /** Pushes to pages what there is for them now, and tells those that hold what others have or nobody wants. */
  #serve(): void {
    const { clock } = this.#dependencies;
    this.#serving.served(clock.now());
    for (const connectionId of this.#pages.keys()) this.#limit(connectionId);
    this.#push(this.#lending.serve(clock.now()));
    this.#tellWithdrawn();
  }

  #push(all: readonly Lent[]): void {
    const byPage = new Map<string, LeaseOffer[]>();
    for (const lent of all) {
      const page = this.#pages.get(lent.connectionId);
      if (page) byPage.set(lent.connectionId, [...(byPage.get(lent.connectionId) ?? []), this.#offer(lent, page.personId)]);
    }
    for (const [only, offers] of byPage) this.#dependencies.outbox.send({ only }, 'offerWork', offers);
  }

  #tellWithdrawn(): void {
    const byPage = new Map<string, { useless: TileKey[]; stolen: TileKey[] }>();
    for (const { connectionId, tile, isUseless } of this.#lending.takeWithdrawn()) {
      const tiles = byPage.get(connectionId) ?? { useless: [], stolen: [] };
      (isUseless ? tiles.useless : tiles.stolen).push(tile);
      byPage.set(connectionId, tiles);
    }
    const { outbox } = this.#dependencies;
    for (const [only, { useless, stolen }] of byPage) {
      if (useless.length > 0) outbox.send({ only }, 'withdrawWork', useless, true);
      if (stolen.length > 0) outbox.send({ only }, 'withdrawWork', stolen, false);
    }
  }

  #offer({ tile, predictedMs, isUrgent }: Lent, personId: string): LeaseOffer {
    return { tile, predictedMs: Math.round(predictedMs * 10) / 10, isUrgent, ticket: this.#dependencies.tokens.ticket(tile, personId) };
  }
}
