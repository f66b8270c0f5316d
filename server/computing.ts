/**
 * The computed side of one session: its slices' tiles, wanted, returned, and listed in the ledger.
 *
 * What is lent goes out at lendingDesk.ts; who people are, and what is shared by writing, is liveSession.ts. The ledger
 * is rebuilt from storage at each opening, hence its epoch. Rules L1–L9, V1–V11, W10.
 */
import * as Y from 'yjs';
import { digestOf } from '#lib/digest.ts';
import { parsed, refused } from '#lib/parsed.ts';
import type { Subject, SubjectManifest } from '#lib/network/subject.ts';
import { entriesOf, entryOf, strikeEntry, writeEntry } from '#lib/session/ledger.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { SliceRecord } from '#lib/session/document.ts';
import type { TileRecord } from '#lib/session/storage.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { sharesOf } from '#lib/slice/shards.ts';
import { checkForm } from '#lib/work/agreement.ts';
import { needsOf } from '#lib/work/costCaps.ts';
import { isTileOf, pointsOf, tileOfKey, tilingOf, type Tiling } from '#lib/work/tile.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import type { ReturnedTile, ReturnOutcome } from '#lib/wire/events.ts';
import { fetchedOf } from './lending.ts';
import { LendingDesk, type DeskDependencies } from './lendingDesk.ts';
import type { Prober } from './prober.ts';
import type { Helper } from './roster.ts';
import type { TileBook } from './tileBook.ts';
import type { TileNews } from './watchedSlice.ts';

/** What a device needs to get ready for a slice, where its network has so many parameters: the weights come first. */
const loadMsOf = (parameters: number): number => 200 + parameters / 500;

/** News is heeded once what is stored was taken in, which holds it too. */
type OpenSlice = { readonly recipe: SliceRecipe; readonly tiling: Tiling; isReady: boolean; isPaused: boolean; stop: () => void };

export type ComputingDependencies = DeskDependencies & {
  readonly tiles: TileBook;
  readonly prober: Prober;
  readonly subjectOf: (id: string) => Subject | undefined;
  /** Called with the bytes of a tile kept just now, before the ledger lists it. */
  readonly onTile: (record: TileRecord, bytes: Uint8Array) => void;
  readonly onPoints: (personId: string, points: number) => void;
  /** A slice whose directions span nothing, in words. */
  readonly onImpossible: (message: string) => void;
};

export class Computing {
  readonly ledger = new Y.Doc();
  /** Where pages ask for work, and are lent it. */
  readonly desk: LendingDesk;
  readonly #dependencies: ComputingDependencies;
  readonly #slices = new Map<string, OpenSlice>();
  #isClosed = false;

  constructor(dependencies: ComputingDependencies) {
    this.#dependencies = dependencies;
    this.desk = new LendingDesk(dependencies);
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
      return this.desk.setPaused(sliceId, isPaused);
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
    this.desk.want({ tiling: slice.tiling, shares: sharesOf(recipe), fetched: fetchedOf(recipe, manifest), by, costClass, loadMs: loadMsOf(layoutOf(manifest.network).size), needs: needsOf(recipe, manifest), isPaused: slice.isPaused }, new Set([...listed.values()].filter(({ isRechecked }) => !isRechecked).map(({ tile }) => tile)));
    void this.#checkPossible(sliceId, recipe);
  }

  /** The slice was put away: nothing more of it is lent. */
  close(sliceId: string): void {
    this.#slices.get(sliceId)?.stop();
    this.#slices.delete(sliceId);
    this.desk.forget(sliceId);
  }

  closeAll(): void {
    this.#isClosed = true;
    this.desk.close();
    for (const { stop } of this.#slices.values()) stop();
    this.#slices.clear();
  }

  async returnTile(helper: Helper, { tile: key, ms, backend, ticket }: ReturnedTile, bytes: Uint8Array): Promise<ReturnOutcome> {
    const { tiles, tokens, clock, log } = this.#dependencies;
    const { personId, device, domain } = helper;
    if (!tokens.isTicket(ticket, key, personId)) return refused('this tile was not lent to you');
    await tiles.meet(device, personId, domain);
    if (!tiles.isBelieved(device)) {
      this.desk.handBack(helper, [key]);
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
      this.desk.handBack(helper, [key]);
      return result;
    }
    const completion = this.desk.complete(helper, key, ms);
    if (completion === 'barred') return refused('another device has to compute this tile');
    const record = { tile: key, digest: digestOf(bytes), by: personId, byName: helper.name, backend, device, isVerified: false, proof: null, isRechecked: false, at: clock.date() };
    try {
      const isNew = await this.desk.whileKeeping(helper, () => tiles.keep(record, bytes, result.value, this.desk));
      // A duplicate costs nothing more, and says whether two devices agree.
      return parsed(isNew && completion === 'accepted' ? 'accepted' : 'duplicate');
    } catch (error) {
      log.error('tile.notKept', error, { tile: key });
      this.desk.lendAgain(key, []);
      return refused('the tile could not be stored');
    }
  }

  manifestOf(recipe: SliceRecipe): SubjectManifest | undefined {
    return this.#dependencies.subjectOf(recipe.subject)?.manifest;
  }

  #hear(slice: OpenSlice, news: TileNews): void {
    const { onTile } = this.#dependencies;
    const { record } = news;
    switch (news.kind) {
      case 'kept':
        this.desk.completeElsewhere(record.tile);
        onTile(record, news.bytes);
        return this.#list(slice, record);
      case 'verified':
        return this.#list(slice, record);
      case 'struck':
        strikeEntry(this.ledger, record.tile);
        this.#credit(slice, record, -1);
        return this.desk.lendAgain(record.tile, news.notTo);
      case 'rechecked':
        // What it brought its maker is taken back with it.
        this.#credit(slice, record, -1);
        this.#write(record);
        return this.desk.lendAgain(record.tile, news.notTo);
      case 'secondOpinion':
        return this.desk.askAnother(record.tile, news);
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
}
