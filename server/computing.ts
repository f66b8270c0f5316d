/**
 * The computed side of one session: its slices' tiles, wanted, lent, returned, and listed in the ledger.
 *
 * It knows volunteers as ids of connections and people; who they are, and what is shared by writing, is
 * liveSession.ts. The ledger is rebuilt from storage at each opening, hence its epoch. Rules L1–L9, V1–V11, W10.
 */
import * as Y from 'yjs';
import { digestOf } from '#lib/digest.ts';
import { parsed, refused } from '#lib/parsed.ts';
import type { Subject, SubjectManifest } from '#lib/network/subject.ts';
import { entriesOf, entryOf, strikeEntry, writeEntry } from '#lib/session/ledger.ts';
import type { Pointer } from '#lib/session/pointer.ts';
import type { TileRecord } from '#lib/session/storage.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { checkForm } from '#lib/work/agreement.ts';
import { isTileOf, pointsOf, tileOfKey, tilingOf, type TileKey, type Tiling } from '#lib/work/tile.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import type { LeaseOffer, ReturnedTile, ReturnOutcome } from '#lib/wire/events.ts';
import type { Clock } from './clock.ts';
import { Lending } from './lending.ts';
import type { Log } from './log.ts';
import type { Prober } from './prober.ts';
import type { TileBook } from './tileBook.ts';
import type { Tokens } from './tokens.ts';
import type { TileNews } from './watchedSlice.ts';

/** Who returns or asks: the page, the person, and the name as it is now. */
export type Helper = { readonly connectionId: string; readonly personId: string; readonly name: string; /** Of what it computes with, as in DeviceRecord. */ readonly device: string };

/** Points of a tile, where a device is lent little: as many as most have. */
const POINTS_OF_TILE = 64;

/** News is heeded once what is stored was taken in, which holds it too. */
type OpenSlice = { readonly recipe: SliceRecipe; readonly tiling: Tiling; isReady: boolean; stop: () => void };

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
  /** There is work again for these pages. */
  readonly onWork: (connectionIds: readonly string[]) => void;
};

export class Computing {
  readonly ledger = new Y.Doc();
  readonly #dependencies: ComputingDependencies;
  readonly #lending = new Lending();
  readonly #slices = new Map<string, OpenSlice>();
  #isClosed = false;

  constructor(dependencies: ComputingDependencies) {
    this.#dependencies = dependencies;
  }

