/**
 * One ascent inside the box around a checkpoint, with gradients in float64 summed over blocks of samples; the way to its highest place as a file.
 *
 * Kept while it runs: where the ascent stands. A gradient that was not summed to its end is begun again.
 */
import { boxSharpness } from '#lib/analysis/boxSharpness.ts';
import { differentiableOf, parametersOf, seedOfUnit } from '#lib/analysis/requests/askedPoint.ts';
import { toJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { digestOf } from '#lib/digest.ts';
import { writeVectorFile } from '#lib/formats/vectorFile.ts';
import { gradientAt } from '#lib/network/derivatives/derivatives.ts';
import { begun, MOST_KEPT, readKept, writeKept } from './keptState.ts';
import { sampleBlocks } from './sampleBlocks.ts';
import type { UnitRun } from './unitRun.ts';

export const boxSharpnessRun: UnitRun<'boxSharpness'> = {
  engine: 'float64 on the processor',
  *run(given) {
    const { request, unit, subject } = given;
    const { samples, epsilon, steps, seed } = request;
    const job = differentiableOf(request, subject);
    const blocks = sampleBlocks(job.samples);
    const method = boxSharpness(parametersOf(request, subject), { epsilon, seed: seedOfUnit(seed, unit), starts: 1, steps, from: given.kept && readKept(given.kept, given) });
    const met: number[] = [];
    let step = begun(method, given.kept !== null);
    while (!step.done) {
      const { parameters, done, of, state } = step.value;
      const save = () => {
        const arrays = 2 * parameters.length < MOST_KEPT ? state() : null;
        return arrays && writeKept(given, arrays);
      };
      const gradient = new Float64Array(parameters.length);
      let mean = 0;
      for (const [block, part] of blocks.entries()) {
        const found = gradientAt({ ...job, samples: part }, parameters);
        const weight = part.count / samples.count;
        mean += found.loss * weight;
        for (let index = 0; index < gradient.length; index++) gradient[index]! += found.gradient[index]! * weight;
        yield { share: (done + block / blocks.length) / of, live: met, state: save };
      }
      met.push(mean);
      step = method.next({ loss: mean, gradient });
    }
    const { loss, highest, worst } = step.value;
    const file = writeVectorFile({ kind: 'direction', subject: subject.id, title: `steepest way within ε = ${epsilon}`, made: { request, unit, what: 'from the checkpoint to the highest place that the ascent met' }, values: Float32Array.from(worst) });
    return { unit: { loss: toJsonNumber(loss), highest: toJsonNumber(highest), worst: digestOf(file) }, files: [file] };
  },
};
