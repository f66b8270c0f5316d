/**
 * The surface in a volume on which the loss has one value, as triangles: marching tetrahedra.
 *
 * Each cell of eight samples is cut into six tetrahedra around its diagonal; where a sample of one is unknown or not finite, nothing is
 * drawn. Positions are in samples. A. Doi and A. Koide, IEICE Trans. E74 (1991).
 */

export type SampleBlock = { readonly columns: number; readonly rows: number; readonly layers: number; readonly valueAt: (column: number, row: number, layer: number) => number };

export type Triangles = { readonly positions: Float32Array<ArrayBuffer>; readonly normals: Float32Array<ArrayBuffer> };

/** Corners of a cell as bits: column 1, row 2, layer 4. */
const TETRAHEDRA = [
  [0, 1, 3, 7],
  [0, 3, 2, 7],
  [0, 2, 6, 7],
  [0, 6, 4, 7],
  [0, 4, 5, 7],
  [0, 5, 1, 7],
] as const;

export function isoSurface({ columns, rows, layers, valueAt }: SampleBlock, level: number): Triangles {
  const positions: number[] = [];
  const values = new Float64Array(8);
  for (let layer = 0; layer < layers - 1; layer++) {
    for (let row = 0; row < rows - 1; row++) {
      for (let column = 0; column < columns - 1; column++) {
        let below = 0;
        let isWhole = true;
        for (let corner = 0; corner < 8; corner++) {
          const value = valueAt(column + (corner & 1), row + ((corner >> 1) & 1), layer + (corner >> 2));
          values[corner] = value;
          if (!Number.isFinite(value)) isWhole = false;
          if (value < level) below++;
        }
        if (!isWhole || below === 0 || below === 8) continue;
        for (const tetrahedron of TETRAHEDRA) march(tetrahedron, values, level, column, row, layer, positions);
      }
    }
  }
  return { positions: Float32Array.from(positions), normals: normalsOf(positions) };
}

function march(corners: readonly [number, number, number, number], values: Float64Array, level: number, column: number, row: number, layer: number, out: number[]): void {
  const inside = corners.filter((corner) => values[corner]! < level);
  const outside = corners.filter((corner) => values[corner]! >= level);
  if (inside.length === 0 || outside.length === 0) return;
  const between = (from: number, to: number): void => {
    const t = (level - values[from]!) / (values[to]! - values[from]!);
    const mix = (bit: number) => ((from >> bit) & 1) + (((to >> bit) & 1) - ((from >> bit) & 1)) * t;
    out.push(column + mix(0), row + mix(1), layer + mix(2));
  };
  if (inside.length === 1) for (const corner of outside) between(inside[0]!, corner);
  else if (outside.length === 1) for (const corner of inside) between(corner, outside[0]!);
  else {
    const [a, b] = inside as [number, number];
    const [c, d] = outside as [number, number];
    between(a, c);
    between(a, d);
    between(b, d);
    between(a, c);
    between(b, d);
    between(b, c);
  }
}

/** One normal per triangle. Which side it points to says nothing: both are lit. */
function normalsOf(positions: readonly number[]): Float32Array<ArrayBuffer> {
  const normals = new Float32Array(positions.length);
  for (let at = 0; at < positions.length; at += 9) {
    const [ax, ay, az] = [positions[at + 3]! - positions[at]!, positions[at + 4]! - positions[at + 1]!, positions[at + 5]! - positions[at + 2]!];
    const [bx, by, bz] = [positions[at + 6]! - positions[at]!, positions[at + 7]! - positions[at + 1]!, positions[at + 8]! - positions[at + 2]!];
    const [x, y, z] = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
    const sign = (z < 0 ? -1 : 1) / (Math.hypot(x, y, z) || 1);
    for (let corner = 0; corner < 9; corner += 3) normals.set([x * sign, y * sign, z * sign], at + corner);
  }
  return normals;
}
