/**
 * The plane that is being moved through a volume, as a surface like any other.
 *
 * At once it shows what the volume's own values say there, trilinear between them and marked as estimated; tiles that were measured on the
 * very plane take their place. It does not know who moves it, nor who measures.
 */
import type { SurfaceSource, WholeSource } from '#client/surfaceStore.ts';
import { placeOnCut, type Cut } from '#lib/slice/cut.ts';
import { coordinateOf } from '#lib/slice/grid.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { SetName, SubjectManifest } from '#lib/network/subject.ts';
import { FIELD, isKnown, type Field, type Rectangle } from '#lib/work/estimate.ts';
import { createSurface, type SurfaceView } from '#lib/work/surface.ts';
import { tilingOf, type Tile } from '#lib/work/tile.ts';
import type { TileResult } from '#lib/work/tileResult.ts';

export type CutSource = SurfaceSource & {
  readonly setCut: (cut: Cut) => void;
  /** The recipe of the plane as it stands. */
  readonly current: () => SliceRecipe;
  readonly insert: (tile: Tile, result: TileResult) => void;
};

export function createCutSource(whole: WholeSource, manifest: SubjectManifest, first: Cut): CutSource {
  const listeners = new Set<() => void>();
  const rectangleListeners = new Set<(rectangle: Rectangle) => void>();
  const { sets } = whole.surface;
  let version = 0;
  let recipe: SliceRecipe = { ...whole.recipe, cut: first };
  let tiling = tilingOf(recipe, manifest);
  let measured = createSurface(tiling, sets);
  const { columns, rows } = tiling.grid;
  const fields = new Map<SetName, Field>(sets.map((set) => [set, { columns, rows, values: new Float32Array(columns * rows), states: new Uint8Array(columns * rows) }]));

  function fill(): void {
    const [alpha, beta] = tiling.grid.axes;
    for (const [set, { values, states }] of fields) {
      const own = measured.field(set);
      for (let row = 0, at = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++, at++) {
          const isOwn = isKnown(own.states[at]!) || own.states[at] === FIELD.notFinite;
          const estimate = isOwn ? own.values[at]! : whole.surface.estimateAt(set, ...placeOnCut(recipe.cut!, coordinateOf(alpha!, column), coordinateOf(beta!, row)));
          values[at] = estimate ?? NaN;
          states[at] = isOwn ? own.states[at]! : estimate === null ? FIELD.unknown : FIELD.estimated;
        }
      }
    }
    version++;
    for (const listener of rectangleListeners) listener({ column: 0, row: 0, columns, rows });
    for (const listener of listeners) listener();
  }

  const view: SurfaceView = {
    get tiling() {
      return tiling;
    },
    sets,
    field: (set) => fields.get(set)!,
    // One scale for the plane and its volume, whatever part of it the plane meets.
    range: (set) => whole.surface.range(set),
    counts: (set) => measured.counts(set),
    valueAt: (set, column, row) => measured.valueAt(set, column, row),
    estimateAt: (set, x, y) => measured.estimateAt(set, x, y) ?? whole.surface.estimateAt(set, ...placeOnCut(recipe.cut!, x, y)),
  };
  fill();

  return {
    ...whole,
    get recipe() {
      return recipe;
    },
    get tiling() {
      return tiling;
    },
    surface: view,
    setCut(cut) {
      recipe = { ...whole.recipe, cut };
      tiling = tilingOf(recipe, manifest);
      measured = createSurface(tiling, sets);
      fill();
    },
    current: () => recipe,
    insert(tile, result) {
      if (tile.sliceId !== tiling.sliceId) return;
      measured.insert(tile, result, false);
      fill();
    },
    subscribe(listener) {
      listeners.add(listener);
      // What the volume learns is news for the plane.
      const stop = whole.subscribe(fill);
      return () => {
        listeners.delete(listener);
        stop();
      };
    },
    getSnapshot: () => version,
    onRectangle(listener) {
      rectangleListeners.add(listener);
      return () => rectangleListeners.delete(listener);
    },
  };
}
