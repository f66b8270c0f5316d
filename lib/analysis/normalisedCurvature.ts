/**
 * The curvature that a filter-normalised random direction meets on average: E[dᵀ·H·d] = Σ over filters of (‖θ_f‖²/n_f)·tr(H_ff).
 *
 * Estimated as the trace of S·H·S by random signs, with S = ‖θ_f‖/√n_f on every weight of filter f: the same mean as Gaussian directions,
 * and less spread. It does not change when a ReLU layer is rescaled against the next. Rules O12 and O16 in docs/SPEC.md.
 */
import type { Layout } from '#lib/network/layout.ts';
import { normOf } from '#lib/slice/vectors.ts';
import type { ProductMethod } from './productMethod.ts';
import { hutchinson, type TraceEstimate, type TraceOptions } from './trace.ts';

/** ‖θ_f‖/√n_f for every weight; 0 where a tensor has no filters and directions stand still. */
export function filterScales(parameters: Float32Array | Float64Array, { size, tensors }: Layout): Float64Array {
  const scales = new Float64Array(size);
  for (const tensor of tensors) {
    const length = tensor.size / Math.max(1, tensor.filters);
    for (let filter = 0; filter < tensor.filters; filter++) {
      const start = tensor.offset + filter * length;
      scales.fill(normOf(parameters, start, start + length) / Math.sqrt(length), start, start + length);
    }
  }
  return scales;
}

/** Asks for products with the Hessian at `parameters`; answers with mean, standard error and samples. */
export function* normalisedCurvature(parameters: Float32Array | Float64Array, layout: Layout, options: Omit<TraceOptions, 'size'>): ProductMethod<TraceEstimate, TraceEstimate> {
  const scales = filterScales(parameters, layout);
  const method = hutchinson({ ...options, size: layout.size });
  let step = method.next();
  while (!step.done) {
    const product = yield { ...step.value, vector: step.value.vector.map((value, at) => value * scales[at]!) };
    step = method.next(product && product.map((value, at) => value * scales[at]!));
  }
  return step.value;
}
