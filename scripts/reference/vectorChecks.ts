/** Checks that need no surface: tensors, samples, normalisations, scale factors, principal components, projections. */
import { principalComponents } from '#lib/analysis/pca.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { outputShapeOf } from '#lib/network/shapes.ts';
import { normalise } from '#lib/slice/direction.ts';
import type { Normalisation } from '#lib/slice/recipe.ts';
import { projectorOf } from '#lib/slice/projection.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';
import { componentsOf, gathered, networkOf, pointNamed, type ReferenceCase } from './caseFile.ts';
import type { Check } from './checks.ts';
import { finalOf, formulaDirections, trajectoryOf } from './surfaces.ts';

/** Every stated point has every tensor of the model, finite, and the program fits. */
export function checkWeights(found: ReferenceCase): readonly Check[] {
  const network = networkOf(found);
  const layout = layoutOf(network);
  outputShapeOf(network);
  const stated = (found.description.model as { parameters?: number } | undefined)?.parameters ?? layout.size;
  const points = Object.keys(found.description.points ?? {});
  let bad = Math.abs(stated - layout.size);
  for (const name of points) {
    const point = pointNamed(found, name);
    bad += point ? point.parameters.filter((value) => !Number.isFinite(value)).length : layout.size;
  }
  return [{ what: 'parameters missing or not finite', error: bad, tolerance: 0, points: points.length * layout.tensors.length }];
}

/** As many samples of the stated shape as the description says, with labels among its classes. */
export function checkData({ description, tensors }: ReferenceCase): readonly Check[] {
  const shape = description.shape_chw ?? [];
  let bad = 0;
  let points = 0;
  for (const [set, count] of Object.entries((description.sets ?? {}) as Record<string, number>)) {
    const x = tensors.get(`${set}.x`);
    const y = tensors.get(`${set}.y`);
    if (x?.shape.join() !== [count, ...shape].join() || y?.values.length !== count) bad += count;
    else bad += [...y.values].filter((label) => !(Number.isInteger(label) && label >= 0 && label < (description.classes ?? Infinity))).length;
    points += count;
  }
  return [{ what: 'samples missing or mislabelled', error: bad, tolerance: 0, points }];
}

/** Every variant `<norm>_<biasbn|keep>` of one raw direction, element by element. */
export function checkVariants(found: ReferenceCase): readonly Check[] {
  const { description, tensors } = found;
  const layout = layoutOf(networkOf(found));
  const point = pointNamed(found, description.point ?? 'that');
  if (!point) throw new Error(`${description.id} has no weights`);
  const raw = gathered(tensors, 'raw', layout.tensors);
  return (description.variants ?? []).map((variant) => {
    const [norm, vectors] = variant.split('_');
    const made = normalise(raw, point.parameters, layout, norm as Normalisation, vectors === 'keep' ? 'copy' : 'ignore');
    const expected = gathered(tensors, variant, layout.tensors);
    return {
      what: `${variant} direction`,
      error: largestRelative(made, expected),
      tolerance: Number(description.tolerance?.float32_rel ?? 2e-6),
      points: expected.length,
    };
  });
}

/** What a case with directions by formula says of them: `check/<dx|dy>/<tensor>` with the norm of every filter, and the first values. */
export function checkFormulaDirections(found: ReferenceCase): readonly Check[] {
  const { description, tensors } = found;
  if (description.directions?.formula === undefined || ![...tensors.keys()].some((name) => name.startsWith('check/d'))) return [];
  const layout = layoutOf(networkOf(found));
  const point = pointNamed(found, description.point ?? 'that');
  if (!point) throw new Error(`${description.id} has no weights`);
  return formulaDirections(found, point.parameters).map((made, axis) => {
    const errors = layout.tensors.flatMap(({ name, offset, size }) => {
      const stated = (what: string): ArrayLike<number> => tensors.get(`check/${axis === 0 ? 'dx' : 'dy'}/${name}.${what}`)?.values ?? [];
      const length = size / stated('norms').length;
      const norms = Array.from(stated('norms'), (_, part) => normOf(made, offset + part * length, offset + (part + 1) * length));
      return [largestRelative(norms, stated('norms')), largestRelative(made.subarray(offset, offset + size), stated('head'))];
    });
    return { what: `direction ${axis === 0 ? 'x' : 'y'} by formula`, error: Math.max(...errors), tolerance: Number(description.tolerance?.float32_rel ?? 2e-6), points: 0 };
  });
}

