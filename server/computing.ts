/**
 * The computed side of one session: its slices' tiles, wanted, lent, returned, and listed in the ledger.
 *
 * It knows volunteers as ids of connections and people; who they are, and what is shared by writing, is
 * liveSession.ts. The ledger is rebuilt from storage at each opening, hence its epoch. Rules L1–L18, V1–V11, W10.
 */
import * as Y from 'yjs';
import { digestOf } from '#lib/digest.ts';
import { parsed, refused } from '#lib/parsed.ts';
import type { Subject, SubjectManifest } from '#lib/network/subject.ts';
import { entriesOf, entryOf, strikeEntry, writeEntry } from '#lib/session/ledger.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { SliceRecord } from '#lib/session/document.ts';
import type { Pointer } from '#lib/session/pointer.ts';
import type { TileRecord } from '#lib/session/storage.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { sharesOf } from '#lib/slice/shards.ts';
import { checkForm } from '#lib/work/agreement.ts';
import { isTileOf, pointsOf, tileOfKey, tilingOf, type TileKey, type Tiling } from '#lib/work/tile.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import type { LeaseOffer, LendFacts, ReturnedTile, ReturnOutcome } from '#lib/wire/events.ts';
import { ServingTick } from '#lib/work/scheduling/servingTick.ts';
import type { Clock } from './clock.ts';
import { fetchedOf, Lending, type Lent } from './lending.ts';
import type { Log } from './log.ts';
import type { Prober } from './prober.ts';
import type { TileBook } from './tileBook.ts';
import type { Tokens } from './tokens.ts';
import type { TileNews } from './watchedSlice.ts';

/** What a device needs to get ready for a slice, where its network has so many parameters: the weights come first. */
const loadMsOf = (parameters: number): number => 200 + parameters / 500;

/** Who returns or asks: the page, the person, and the name as it is now. */
export type Helper = { readonly connectionId: string; readonly personId: string; readonly name: string; /** Of what it computes with, as in DeviceRecord. */ readonly device: string };

/** News is heeded once what is stored was taken in, which holds it too. */
type OpenSlice = { readonly recipe: SliceRecipe; readonly tiling: Tiling; isReady: boolean; isPaused: boolean; stop: () => void };

/** `keeping`: results of it that are being written, and not judged yet. */
type Lender = Pick<Helper, 'personId' | 'device'> & { readonly workers: number; keeping: number };

export type ComputingDependencies = {
  readonly tiles: TileBook;
  readonly prober: Prober;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly log: Log;
  readonly subjectOf: (id: string) => Subject | undefined;
  /** Called with the bytes of a tile kept just now, before the ledger lists it. */
  readonly onTile: (record: TileRecord, bytes: Uint8Array) => void;
  readonly onPoints: (personId: string, points: number) => void;
  /** A slice whose directions span nothing, in words. */
  readonly onImpossible: (message: string) => void;
  /** Work pushed to a page, and work it should leave. */
  readonly onOffer: (connectionId: string, offers: readonly LeaseOffer[]) => void;
  readonly onWithdrawn: (connectionId: string, tiles: readonly TileKey[], areUseless: boolean) => void;
};

export class Computing {
  readonly ledger = new Y.Doc();
  readonly #dependencies: ComputingDependencies;
  readonly #lending = new Lending();
  readonly #slices = new Map<string, OpenSlice>();
  /** By connection. */
  readonly #lenders = new Map<string, Lender>();
  #pointers: readonly Pointer[] = [];
  readonly #serving = new ServingTick();
  #cancelServing = () => {};
  #isClosed = false;

  constructor(dependencies: ComputingDependencies) {
    this.#dependencies = dependencies;
  }

