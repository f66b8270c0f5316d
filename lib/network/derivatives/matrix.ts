/** Moves and sums of blocks of numbers between the products of multiply.ts. */

/** to[j, i] = from[i, j] */
export function transpose(from: Float64Array, fromOffset: number, rows: number, columns: number, to: Float64Array, toOffset: number): void {
  for (let row = 0; row < rows; row++) {
    const start = fromOffset + row * columns;
    for (let column = 0; column < columns; column++) to[toOffset + column * rows + row] = from[start + column]!;
  }
}

export function addTo(sums: Float64Array, offset: number, terms: Float64Array, termsOffset: number, count: number): void {
  for (let index = 0; index < count; index++) sums[offset + index]! += terms[termsOffset + index]!;
}
