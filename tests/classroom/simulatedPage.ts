/**
 * One simulated person with a browser: joins, writes, computes, dozes, leaves, comes back, repeats itself or lies.
 *
 * It speaks to a LiveSession over a network that delays everything by chance, keeps the order of each
 * connection as Socket.IO does, and loses what is under way when it breaks. All chance comes from one seed.
 */
import * as encoding from 'lib0/encoding';
import { writeSyncStep1 } from 'y-protocols/sync';
import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';
import type { Random } from '#lib/random.ts';
import { annotationsOf, prepareDocument, slicesOf, writeRecord } from '#lib/session/document.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { tileOfKey, type TileKey } from '#lib/work/tile.ts';
import type { LeaseOffer, Channel, ServerToClient, Welcome } from '#lib/wire/events.ts';
import type { LiveSession } from '#server/liveSession.ts';
import type { Evaluate } from '#tests/support/evaluated.ts';
import type { ManualClock } from '#tests/support/manualClock.ts';
import { takeAnswer, updateBytes } from '#tests/support/openedSession.ts';

export type Habits = {
  /** Milliseconds a tile takes. */
  readonly tileMs: number;
  readonly lends: boolean;
  readonly lies: boolean;
  /** Chance, per tile, to sleep past the lease before returning it. */
  readonly dozes: number;
  /** Chance, per result, to return it twice. */
  readonly repeats: number;
  readonly writes: boolean;
};

type World = {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly session: () => LiveSession;
  readonly evaluate: Evaluate;
  readonly recipes: readonly SliceRecipe[];
  /** Told of every result that was accepted. */
  readonly onAccepted: (tile: TileKey, personId: string) => void;
};

let connections = 0;

export class SimulatedPage {
  readonly habits: Habits;
  readonly #world: World;
  #connectionId: string | null = null;
  /** Nothing overtakes anything on one connection. */
  #lastUp = 0;
  #lastDown = 0;
  doc = prepareDocument(new Y.Doc());
  ledger = new Y.Doc();
  welcome: Welcome | null = null;
  readonly #returned: { readonly lease: LeaseOffer; readonly bytes: Uint8Array }[] = [];
  #waiting: LeaseOffer[] = [];
  #running: TileKey | null = null;
  notes = 0;

  constructor(world: World, habits: Habits) {
    this.#world = world;
    this.habits = habits;
    this.#watchDoc();
  }

  get isConnected(): boolean {
    return this.#connectionId !== null;
  }

  is(connectionId: string): boolean {
    return this.#connectionId === connectionId;
  }

  connect(): void {
    const id = `c${connections++}`;
    this.#connectionId = id;
    this.#lastUp = this.#lastDown = 0;
    const { me, clientId } = this.welcome ?? { me: null, clientId: null };
    this.#up(() => void this.#world.session().join({ connectionId: id, role: 'edit', personId: me?.id ?? null, clientId }));
  }

  disconnect(): void {
    const id = this.#connectionId;
    this.#connectionId = null;
    this.#waiting = [];
    // The server notices after a while.
    if (id) this.#world.clock.after(this.#world.random.integer(3000), () => this.#world.session().leave(id));
  }