  /** Wants what is not known of a slice yet, and lists what is. */
  async open({ recipe, by, halt }: Pick<SliceRecord, 'recipe' | 'by' | 'halt'>, sliceId: string): Promise<void> {
    const { tiles, subjectOf } = this.#dependencies;
    const manifest = subjectOf(recipe.subject)?.manifest;
    if (!manifest) return;
    const isPaused = halt !== undefined;
    const known = this.#slices.get(sliceId);
    if (known) {
      known.isPaused = isPaused;
      this.#lending.setPaused(sliceId, isPaused);
      return this.#tell();
    }
    const slice: OpenSlice = { recipe, tiling: tilingOf(recipe, manifest), isReady: false, isPaused, stop: () => {} };
    this.#slices.set(sliceId, slice);
    const { records, stop } = await tiles.watch(recipe, slice.tiling, manifest.network, (news) => slice.isReady && this.#hear(slice, news));
    if (this.#isClosed || this.#slices.get(sliceId) !== slice) return stop();
    slice.stop = stop;
    slice.isReady = true;
    const listed = new Map(records().map((record) => [record.tile, record]));
    this.ledger.transact(() => {
      // Struck while the slice was put away and nobody watched it.
      for (const key of entriesOf(this.ledger).keys()) if (tileOfKey(key)!.sliceId === sliceId && !listed.has(key)) strikeEntry(this.ledger, key);
      for (const record of listed.values()) this.#list(slice, record);
    });
    const costClass = `${recipe.subject} ${recipe.measure?.kind ?? 'loss'}`;
    this.#lending.want({ tiling: slice.tiling, shares: sharesOf(recipe), fetched: fetchedOf(recipe, manifest), by, costClass, loadMs: loadMsOf(layoutOf(manifest.network).size), isPaused: slice.isPaused }, new Set([...listed.values()].filter(({ isRechecked }) => !isRechecked).map(({ tile }) => tile)));
    this.look(this.#pointers);
    void this.#checkPossible(sliceId, recipe);
  }

  /** The slice was put away: nothing more of it is lent. */
  close(sliceId: string): void {
    this.#slices.get(sliceId)?.stop();
    this.#slices.delete(sliceId);
    this.#lending.forget(sliceId);
    this.#tell();
  }

  closeAll(): void {
    this.#isClosed = true;
    this.#cancelServing();
    for (const { stop } of this.#slices.values()) stop();
    this.#slices.clear();
  }

  counts(): ReturnType<Lending['counts']> {
    return this.#lending.counts();
  }

  /** A page begins to lend, or says what of it has changed. */
  lend({ connectionId, personId, device }: Helper, facts: LendFacts): void {
    this.#lenders.set(connectionId, { personId, device, workers: facts.workers, keeping: this.#lenders.get(connectionId)?.keeping ?? 0 });
    this.#lending.join(connectionId, personId, facts);
    this.#limit(connectionId);
    // What is believed of it is looked up now, so that it is known when the first tile comes.
    this.#dependencies.tiles.meet(device, personId).catch((error: unknown) => this.#dependencies.log.error('device.notMet', error));
  }

  /** What is believed of a device has changed: it may hold more, or less. */
  deviceChanged(key: string): void {
    for (const { device } of this.#lenders.values()) if (device === key) return this.#tell();
  }

  askForWork({ connectionId, personId }: Helper, roomMs: number): readonly LeaseOffer[] {
    this.#limit(connectionId);
    const offers = this.#lending.ask(connectionId, roomMs, this.#dependencies.clock.now()).map((lent) => this.#offer(lent, personId));
    // Taken from others, perhaps.
    this.#tellWithdrawn();
    return offers;
  }

  async returnTile(helper: Helper, { tile: key, ms, backend, ticket }: ReturnedTile, bytes: Uint8Array): Promise<ReturnOutcome> {
    const { tiles, tokens, clock } = this.#dependencies;
    const { connectionId, personId, device } = helper;
    if (!tokens.isTicket(ticket, key, personId)) return refused('this tile was not lent to you');
    await tiles.meet(device, personId);
    if (!tiles.isBelieved(device)) {
      this.#lending.handBack(connectionId, [key]);
      this.#limit(connectionId);
      this.#tell();
      return refused('numbers from this device did not match, so no more are taken for now');
    }
    const tile = tileOfKey(key)!;
    const slice = this.#slices.get(tile.sliceId);
    if (!slice || !isTileOf(slice.tiling, tile)) return refused('this slice is not in the session any more');
    const decoded = decodeTileResult(bytes);
    const result = decoded.ok ? checkForm(decoded.value, slice.recipe, pointsOf(slice.tiling, tile).length, tile.shard) : decoded;
    if (!result.ok) {
      // Whoever cannot even count the points would ask for the same tile for ever.
      tiles.broken(device);
      this.#lending.handBack(connectionId, [key]);
      this.#limit(connectionId);
      this.#tell();
      return result;
    }
    const completion = this.#lending.complete(connectionId, personId, key, ms, clock.now());
    this.#tellWithdrawn();
    if (completion === 'barred') return refused('another device has to compute this tile');
    const record = { tile: key, digest: digestOf(bytes), by: personId, byName: helper.name, backend, device, isVerified: false, proof: null, isRechecked: false, at: clock.date() };
    const lender = this.#lenders.get(connectionId);
    if (lender) lender.keeping++;
    try {
      // A duplicate costs nothing more, and says whether two devices agree.
      return parsed((await tiles.keep(record, bytes, result.value)) && completion === 'accepted' ? 'accepted' : 'duplicate');
    } catch (error) {
      this.#dependencies.log.error('tile.notKept', error, { tile: key });
      this.#lending.reopen(key, '');
      this.#tell();
      return refused('the tile could not be stored');
    } finally {
      if (lender) lender.keeping--;
    }
  }

  handBack({ connectionId }: Helper, keys: readonly TileKey[]): void {
    this.#lending.handBack(connectionId, keys);
    this.#tell();
  }

  release(connectionId: string): void {
    this.#lending.leave(connectionId);
    this.#lenders.delete(connectionId);
    this.#tell();
  }

  /** Puts first what people look at. */
  look(pointers: readonly Pointer[]): void {
    this.#pointers = pointers;
    this.#lending.focus(pointers);
    this.#tell(true);
  }

  /** Once in a while: ends leases whose results are overdue. */
  sweep(pointers: readonly Pointer[]): void {
    this.#lending.sweep(this.#dependencies.clock.now());
    this.look(pointers);
  }

  manifestOf(recipe: SliceRecipe): SubjectManifest | undefined {
    return this.#dependencies.subjectOf(recipe.subject)?.manifest;
  }

  #hear(slice: OpenSlice, news: TileNews): void {
    const { onTile } = this.#dependencies;
    const { record } = news;
    switch (news.kind) {
      case 'kept':
        this.#lending.complete(null, 'elsewhere', record.tile, null, this.#dependencies.clock.now());
        this.#tellWithdrawn();
        onTile(record, news.bytes);
        return this.#list(slice, record);
      case 'verified':
        return this.#list(slice, record);
      case 'struck':
        strikeEntry(this.ledger, record.tile);
        this.#credit(slice, record, -1);
        return this.#lendAgain(record.tile, news.notTo);
      case 'rechecked':
        // What it brought its maker is taken back with it.
        this.#credit(slice, record, -1);
        this.#write(record);
        return this.#lendAgain(record.tile, news.notTo);
      case 'secondOpinion':
        return this.#lendAgain(record.tile, news.notTo);
    }
  }

  /** A slice may be put away and brought back: what is listed already was credited. */
  #list(slice: OpenSlice, record: TileRecord): void {
    const before = entryOf(this.ledger, record.tile);
    if (!record.isRechecked && (!before || before.isRechecked)) this.#credit(slice, record, 1);
    this.#write(record);
  }

  #write({ tile, digest, by, byName, backend, isVerified, proof, isRechecked, at }: TileRecord): void {
    writeEntry(this.ledger, tile, { digest, by, byName, backend, isVerified, proof, isRechecked, at });
  }

  #lendAgain(key: TileKey, notTo: readonly string[]): void {
    for (const person of notTo) this.#lending.reopen(key, person);
    if (notTo.length === 0) this.#lending.reopen(key, '');
    this.#tell();
  }

  #credit({ tiling }: OpenSlice, { tile, by }: TileRecord, sign: 1 | -1): void {
    this.#dependencies.onPoints(by, sign * pointsOf(tiling, tileOfKey(tile)!).length);
  }

