/**
 * The one dense kernel of the float64 reference: C = A·Bᵀ + bias, both operands with their inner axis contiguous.
 *
 * Four rows by two columns are summed at once, which is what fits in registers without spilling. It knows no layers.
 */

/** Where one operand or the result stands in its array. */
export type Block = { readonly values: Float64Array; readonly offset: number; readonly rows: number };

/**
 * result[i·rowStride + j·columnStride + offset] = bias[i] + Σₖ a[i, k]·b[j, k]
 * @param inner length of the summed axis; also the stride between rows of `a` and of `b`
 */
export function multiply(
  a: Block,
  b: Block,
  inner: number,
  bias: Float64Array | null,
  result: Float64Array,
  offset: number,
  rowStride: number,
  columnStride: number,
): void {
  const av = a.values;
  const bv = b.values;
  const rows = a.rows;
  const columns = b.rows;
  const fourRows = rows - (rows % 4);
  const twoColumns = columns - (columns % 2);
  for (let i = 0; i < fourRows; i += 4) {
    const a0 = a.offset + i * inner;
    const a1 = a0 + inner;
    const a2 = a1 + inner;
    const a3 = a2 + inner;
    const bias0 = bias ? bias[i]! : 0;
    const bias1 = bias ? bias[i + 1]! : 0;
    const bias2 = bias ? bias[i + 2]! : 0;
    const bias3 = bias ? bias[i + 3]! : 0;
    const row = offset + i * rowStride;
    for (let j = 0; j < twoColumns; j += 2) {
      const b0 = b.offset + j * inner;
      const b1 = b0 + inner;
      let s00 = bias0, s01 = bias0, s10 = bias1, s11 = bias1, s20 = bias2, s21 = bias2, s30 = bias3, s31 = bias3;
      for (let k = 0; k < inner; k++) {
        const y0 = bv[b0 + k]!;
        const y1 = bv[b1 + k]!;
        const x0 = av[a0 + k]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        const x1 = av[a1 + k]!;
        s10 += x1 * y0;
        s11 += x1 * y1;
        const x2 = av[a2 + k]!;
        s20 += x2 * y0;
        s21 += x2 * y1;
        const x3 = av[a3 + k]!;
        s30 += x3 * y0;
        s31 += x3 * y1;
      }
      const at = row + j * columnStride;
      result[at] = s00;
      result[at + columnStride] = s01;
      result[at + rowStride] = s10;
      result[at + rowStride + columnStride] = s11;
      result[at + 2 * rowStride] = s20;
      result[at + 2 * rowStride + columnStride] = s21;
      result[at + 3 * rowStride] = s30;
      result[at + 3 * rowStride + columnStride] = s31;
    }
  }
  // What is left: rows beyond the last four, four columns at a time; then the odd columns, one by one.
  const fourColumns = columns - (columns % 4);
  for (let i = fourRows; i < rows; i++) {
    const ai = a.offset + i * inner;
    const start = bias ? bias[i]! : 0;
    for (let j = 0; j < fourColumns; j += 4) {
      const b0 = b.offset + j * inner;
      const b1 = b0 + inner;
      const b2 = b1 + inner;
      const b3 = b2 + inner;
      let s0 = start, s1 = start, s2 = start, s3 = start;
      for (let k = 0; k < inner; k++) {
        const x = av[ai + k]!;
        s0 += x * bv[b0 + k]!;
        s1 += x * bv[b1 + k]!;
        s2 += x * bv[b2 + k]!;
        s3 += x * bv[b3 + k]!;
      }
      const at = offset + i * rowStride + j * columnStride;
      result[at] = s0;
      result[at + columnStride] = s1;
      result[at + 2 * columnStride] = s2;
      result[at + 3 * columnStride] = s3;
    }
  }
  for (let i = 0; i < rows; i++) {
    const ai = a.offset + i * inner;
    for (let j = i < fourRows ? twoColumns : fourColumns; j < columns; j++) {
      const bj = b.offset + j * inner;
      let sum = bias ? bias[i]! : 0;
      for (let k = 0; k < inner; k++) sum += av[ai + k]! * bv[bj + k]!;
      result[offset + i * rowStride + j * columnStride] = sum;
    }
  }
}
