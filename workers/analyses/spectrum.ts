/** Extreme eigenvalues by Lanczos on this device, with the outermost eigenvectors and the gradient as vector files. */
import { lanczos, type Ritz } from '#lib/analysis/lanczos.ts';
import { SPECTRUM_TOLERANCE, type Eigenvalue, type SpectrumRequest } from '#lib/analysis/requests/spectrum.ts';
import { digestOf } from '#lib/digest.ts';
import { writeVectorFile } from '#lib/formats/vectorFile.ts';
import { normOf } from '#lib/slice/vectors.ts';
import { PRODUCT_ERROR } from '#workers/curvature/deviceCurvature.ts';
import { curvatureOf, runMethod } from './curvatureRun.ts';
import type { UnitRun } from './unitRun.ts';

export const spectrumRun: UnitRun<'spectrum'> = {
  engine: 'the device',
  async *run(job) {
    const { request, subject, device } = job;
    const { ends, steps, seed } = request;
    const curved = await curvatureOf(request, subject, await device());
    const { curvature, group } = curved;
    try {
      const { loss, gradient } = await curvature.gradient();
      const options = { size: group.size, steps, start: { seed }, tolerance: SPECTRUM_TOLERANCE, ends: Math.min(ends, Math.floor(group.size / 2) || 1) };
      const ritz = (yield* runMethod(curved, job, (from) => lanczos({ ...options, from }), (found) => (found ? [found.min, found.max] : []))) as Ritz;
      const last = ritz.values.length - 1;
      const count = Math.min(ends, ritz.values.length);
      const rounding = PRODUCT_ERROR * Math.max(Math.abs(ritz.min), Math.abs(ritz.max));
      const at = (index: number): Eigenvalue => ({ value: ritz.values[index]!, error: Math.max(ritz.errors[index]!, rounding) });
      const part = group.spread(group.pick(gradient));
      const file = (title: string, what: string, values: Float64Array) => {
        const bytes = writeVectorFile({ kind: 'direction', subject: subject.id, title, made: { request: request satisfies SpectrumRequest, what }, values: Float32Array.from(values) });
        return { bytes, digest: digestOf(bytes) };
      };
      const largest = file(`eigenvector of λ = ${short(ritz.max)}`, 'eigenvector of the largest eigenvalue', group.spread(ritz.vector(last)));
      const least = file(`eigenvector of λ = ${short(ritz.min)}`, 'eigenvector of the least eigenvalue', group.spread(ritz.vector(0)));
      const norm = normOf(part);
      const slope = norm > 0 ? file('gradient', 'gradient', part.map((value) => value / norm)) : null;
      return {
        unit: {
          loss,
          gradientNorm: norm,
          size: group.size,
          products: ritz.values.length,
          largest: Array.from({ length: count }, (_, rank) => at(last - rank)),
          least: Array.from({ length: count }, (_, rank) => at(rank)),
          vectors: { largest: largest.digest, least: least.digest, gradient: slope?.digest ?? null },
        },
        files: [largest, least, ...(slope ? [slope] : [])].map(({ bytes }) => bytes),
        engine: curvature.title,
      };
    } finally {
      curvature.dispose();
    }
  },
};

const short = (value: number): string => String(Number(value.toPrecision(4))).replace('-', '−');