  /** Tiles are lent meanwhile: a recipe that spans nothing is rare, and the first tile should not wait for this. */
  async #checkPossible(sliceId: string, recipe: SliceRecipe): Promise<void> {
    const { prober, log, onImpossible } = this.#dependencies;
    let problem: string | null;
    try {
      problem = await prober.problemWith(recipe);
    } catch (error) {
      if (!this.#isClosed) log.error('slice.notChecked', error, { slice: sliceId });
      return;
    }
    if (problem === null || this.#isClosed) return;
    this.close(sliceId);
    onImpossible(problem);
  }

  /** A device holds as much as is believed of it, and nothing where it is believed no more. */
  #limit(connectionId: string): void {
    const lender = this.#lenders.get(connectionId);
    if (!lender) return;
    const most = this.#dependencies.tiles.mostHeld(lender.device, lender.personId, lender.workers);
    this.#lending.limit(connectionId, most === null ? null : most - lender.keeping);
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
    for (const connectionId of this.#lenders.keys()) this.#limit(connectionId);
    this.#push(this.#lending.serve(clock.now()));
    this.#tellWithdrawn();
  }

  #push(all: readonly Lent[]): void {
    const byPage = new Map<string, LeaseOffer[]>();
    for (const lent of all) {
      const lender = this.#lenders.get(lent.connectionId);
      if (lender) byPage.set(lent.connectionId, [...(byPage.get(lent.connectionId) ?? []), this.#offer(lent, lender.personId)]);
    }
    for (const [connectionId, offers] of byPage) this.#dependencies.onOffer(connectionId, offers);
  }

  #tellWithdrawn(): void {
    const byPage = new Map<string, { useless: TileKey[]; stolen: TileKey[] }>();
    for (const { connectionId, tile, isUseless } of this.#lending.takeWithdrawn()) {
      const tiles = byPage.get(connectionId) ?? { useless: [], stolen: [] };
      (isUseless ? tiles.useless : tiles.stolen).push(tile);
      byPage.set(connectionId, tiles);
    }
    for (const [connectionId, { useless, stolen }] of byPage) {
      if (useless.length > 0) this.#dependencies.onWithdrawn(connectionId, useless, true);
      if (stolen.length > 0) this.#dependencies.onWithdrawn(connectionId, stolen, false);
    }
  }

  #offer({ tile, predictedMs, isUrgent }: Lent, personId: string): LeaseOffer {
    return { tile, predictedMs: Math.round(predictedMs * 10) / 10, isUrgent, ticket: this.#dependencies.tokens.ticket(tile, personId) };
  }
}
