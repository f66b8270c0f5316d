/**
 * Small jobs made from a network's own steps, one for each kind of operation in it: same attributes, small sizes.
 *
 * A device that breaks one of them is found out before it is lent anything; one that only breaks what the network lacks is not
 * held against it. The numbers come from formulas, so a probe is the same everywhere. It runs nothing. Rule C11 in docs/SPEC.md.
 */
import { layoutOf, tensorNamed } from '#lib/network/layout.ts';
import { isClassification, type LossName } from '#lib/network/loss.ts';
import { allSteps, isActivation, type Network, type Step, type TensorSpec } from '#lib/network/program.ts';
import { featureAxis, outputShapeOf, sizeOf, type Shape } from '#lib/network/shapes.ts';
import type { EvaluationJob } from './evaluator.ts';

/** `what` names the operation: "maxpool". */
export type Probe = { readonly what: string; readonly job: EvaluationJob };

/** A step in small, on an input of its own. */
type Small = { readonly step: Step; readonly input: Shape; readonly tensors: readonly TensorSpec[]; readonly buffers?: readonly TensorSpec[]; readonly rows?: number };

const SAMPLES = 5;
const CLASSES = 3;

/** What every network does, before its own steps are known. */
const CORE: Network = {
  id: 'core',
  input_shape_chw: [6],
  parameter_order: [{ name: 'w', shape: [CLASSES, 6] }],
  buffers: [],
  program: [{ op: 'linear', weight: 'w', bias: null }],
};

export const coreProbe = (): Probe => ({ what: 'linear', job: jobOf(CORE, 'crossEntropy') });

/** @throws when the program does not fit together */
export function probesOf(network: Network, loss: LossName): readonly Probe[] {
  const found = new Map<string, Probe>();
  const end = endOf(network);
  const width = isClassification(loss) ? CLASSES : 1;
  outputShapeOf(network, (step, input) => {
    const small = smallOf(step, input, network);
    if (!small) return;
    const key = JSON.stringify([small.step, small.input, small.tensors.map(({ shape }) => shape)]);
    if (!found.has(key)) found.set(key, { what: step.op, job: jobOf(closed(small, end, width), loss, small.rows) });
  });
  return [...found.values()];
}

/** How this network turns an image or a sequence into a vector, and whether a linear layer follows. */
function endOf({ program }: Network): { readonly flat: Step; readonly isLinear: boolean } {
  const steps = allSteps(program);
  const flat = steps.find(({ op }) => op === 'flatten') ?? steps.find(({ op }) => op === 'globalpool') ?? { op: 'flatten', order: 'CHW' };
  return { flat, isLinear: steps.some(({ op }) => op === 'linear') };
}

/** The small step with what makes outputs of its result. */
function closed({ step, input, tensors, buffers = [] }: Small, { flat, isLinear }: ReturnType<typeof endOf>, width: number): Network {
  const base: Network = { id: `probe of ${step.op}`, input_shape_chw: input, parameter_order: tensors, buffers, program: [step] };
  const made = outputShapeOf(base);
  const program = made.length === 1 ? [step] : [step, flat];
  const flattened = outputShapeOf({ ...base, program });
  if (!isLinear) return { ...base, program };
  const parameter_order = [...tensors, { name: 'end', shape: [width, sizeOf(flattened)] }];
  return { ...base, parameter_order, program: [...program, { op: 'linear', weight: 'end', bias: null }] };
}

