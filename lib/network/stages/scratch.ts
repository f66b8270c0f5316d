/**
 * Memory of the float64 reference, given back as soon as nothing reads it, so that a block stays in the cache and a whole
 * batch of samples fits. It knows no layers.
 */
export class Scratch {
  /** Shortest first. */
  private readonly free: Float64Array[] = [];

  /** An array of at least `length`, with whatever was left in it. */
  take(length: number): Float64Array {
    const fitting = this.free.findIndex((array) => array.length >= length);
    if (fitting >= 0) return this.free.splice(fitting, 1)[0]!;
    // The longest that is left is too short: it makes room for the new one, so no more arrays are kept than are used at once.
    this.free.pop();
    return new Float64Array(length);
  }

  give(array: Float64Array): void {
    const at = this.free.findIndex(({ length }) => length > array.length);
    this.free.splice(at < 0 ? this.free.length : at, 0, array);
  }
}
