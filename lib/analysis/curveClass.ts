/**
 * The shape of the loss along a line through a network, in the words of Xu, Li, Li and Zhan (arXiv 2405.12493).
 *
 * The names are theirs; the rule by which a sampled curve gets one is Tarn's own, because theirs was not to be had, and it is to be
 * labelled so. A curve that fits no name is unclassified, which is an answer. Rule R5 in docs/SPEC.md.
 */
export type CurveClass = 'v-basin' | 'v-side' | 'w-basin' | 'w-peak' | 'vvv-basin' | 'unclassified';

export type ClassifiedCurve = {
  readonly class: CurveClass;
  /** Samples at the bottoms of valleys, in order. */
  readonly valleys: readonly number[];
};

/** A valley counts if one must climb this share of the curve's range to leave it on its lower side. */
export const LEAST_PROMINENCE = 0.01;
/** Steps by which the network may be off a bottom or a top and still be at it. */
const NEAR = 1;

/**
 * @param losses at even steps along the line
 * @param model which sample is the network itself
 */
export function classifyCurve(losses: ArrayLike<number>, model: number): ClassifiedCurve {
  const values = Array.from(losses);
  if (!(Number.isInteger(model) && model >= 0 && model < values.length)) throw new Error(`sample ${model} of ${values.length} is not on the curve`);
  // A loss that is not finite hides what is behind it.
  if (!values.every(Number.isFinite)) return { class: 'unclassified', valleys: [] };
  const range = Math.max(...values) - Math.min(...values);
  const valleys = bottomsOf(values).filter((at) => prominenceOf(values, at) >= LEAST_PROMINENCE * range);
  return { class: classOf(values, valleys, model), valleys };
}

function classOf(values: readonly number[], valleys: readonly number[], model: number): CurveClass {
  const isAt = (place: number): boolean => Math.abs(place - model) <= NEAR;
  if (valleys.length >= 3) return 'vvv-basin';
  if (valleys.length === 2) {
    if (valleys.some(isAt)) return 'w-basin';
    const [left, right] = valleys as [number, number];
    let top = left;
    for (let at = left; at <= right; at++) if (values[at]! > values[top]!) top = at;
    return isAt(top) ? 'w-peak' : 'unclassified';
  }
  if (valleys.length === 1) return valleys.some(isAt) ? 'v-basin' : 'v-side';
  return 'unclassified';
}

/** Interior samples lower than both neighbours; of a flat bottom, the middle. */
function bottomsOf(values: readonly number[]): readonly number[] {
  const bottoms: number[] = [];
  for (let start = 1; start < values.length - 1; start++) {
    if (!(values[start]! < values[start - 1]!)) continue;
    let end = start;
    while (end + 1 < values.length && values[end + 1] === values[start]) end++;
    if (end + 1 < values.length && values[end + 1]! > values[start]!) bottoms.push(Math.floor((start + end) / 2));
  }
  return bottoms;
}

/** How far one must climb from a bottom, on the easier side, before it goes down below it or the curve ends. */
function prominenceOf(values: readonly number[], at: number): number {
  const climb = (step: 1 | -1): number => {
    let top = values[at]!;
    for (let place = at + step; place >= 0 && place < values.length && values[place]! >= values[at]!; place += step) top = Math.max(top, values[place]!);
    return top - values[at]!;
  };
  return Math.min(climb(1), climb(-1));
}
