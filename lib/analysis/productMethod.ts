/**
 * Methods that know a symmetric matrix only by its products with vectors, and how such a method is run.
 *
 * A method is a generator: it yields a vector, and is given the product, now or much later, from here or from another machine.
 * Given null instead, it stops and answers with what it has. It knows nothing of networks, clocks or workers.
 */
export type Asked<Estimate> = {
  /** To be multiplied; the method's own memory, to be left as it is. */
  readonly vector: Float64Array;
  /** Products so far, and at most how many there will be. */
  readonly done: number;
  readonly of: number;
  /** What is known by now; worked out when called, null before there is anything. */
  readonly estimate: () => Estimate | null;
  /**
   * From what the method can be gone on with as if it had not been stopped: this place or, where that is more than `most` numbers, the last
   * one before it that is not. Null where there is nothing yet; absent where the method keeps nothing.
   */
  readonly state?: ((most: number) => MethodState | null) | undefined;
};

/** Numbers by name. */
export type MethodState = ReadonlyMap<string, Float64Array>;

export type ProductMethod<Estimate, Result> = Generator<Asked<Estimate>, Result, Float64Array | null>;

/** v ↦ A·v */
export type Multiply = (vector: Float64Array) => Float64Array;
export type MultiplyLater = (vector: Float64Array) => Float64Array | Promise<Float64Array>;

/** Runs a method to its end. */
export function solve<Estimate, Result>(method: ProductMethod<Estimate, Result>, multiply: Multiply): Result {
  let step = method.next();
  while (!step.done) step = method.next(multiply(step.value.vector));
  return step.value;
}

/**
 * Runs a method whose products may take their time.
 * @param goOn asked before every product; false stops the method, which answers with what it has
 * @throws what `multiply` throws, after the method has been closed
 */
export async function solveStepwise<Estimate, Result>(
  method: ProductMethod<Estimate, Result>,
  multiply: MultiplyLater,
  goOn: (asked: Asked<Estimate>) => boolean | Promise<boolean> = () => true,
): Promise<Result> {
  let step = method.next();
  while (!step.done) step = method.next((await goOn(step.value)) ? await multiply(step.value.vector) : null);
  return step.value;
}