  /** What the server said to this page, after the way here. */
  hear<Event extends keyof ServerToClient>(event: Event, payload: Parameters<ServerToClient[Event]>): void {
    this.#down(() => {
      if (event === 'welcome') void this.#welcomed(payload[0] as Welcome);
      else if (event === 'sync') this.#apply(payload[0] as Channel, payload[1] as Uint8Array);
      else if (event === 'withdrawWork') this.#waiting = this.#waiting.filter(({ tile }) => !(payload[0] as readonly TileKey[]).includes(tile));
      else if (event === 'offerWork') for (const lease of payload[0] as readonly LeaseOffer[]) this.#compute(lease);
    });
  }

  /** Writes, changes or deletes a note of their own, or places a slice. */
  write(): void {
    const { random, clock, recipes } = this.#world;
    const me = this.welcome?.me;
    if (!me || this.doc.clientID !== this.welcome?.clientId) return;
    const slices = [...slicesOf(this.doc).keys()];
    const mine = [...annotationsOf(this.doc)].filter(([, note]) => note.by === me.id);
    const recipe = random.pick(recipes);
    const roll = random.uniform();
    const note = () => ({ by: me.id, byName: me.name, at: clock.date(), kind: 'note' as const, text: `note ${random.integer(1000)}`, slice: random.pick(slices), a: random.normal(), b: random.normal() });
    this.doc.transact(() => {
      if (slices.length === 0 || (roll < 0.1 && !slices.includes(sliceIdOf(recipe)))) {
        writeRecord(this.doc, 'slices', sliceIdOf(recipe), { by: me.id, byName: me.name, at: clock.date(), recipe, isPutAway: false });
      } else if (roll < 0.5 || mine.length === 0) writeRecord(this.doc, 'annotations', `${me.id}-note-${this.notes++}`.slice(-40), note());
      else if (roll < 0.8) writeRecord(this.doc, 'annotations', random.pick(mine)[0], note());
      else writeRecord(this.doc, 'annotations', random.pick(mine)[0], null);
    });
    if (roll < 0.3 && this.#connectionId) {
      const id = this.#connectionId;
      this.#up(() => this.#world.session().point(id, { slice: slices[0] ?? null, at: [random.normal(), random.normal()] }));
    }
  }

  #watchDoc(): void {
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      const id = this.#connectionId;
      if (origin === 'server' || !id || !this.welcome) return;
      const { doc } = this;
      this.#up(() => {
        void this.#world.session().sync(id, 'document', updateBytes(update)).then((reply) => {
          // Refused: begin again from what the server has, as a page does.
          if (!reply.ok && this.doc === doc) this.#down(() => this.#startOver(doc));
        });
      });
    });
  }

  #startOver(doc: Y.Doc): void {
    if (this.doc !== doc) return;
    this.doc = prepareDocument(new Y.Doc());
    this.#watchDoc();
    this.#exchange();
  }

  async #welcomed(welcome: Welcome): Promise<void> {
    if (this.welcome?.ledgerEpoch !== welcome.ledgerEpoch) this.ledger = new Y.Doc();
    this.welcome = welcome;
    this.#exchange();
    this.#request('ledger', this.ledger, () => {});
    if (!this.habits.lends) return;
    const id = this.#connectionId!;
    this.#up(() => this.#world.session().device(id, { device: `device-of-${welcome.me.id}`, epoch: 0, engine: 1 }));
    this.#up(() => this.#world.session().lend(id, { title: 'simulated', workers: 1, duty: 1 }));
    for (const { lease, bytes } of this.#returned.splice(0)) this.#return(lease, bytes);
    this.#ask();
  }

  #exchange(): void {
    const { doc } = this;
    this.#request('document', doc, (serverState) => {
      if (this.doc !== doc) return;
      doc.clientID = this.welcome!.clientId;
      const id = this.#connectionId!;
      const missing = Y.encodeStateAsUpdate(doc, serverState!);
      this.#up(() => void this.#world.session().sync(id, 'document', updateBytes(missing)));
    });
  }

  #request(channel: Channel, doc: Y.Doc, then: (serverState: Uint8Array | null) => void): void {
    const id = this.#connectionId!;
    const encoder = encoding.createEncoder();
    writeSyncStep1(encoder, doc);
    const message = encoding.toUint8Array(encoder);
    this.#up(() => void this.#world.session().sync(id, channel, message).then((reply) => this.#down(() => then(takeAnswer(doc, reply)), id)));
  }

  #apply(channel: Channel, message: Uint8Array): void {
    const decoder = decoding.createDecoder(message);
    decoding.readVarUint(decoder);
    Y.applyUpdate(channel === 'document' ? this.doc : this.ledger, decoding.readVarUint8Array(decoder), 'server');
  }

  #ask(): void {
    const id = this.#connectionId;
    if (!id || this.#waiting.length > 1) return;
    this.#up(() => {
      const leases = this.#world.session().askForWork(id, 400);
      this.#down(() => leases.forEach((lease) => this.#compute(lease)), id);
    });
  }

  /** One tile after the other, as a device with one worker. */
  #compute(lease: LeaseOffer): void {
    if (this.#waiting.some(({ tile }) => tile === lease.tile) || this.#running === lease.tile) return;
    this.#waiting.push(lease);
    this.#begin();
  }

  #begin(): void {
    const lease = this.#running === null ? this.#waiting.shift() : undefined;
    if (!lease) return;
    const { clock, random, recipes, evaluate } = this.#world;
    this.#running = lease.tile;
    const recipe = recipes.find((each) => sliceIdOf(each) === tileOfKey(lease.tile)!.sliceId)!;
    const sleep = random.uniform() < this.habits.dozes ? Math.max(2000, 3 * lease.predictedMs) + random.integer(5000) : 0;
    clock.after(this.habits.tileMs * (0.5 + random.uniform()) + sleep, () => {
      this.#running = null;
      const bytes = evaluate(recipe, lease.tile, this.habits.lies ? (loss) => loss * 1.2 + 0.1 : undefined);
      if (this.#connectionId) {
        this.#return(lease, bytes);
        if (random.uniform() < this.habits.repeats) this.#return(lease, bytes);
        this.#ask();
      } else this.#returned.push({ lease, bytes });
      this.#begin();
    });
  }

  #return(lease: LeaseOffer, bytes: Uint8Array): void {
    const id = this.#connectionId!;
    const returned = { tile: lease.tile, ticket: lease.ticket, ms: this.habits.tileMs, backend: 'simulated' };
    this.#up(() => {
      void this.#world.session().returnTile(id, returned, bytes).then((outcome) => {
        if (outcome.ok && outcome.value === 'accepted') this.#world.onAccepted(lease.tile, this.welcome!.me.id);
      });
    });
  }

  #up(say: () => void): void {
    const id = this.#connectionId;
    const { clock, random } = this.#world;
    this.#lastUp = Math.max(this.#lastUp, clock.now() + 5 + random.integer(200));
    clock.after(this.#lastUp - clock.now(), () => {
      if (this.#connectionId === id) say();
    });
  }

  #down(hear: () => void, id = this.#connectionId): void {
    const { clock, random } = this.#world;
    this.#lastDown = Math.max(this.#lastDown, clock.now() + 5 + random.integer(200));
    clock.after(this.#lastDown - clock.now(), () => {
      if (id !== null && this.#connectionId === id) hear();
    });
  }
}