  /** Wants what is not known of a slice yet, and lists what is. */
  async open(recipe: SliceRecipe, sliceId: string): Promise<void> {
    const { tiles, subjectOf } = this.#dependencies;
    const manifest = subjectOf(recipe.subject)?.manifest;
    if (!manifest || this.#slices.has(sliceId)) return;
    const slice: OpenSlice = { recipe, tiling: tilingOf(recipe, manifest), isReady: false, stop: () => {} };
    this.#slices.set(sliceId, slice);
    const { records, stop } = await tiles.watch(recipe, slice.tiling, manifest.network, (news) => slice.isReady && this.#hear(slice, news));
    if (this.#isClosed || this.#slices.get(sliceId) !== slice) return stop();
    slice.stop = stop;
    slice.isReady = true;
    const known = new Map(records().map((record) => [record.tile, record]));
    this.ledger.transact(() => {
      // Struck while the slice was put away and nobody watched it.
      for (const key of entriesOf(this.ledger).keys()) if (tileOfKey(key)!.sliceId === sliceId && !known.has(key)) strikeEntry(this.ledger, key);
      for (const record of known.values()) this.#list(slice, record);
    });
    this.#lending.want(slice.tiling, new Set([...known.values()].filter(({ isRechecked }) => !isRechecked).map(({ tile }) => tile)));
    this.#sayWork();
    void this.#checkPossible(sliceId, recipe);
  }

  /** The slice was put away: nothing more of it is lent. */
  close(sliceId: string): void {
    this.#slices.get(sliceId)?.stop();
    this.#slices.delete(sliceId);
    this.#lending.forget(sliceId);
  }

  closeAll(): void {
    this.#isClosed = true;
    for (const { stop } of this.#slices.values()) stop();
    this.#slices.clear();
  }

  counts(): ReturnType<Lending['counts']> {
    return this.#lending.counts();
  }

  askForWork({ connectionId, personId, device }: Helper, room: number): readonly LeaseOffer[] {
    const { tiles, tokens, clock } = this.#dependencies;
    const most = Math.min(room, Math.ceil(tiles.room(device, personId) / POINTS_OF_TILE));
    if (most === 0) return [];
    const now = clock.now();
    return this.#lending.grant(connectionId, personId, most, now).map(({ tile, expiresAt }) => ({
      tile,
      expiresInMs: Math.round(expiresAt - now),
      ticket: tokens.ticket(tile, personId),
    }));
  }

  async returnTile(helper: Helper, { tile: key, ms, backend, ticket }: ReturnedTile, bytes: Uint8Array): Promise<ReturnOutcome> {
    const { tiles, tokens, clock } = this.#dependencies;
    const { connectionId, personId, device } = helper;
    if (!tokens.isTicket(ticket, key, personId)) return refused('this tile was not lent to you');
    await tiles.meet(device, personId);
    if (!tiles.isBelieved(device)) {
      this.#lending.handBack(connectionId, personId, [key]);
      this.#sayWork();
      return refused('numbers from this device did not match, so no more are taken for now');
    }
    const tile = tileOfKey(key)!;
    const slice = this.#slices.get(tile.sliceId);
    if (!slice || !isTileOf(slice.tiling, tile)) return refused('this slice is not in the session any more');
    const decoded = decodeTileResult(bytes);
    const result = decoded.ok ? checkForm(decoded.value, slice.recipe, pointsOf(slice.tiling, tile).length) : decoded;
    if (!result.ok) {
      // Whoever cannot even count the points would ask for the same tile for ever.
      tiles.broken(device);
      this.#lending.handBack(connectionId, personId, [key]);
      this.#sayWork();
      return result;
    }
    this.#lending.measured(personId, key, ms);
    const completion = this.#lending.complete(connectionId, key, personId);
    if (completion === 'neverLent') return refused('another device has to compute this tile');
    const record = { tile: key, digest: digestOf(bytes), by: personId, byName: helper.name, backend, device, isVerified: false, proof: null, isRechecked: false, at: clock.date() };
    try {
      // A duplicate costs nothing more, and says whether two devices agree.
      return parsed((await tiles.keep(record, bytes, result.value)) && completion === 'accepted' ? 'accepted' : 'duplicate');
    } catch (error) {
      this.#dependencies.log.error('tile.notKept', error, { tile: key });
      this.#lending.reopen(key, '');
      return refused('the tile could not be stored');
    }
  }

  handBack({ connectionId, personId }: Helper, keys: readonly TileKey[]): void {
    this.#lending.handBack(connectionId, personId, keys);
    this.#sayWork();
  }

  release({ connectionId, personId }: Pick<Helper, 'connectionId' | 'personId'>): void {
    this.#lending.release(connectionId, personId);
    this.#sayWork();
  }

  /** Once in a while: ends leases that are over, and puts first what people look at. */
  sweep(pointers: readonly Pointer[]): void {
    this.#lending.expire(this.#dependencies.clock.now());
    this.#lending.focus(pointers);
    this.#sayWork();
  }

  manifestOf(recipe: SliceRecipe): SubjectManifest | undefined {
    return this.#dependencies.subjectOf(recipe.subject)?.manifest;
  }

  #hear(slice: OpenSlice, news: TileNews): void {
    const { onTile } = this.#dependencies;
    const { record } = news;
    switch (news.kind) {
      case 'kept':
        this.#lending.completedElsewhere(record.tile);
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
    this.#sayWork();
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

  #sayWork(): void {
    const hungry = this.#lending.takeHungry();
    if (hungry.length > 0) this.#dependencies.onWork(hungry);
  }
}
