/**
 * The surfaces received so far, one per slice: what every drawing reads.
 *
 * Tiles arrive in any order and more than once; each is put in its surface once. A surface tells its
 * listeners at most once per frame, with the rectangles that changed, so that a thousand tiles are not
 * a thousand renders. It does not know where tiles come from.
 */
import { checkForm } from '#lib/work/agreement.ts';
import { createSurface, type Surface, type SurfaceView } from '#lib/work/surface.ts';
import type { Rectangle } from '#lib/work/estimate.ts';
import { isTileOf, pointsOf, tileOfKey, tilesOf, tilingOf, type TileKey, type Tiling } from '#lib/work/tile.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';

/** One slice's surface, for drawing. `getSnapshot` is a number that grows with every change. */
export type SurfaceSource = {
  readonly sliceId: string;
  readonly recipe: SliceRecipe;
  readonly tiling: Tiling;
  readonly surface: SurfaceView;
  /** Which layer of a volume `surface` is. */
  readonly layer?: number;
  /** How many tiles the slice has in all. */
  readonly tiles: number;
  readonly subscribe: (listener: () => void) => () => void;
  readonly getSnapshot: () => number;
  /** Calls `listener` with the rectangle of every change, at once: for writing to textures. */
  readonly onRectangle: (listener: (rectangle: Rectangle) => void) => () => void;
};

/** A slice's surface with all of its layers. */
export type WholeSource = SurfaceSource & { readonly surface: Surface };

type Entry = WholeSource & {
  version: number;
  readonly listeners: Set<() => void>;
  readonly rectangleListeners: Set<(rectangle: Rectangle) => void>;
  /** Which bytes each tile was drawn from. */
  readonly digests: Map<TileKey, string>;
};

export type SurfaceStore = {
  readonly of: (sliceId: string) => WholeSource | null;
  /** Opens the surface of a slice; the same one when it is open already. */
  readonly open: (sliceId: string, recipe: SliceRecipe, manifest: SubjectManifest) => WholeSource;
  readonly has: (tile: TileKey, digest: string) => boolean;
  /** Every tile that is in its surface. */
  readonly tiles: () => readonly TileKey[];
  /** Puts a tile in; false when its bytes do not fit the slice. */
  readonly insert: (tile: TileKey, digest: string, bytes: Uint8Array, isVerified: boolean) => boolean;
  readonly setVerified: (tile: TileKey, isVerified: boolean) => void;
  /** Its device was caught: it is computed again by somebody else. */
  readonly setRechecked: (tile: TileKey) => void;
  /** Takes back a tile that was found wrong. */
  readonly strike: (tile: TileKey) => void;
  /** Tells of slices opened. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly getSnapshot: () => number;
};

/** @param nextFrame runs a function before the next picture; tests run it at once */
export function createSurfaceStore(nextFrame: (work: () => void) => void): SurfaceStore {
  const entries = new Map<string, Entry>();
  const openListeners = new Set<() => void>();
  const changed = new Set<Entry>();
  let opened = 0;

  function tell(entry: Entry, rectangle: Rectangle | null): void {
    if (rectangle === null) return;
    // Of a shard that does not count yet nothing is drawn, but there is news of how far it is.
    if (rectangle.columns > 0) for (const listener of entry.rectangleListeners) listener(rectangle);
    if (changed.size === 0) nextFrame(flush);
    changed.add(entry);
  }

  function flush(): void {
    const now = [...changed];
    changed.clear();
    for (const entry of now) {
      entry.version++;
      for (const listener of entry.listeners) listener();
    }
  }

  const entryFor = (key: TileKey) => {
    const tile = tileOfKey(key);
    const entry = tile && entries.get(tile.sliceId);
    return tile && entry && isTileOf(entry.tiling, tile) ? { tile, entry } : null;
  };

  return {
    of: (sliceId) => entries.get(sliceId) ?? null,
    open(sliceId, recipe, manifest) {
      const known = entries.get(sliceId);
      if (known) return known;
      const tiling = tilingOf(recipe, manifest);
      const listeners = new Set<() => void>();
      const rectangleListeners = new Set<(rectangle: Rectangle) => void>();
      const entry: Entry = {
        sliceId,
        recipe,
        tiling,
        surface: createSurface(tiling, recipe.samples.map(({ set }) => set)),
        tiles: tilesOf(tiling).length,
        version: 0,
        listeners,
        rectangleListeners,
        digests: new Map(),
        subscribe: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        getSnapshot: () => entry.version,
        onRectangle: (listener) => {
          rectangleListeners.add(listener);
          return () => rectangleListeners.delete(listener);
        },
      };
      entries.set(sliceId, entry);
      opened++;
      for (const listener of openListeners) listener();
      return entry;
    },
    has: (key, digest) => entryFor(key)?.entry.digests.get(key) === digest,
    tiles: () => [...entries.values()].flatMap(({ digests }) => [...digests.keys()]),
    insert(key, digest, bytes, isVerified) {
      const found = entryFor(key);
      if (!found) return false;
      const { tile, entry } = found;
      const result = decodeTileResult(bytes);
      if (!result.ok || !checkForm(result.value, entry.recipe, pointsOf(entry.tiling, tile).length, tile.shard).ok) return false;
      entry.digests.set(key, digest);
      tell(entry, entry.surface.insert(tile, result.value, isVerified));
      return true;
    },
    setVerified(key, isVerified) {
      const found = entryFor(key);
      if (found) tell(found.entry, found.entry.surface.setVerified(found.tile, isVerified));
    },
    setRechecked(key) {
      const found = entryFor(key);
      if (found) tell(found.entry, found.entry.surface.setRechecked(found.tile));
    },
    strike(key) {
      const found = entryFor(key);
      if (!found || !found.entry.digests.delete(key)) return;
      tell(found.entry, found.entry.surface.remove(found.tile));
    },
    subscribe: (listener) => {
      openListeners.add(listener);
      return () => openListeners.delete(listener);
    },
    getSnapshot: () => opened,
  };
}