/** Null for a step that computes nothing. */
function smallOf(step: Step, input: Shape, network: Network): Small | null {
  const shapeOf = (name: string): Shape => tensorNamed(layoutOf(network).tensors, name).shape;
  const image: Shape = [3, 4, 5];
  const usual: Shape = input.length === 3 ? image : input.length === 2 ? [4, 5] : [7];
  const biased = (name: string | null, size: number): TensorSpec[] => (name === null ? [] : [{ name: 'b', shape: [size] }]);
  const named = (name: string | null) => (name === null ? null : 'b');
  if (isActivation(step)) return { step, input: usual, tensors: [] };
  switch (step.op) {
    case 'conv2d': {
      const [out, into, height, width] = shapeOf(step.weight) as readonly [number, number, number, number];
      const wanted = step.groups ?? 1;
      const groups = wanted === 1 ? 1 : into === 1 ? Math.min(wanted, 6) : 2;
      const channels = wanted === 1 ? Math.min(into, 5) : Math.min(into, 2);
      const filters = Math.min(out / wanted, wanted === 1 ? 11 : 2);
      const side = (kernel: number) => Math.max(kernel, 3) + 2 * step.stride;
      return {
        step: { ...step, weight: 'w', bias: named(step.bias), ...(wanted === 1 ? {} : { groups }) },
        input: [channels * groups, side(height), side(width) + 1],
        tensors: [{ name: 'w', shape: [filters * groups, channels, height, width] }, ...biased(step.bias, filters * groups)],
      };
    }
    case 'linear': {
      const [out, into] = shapeOf(step.weight).map((size, axis) => Math.min(size, axis === 0 ? 9 : 13)) as [number, number];
      return { step: { ...step, weight: 'w', bias: named(step.bias) }, input: input.length === 2 ? [3, into] : [into], tensors: [{ name: 'w', shape: [out, into] }, ...biased(step.bias, out)] };
    }
    case 'batchnorm': {
      const features = [usual[featureAxis(usual)]!];
      return {
        step: { ...step, weight: 'w', bias: 'b', running_mean: 'm', running_var: 'v' },
        input: usual,
        tensors: [{ name: 'w', shape: features }, { name: 'b', shape: features }],
        buffers: [{ name: 'm', shape: features }, { name: 'v', shape: features }],
      };
    }
    case 'layernorm': {
      const over = usual.slice(-shapeOf(step.weight).length);
      return { step: { ...step, weight: 'w', bias: 'b' }, input: usual, tensors: [{ name: 'w', shape: over }, { name: 'b', shape: over }] };
    }
    case 'maxpool':
    case 'avgpool':
      return { step, input: [3, step.kernel + step.stride, step.kernel + 2 * step.stride], tensors: [] };
    case 'globalpool':
    case 'flatten':
      return { step, input: usual, tensors: [] };
    case 'residual':
      return { step: { op: 'residual', body: [], shortcut: [] }, input: usual, tensors: [] };
    case 'concat_front':
      return { step: { op: 'concat_front', body: [] }, input: usual, tensors: [] };
    case 'concat':
      return { step: { op: 'concat', branches: step.branches.map(() => []) }, input: usual, tensors: [] };
    case 'embedding':
      return { step: { ...step, weight: 'w' }, input: [4], tensors: [{ name: 'w', shape: [7, 5] }], rows: 7 };
    case 'positional':
      return { step: { ...step, weight: 'w' }, input: [4, 5], tensors: [{ name: 'w', shape: [4, 5] }] };
    case 'attention': {
      const parts = ['query', 'key', 'value', 'output'] as const;
      const biasOf = (part: (typeof parts)[number]) => step[`${part}_bias`];
      return {
        step: {
          ...step,
          ...Object.fromEntries(parts.flatMap((part) => [[part, part], [`${part}_bias`, biasOf(part) === null ? null : `${part}.b`]])),
        },
        input: [4, 6],
        tensors: parts.flatMap((part) => [{ name: part, shape: [6, 6] }, ...(biasOf(part) === null ? [] : [{ name: `${part}.b`, shape: [6] }])]),
      };
    }
    case 'dropout':
    case 'tap':
      return null;
  }
}

/** A job of the network itself, at its full size, with made-up numbers: to see how fast an engine is, not whether it is right. */
export function trialJobOf(network: Network, samples: number): EvaluationJob {
  const { tensors } = layoutOf(network);
  const vocabularies = allSteps(network.program).flatMap((step) => (step.op === 'embedding' ? [tensorNamed(tensors, step.weight).shape[0]!] : []));
  return jobOf(network, usualLossOf(network), vocabularies.length > 0 ? Math.min(...vocabularies) : 0, samples);
}

/** The loss that a network is tried with while nobody has said which is wanted. */
export const usualLossOf = (network: Network): LossName => (sizeOf(outputShapeOf(network)) > 1 ? 'crossEntropy' : 'squaredError');

const wave = (count: number, frequency: number, height: number) => Float32Array.from({ length: count }, (_, i) => height * Math.sin(frequency * (i + 1)));

function jobOf(network: Network, loss: LossName, rows = 0, samples = SAMPLES): EvaluationJob {
  const { size, bufferSize } = layoutOf(network);
  const width = sizeOf(network.input_shape_chw);
  const inputs = rows === 0 ? wave(samples * width, 0.9, 1.5) : Float32Array.from({ length: samples * width }, (_, i) => (3 * i) % rows);
  const outputs = sizeOf(outputShapeOf(network));
  return {
    network,
    loss,
    origin: wave(size, 1.7, 0.4),
    directions: [wave(size, 2.3, 0.3), wave(size, 3.1, 0.3)],
    // Positive, because half of them are variances.
    buffers: wave(bufferSize, 1.3, 0.4).map((value) => 0.7 + value),
    sets: [{ set: 'train', samples: { count: samples, inputs, targets: Float32Array.from({ length: samples }, (_, i) => (isClassification(loss) ? i % outputs : 0.3 * i)) } }],
  };
}
