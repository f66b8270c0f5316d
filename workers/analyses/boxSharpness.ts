/** One ascent inside the box around a checkpoint, with gradients in float64 summed over blocks of samples. */
import { boxSharpness } from '#lib/analysis/boxSharpness.ts';
import { toJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { gradientAt } from '#lib/network/derivatives/derivatives.ts';
import { checkpointIndex, firstOf } from '#lib/network/subject.ts';
import { parametersOf, seedOfUnit } from './curvatureRun.ts';
import { sampleBlocks } from './sampleBlocks.ts';
import type { UnitRun } from './unitRun.ts';

export const boxSharpnessRun: UnitRun<'boxSharpness'> = {
  engine: 'float64 on the processor',
  *run({ request, unit, subject }) {
    const { samples, loss, epsilon, steps, seed } = request;
    const job = { network: subject.manifest.network, loss, buffers: subject.buffers[checkpointIndex(subject.manifest, request.checkpoint)]! };
    const blocks = sampleBlocks(firstOf(subject.sets[samples.set], samples.count));
    const method = boxSharpness(parametersOf(request, subject), { epsilon, seed: seedOfUnit(seed, unit), starts: 1, steps });
    const met: number[] = [];
    let step = method.next();
    while (!step.done) {
      const { parameters, done, of } = step.value;
      const gradient = new Float64Array(parameters.length);
      let mean = 0;
      for (const [block, part] of blocks.entries()) {
        const found = gradientAt({ ...job, samples: part }, parameters);
        const weight = part.count / samples.count;
        mean += found.loss * weight;
        for (let index = 0; index < gradient.length; index++) gradient[index]! += found.gradient[index]! * weight;
        yield { share: (done + block / blocks.length) / of, live: met };
      }
      met.push(mean);
      step = method.next({ loss: mean, gradient });
    }
    return { unit: { loss: toJsonNumber(step.value.loss), highest: toJsonNumber(step.value.highest) } };
  },
};