/** The factor between raw noise and direction, tensor by tensor, where a case states it. */
export function checkScaleFactors(found: ReferenceCase): readonly Check[] {
  const { description, tensors } = found;
  const stated = description.directions?.expected_scale_factors ?? {};
  const layout = layoutOf(networkOf(found));
  return Object.entries(stated).map(([key, factors]) => {
    const [name, noise] = [key.slice(0, key.lastIndexOf('.')), key.slice(key.lastIndexOf('.') + 1)];
    const point = pointNamed(found, name);
    if (!point) throw new Error(`${description.id} has no weights ${name}`);
    const raw = gathered(tensors, `raw/${noise}`, layout.tensors);
    const made = normalise(raw, point.parameters, layout, 'layer', 'layer');
    const measured = layout.tensors.map(({ offset, size }) => normOf(made, offset, offset + size) / normOf(raw, offset, offset + size));
    const expected = layout.tensors.map((tensor) => factors[tensor.name] ?? Number.NaN);
    return {
      what: `${key} scale factors`,
      error: largestRelative(measured, expected),
      tolerance: Number(description.tolerance?.scale_factor_rel ?? 1e-6),
      points: 0,
    };
  });
}

/** Components, explained variance and projected path, for every set of tensors left out. */
export function checkPrincipal(found: ReferenceCase): readonly Check[] {
  const { description, tensors } = found;
  const layout = layoutOf(networkOf(found));
  const rows = trajectoryOf(found);
  const final = rows[finalOf(found)];
  if (!final) throw new Error(`${description.id}: the trajectory has no row ${finalOf(found)}`);
  const tolerance = (name: string, otherwise: number): number => {
    const found = Number(description.tolerance?.[name]);
    return Number.isFinite(found) ? found : otherwise;
  };
  const checks: Check[] = [];
  for (const [key, stated] of componentsOf(found)) {
    const differences = rows.map((row) => row.map((value, index) => value - final[index]!));
    if (stated.ignore === 'biasbn') {
      for (const { offset, size, filters } of layout.tensors) if (filters === 0) for (const row of differences) row.fill(0, offset, offset + size);
    }
    const made = principalComponents(differences, 2, true);
    const exact = tensors.get(`${key}.exact.components`);
    if (exact) {
      const angles = made.axes.map((axis, rank) => 1 - Math.abs(dot(axis, Float64Array.from(exact.values.subarray(rank * axis.length, (rank + 1) * axis.length)))));
      checks.push({ what: `${key} components (1 − |cosine|)`, error: made.axes.length < 2 ? Infinity : Math.max(...angles), tolerance: 1e-5, points: 0 });
    }
    const singular = tensors.get(`${key}.exact.singular_values`);
    if (singular) {
      const off = [...singular.values].map((value, rank) => Math.abs(value - (made.singularValues[rank] ?? 0)) / singular.values[0]!);
      checks.push({ what: `${key} singular values`, error: Math.max(...off), tolerance: 1e-6, points: 0 });
    }
    const ratios = (stated.exact_explained_variance_ratio ?? stated.explained_variance_ratio) as readonly number[];
    const off = ratios.map((ratio, rank) => Math.abs(ratio - (made.explained[rank] ?? 0)));
    checks.push({ what: `${key} explained variance`, error: Math.max(...off), tolerance: tolerance('explained_variance_ratio_abs', 1e-5), points: 0 });
    checks.push(...checkCoordinates(found, key, rows, final, tolerance('coords_abs', 1e-3)));
  }
  return checks;
}

/** The path on the stored directions: as lengths (`cos`) and by least squares. */
function checkCoordinates({ tensors }: ReferenceCase, key: string, rows: readonly Float64Array[], final: Float64Array, tolerance: number): readonly Check[] {
  const stored = ['dx', 'dy'].flatMap((name) => tensors.get(`${key}.${name}`) ?? []);
  if (stored.length < 2) return [];
  const directions = stored.map(({ values }) => Float32Array.from(values));
  const { project } = projectorOf({ origin: Float32Array.from(final), directions });
  const ways: Readonly<Record<string, (row: Float64Array) => readonly number[]>> = {
    lstsq: (row) => project(row).coordinates,
    cos: (row) => directions.map((direction) => dot(row.map((value, index) => value - final[index]!), Float64Array.from(direction)) / normOf(direction)),
  };
  return Object.entries(ways).flatMap(([name, way]) => {
    const expected = tensors.get(`${key}.coords.${name}`);
    if (!expected) return [];
    const off = rows.flatMap((row, index) => way(row).map((value, axis) => Math.abs(value - expected.values[2 * index + axis]!)));
    return [{ what: `${key} coordinates (${name})`, error: Math.max(...off), tolerance, points: 0 }];
  });
}

/** Largest |a − b| / |b|; a zero must be met exactly. */
function largestRelative(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < expected.length; index++) {
    const [value, wanted] = [values[index]!, expected[index]!];
    if (value === wanted) continue;
    const error = Math.abs(value - wanted) / Math.abs(wanted);
    largest = Math.max(largest, Number.isNaN(error) ? Infinity : error);
  }
  return largest;
}
