/** A surface as plain JSON, with where its numbers come from: what scripts read, from the server and from the command line. */
import { layoutOf } from '#lib/network/layout.ts';
import { LOSS_TITLES, isClassification } from '#lib/network/loss.ts';
import { coordinateOf, type AxisGrid } from '#lib/slice/grid.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { Surface } from '#lib/work/surface.ts';
import { STATUS, type Status } from '#lib/work/tileResult.ts';
import type { SurfaceJson } from './api.ts';
import { surfaceHonesty, WITHOUT_WEIGHTS, type AboutSlice, type FromWeights } from './surfaceHonesty.ts';

const STATUS_WORDS = new Map<Status, string>([
  [STATUS.unmeasured, 'unmeasured'],
  [STATUS.finite, 'finite'],
  [STATUS.notANumber, 'notANumber'],
  [STATUS.plusInfinity, 'plusInfinity'],
  [STATUS.minusInfinity, 'minusInfinity'],
]);

const coordinatesOf = (axis: AxisGrid): number[] => Array.from({ length: axis.count }, (_, index) => coordinateOf(axis, index));

/** The values and where they stand. */
export type SurfaceValues = Omit<SurfaceJson, 'provenance' | 'honesty'>;

export function surfaceValues(surface: Surface, recipe: SliceRecipe): SurfaceValues {
  const { grid, sliceId } = surface.tiling;
  const [alpha, beta, gamma] = grid.axes;
  const table = <T>(cell: (column: number, row: number, layer: number) => T): T[][] =>
    Array.from({ length: grid.rows * grid.layers }, (_, row) => Array.from({ length: grid.columns }, (_unused, column) => cell(column, row % grid.rows, Math.floor(row / grid.rows))));
  return {
    sliceId,
    recipe,
    alpha: coordinatesOf(alpha!),
    beta: beta ? coordinatesOf(beta) : null,
    ...(gamma && { gamma: coordinatesOf(gamma) }),
    sets: recipe.samples.map(({ set, count }) => {
      const { samples } = surface.counts(set);
      const at = (column: number, row: number, layer: number) => surface.valueAt(set, column, row, layer);
      return {
        set,
        samples: surface.tiling.shards === undefined ? count : samples,
        loss: table((...place) => finiteOrNull(at(...place)?.loss)),
        ...(surface.tiling.shards !== undefined && { standardError: table((...place) => finiteOrNull(at(...place)?.standardError)) }),
        accuracy: isClassification(recipe.loss)
          ? table((...place) => {
              const accuracy = finiteOrNull(at(...place)?.accuracy);
              return accuracy === null ? null : 100 * accuracy;
            })
          : null,
        ...(recipe.measure && {
          eigenvalues: {
            least: table((...place) => finiteOrNull(at(...place)?.convexity?.min)),
            greatest: table((...place) => finiteOrNull(at(...place)?.convexity?.max)),
            leastError: table((...place) => finiteOrNull(at(...place)?.convexity?.minError)),
            greatestError: table((...place) => finiteOrNull(at(...place)?.convexity?.maxError)),
            ratio: table((...place) => finiteOrNull(at(...place)?.convexity?.ratio)),
          },
        }),
        status: table((...place) => STATUS_WORDS.get(at(...place)?.status ?? STATUS.unmeasured)!),
        verified: table((...place) => at(...place)?.verified ?? false),
      };
    }),
  };
}

export function surfaceJson(surface: Surface, about: AboutSlice, by: { readonly backends: readonly string[]; readonly computedBy: number }, known: FromWeights = WITHOUT_WEIGHTS): SurfaceJson {
  const { recipe, network: manifest } = about;
  return {
    ...surfaceValues(surface, recipe),
    provenance: {
      subject: recipe.subject,
      title: manifest.title,
      parameters: layoutOf(manifest.network).size,
      loss: LOSS_TITLES[recipe.loss],
      ...by,
      source: manifest.provenance,
    },
    honesty: surfaceHonesty(surface, about, by.backends, known),
  };
}

const finiteOrNull = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);
