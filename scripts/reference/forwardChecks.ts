/**
 * Checks of a `forward` case: for every network its counts, its weights by formula, its outputs for the images, what it passes between
 * stages, and a small plane where one is given.
 *
 * A float64 engine runs the network part by part and shows its stages; those of other engines are not seen, so they are not claimed.
 */
import { layoutOf } from '#lib/network/layout.ts';
import { outputShapeOf, sizeOf } from '#lib/network/shapes.ts';
import type { Network } from '#lib/network/program.ts';
import { normalise } from '#lib/slice/direction.ts';
import type { ReferenceCase } from './caseFile.ts';
import type { Check } from './checks.ts';
import type { Engine } from './engines.ts';
import { formulaWeights, rawDirection } from './formula.ts';
import { forwardCaseOf, networkOfModel, partsOf, type ForwardCase, type ForwardModel } from './forwardCase.ts';
import { checkSurface } from './surfaceChecks.ts';

/** Formula weights are rounded to float32 once; a last bit may differ. */
const WEIGHT_TOLERANCE = 1.2e-7;

/** @param points of each plane; all of them when undefined */
export async function checkForward(found: ReferenceCase, engine: Engine, points: number | undefined, progress: (words: string) => void): Promise<readonly Check[]> {
  const given = forwardCaseOf(found);
  const unknown = given.plane?.models.filter((id) => !given.models.some((model) => model.id === id)) ?? [];
  if (unknown.length > 0) throw new Error(`${found.description.id} states planes of models that it does not list: ${unknown.join(', ')}`);
  const checks: Check[] = [];
  for (const [index, model] of given.models.entries()) {
    progress(`${model.id}, ${index + 1} of ${given.models.length}`);
    const network = networkOfModel(model, given.imageShape);
    checks.push(...(await checkOutputs(found, given, model, network, engine)), ...countsOf(model, network), ...weightsOf(model, network, given.salt));
    checks.push(...(await checkPlane(found, given, model, network, engine, points)));
  }
  return checks;
}

const toleranceOf = ({ description }: ReferenceCase, name: string, otherwise: number): number => Number(description.tolerance?.[name] ?? otherwise);

async function checkOutputs(found: ReferenceCase, given: ForwardCase, model: ForwardModel, network: Network, engine: Engine): Promise<readonly Check[]> {
  const stated = found.tensors.get(`logits.f64/${model.id}`);
  if (!stated) throw new Error(`${found.description.id} has no outputs of ${model.id}`);
  const expected = Float64Array.from(stated.values);
  const width = expected.length / given.images.count;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const tolerance = toleranceOf(found, engine.isDouble ? 'logits_float64_rel_to_max' : 'logits_float32_rel_to_max', engine.isDouble ? 1e-9 : 2e-4);
  const row = (what: string, errors: readonly number[], tolerance: number): Check => ({ what: `${model.id} ${what}`, error: worst(errors), tolerance, points: errors.length });
  if (sizeOf(outputShapeOf(network)) !== width) return [row('outputs', [Infinity], tolerance)];

  const errorsOf = (outputs: Float64Array): readonly number[] => [...outputs].map((value, index) => Math.abs(value - expected[index]!) / largest);
  if (engine.isDouble) {
    const { outputs, stages } = await runParts(engine.outputs, model, network, given);
    return [row('outputs', errorsOf(outputs), tolerance), row('stages', stages, tolerance)].filter(({ points }) => points > 0);
  }
  const { tensors, buffers } = layoutOf(network);
  return [row('outputs', errorsOf(await engine.outputs(network, formulaWeights(tensors, model.gain, given.salt), formulaWeights(buffers, model.gain, given.salt), given.images)), tolerance)];
}

/** Runs the network part by part, so that memory holds one part's weights, and compares what passes the stated taps. */
async function runParts(run: Engine['outputs'], model: ForwardModel, network: Network, { images, salt }: ForwardCase): Promise<{ outputs: Float64Array; stages: readonly number[] }> {
  const stated = model.stages_float64 ?? {};
  const stages: number[] = [];
  const missing = new Set(Object.keys(stated));
  let { inputs } = images;
  for (const { network: part, tap } of partsOf(network, [...missing], outputShapeOf)) {
    const layout = layoutOf(part);
    inputs = await run(part, formulaWeights(layout.tensors, model.gain, salt), formulaWeights(layout.buffers, model.gain, salt), { ...images, inputs });
    const stage = tap === null ? undefined : stated[tap];
    if (tap === null || !stage) continue;
    missing.delete(tap);
    const shape = [images.count, ...outputShapeOf(part)];
    stages.push(...(shape.join() === stage.shape.join() ? stageErrors(inputs, stage) : [Infinity]));
  }
  return { outputs: inputs, stages: [...stages, ...Array.from(missing, () => Infinity)] };
}

type Stage = NonNullable<ForwardModel['stages_float64']>[string];

/** The norm relative to itself, everything else relative to the largest value. */
function stageErrors(values: Float64Array, { l2, mean, max, sample0_first4 }: Stage): readonly number[] {
  let [squares, sum, most] = [0, 0, -Infinity];
  for (const value of values) {
    squares += value * value;
    sum += value;
    most = Math.max(most, value);
  }
  const scale = Math.abs(max);
  const others = [most - max, sum / values.length - mean, ...sample0_first4.map((value, index) => values[index]! - value)];
  return [Math.abs(Math.sqrt(squares) - l2) / l2, ...others.map((difference) => Math.abs(difference) / scale)];
}

function countsOf({ id, parameters, parameter_tensors, bn_buffer_elements }: ForwardModel, network: Network): readonly Check[] {
  const layout = layoutOf(network);
  const off = [layout.size - parameters, layout.tensors.length - (parameter_tensors ?? layout.tensors.length), layout.bufferSize - (bn_buffer_elements ?? layout.bufferSize)];
  return [{ what: `${id} parameters, tensors or statistics`, error: worst(off.map(Math.abs)), tolerance: 0, points: 0 }];
}

function weightsOf({ id, gain, tensor_check }: ForwardModel, network: Network, salt: number): readonly Check[] {
  const { tensors } = layoutOf(network);
  const errors = Object.entries(tensor_check ?? {}).flatMap(([name, stated]) => {
    const tensor = tensors.find((each) => each.name === name);
    if (!tensor) return [Infinity];
    const made = formulaWeights([{ ...tensor, offset: 0 }], gain, salt);
    return stated.map((value, index) => Math.abs(made[index]! - value) / Math.max(Math.abs(value), Number.MIN_VALUE));
  });
  return errors.length === 0 ? [] : [{ what: `${id} weights by formula`, error: worst(errors), tolerance: WEIGHT_TOLERANCE, points: 0 }];
}

async function checkPlane(found: ReferenceCase, { plane, salt, images }: ForwardCase, model: ForwardModel, network: Network, engine: Engine, points: number | undefined): Promise<readonly Check[]> {
  const loss = found.tensors.get(`plane.loss.f64/${model.id}`);
  if (!plane || (!loss && !plane.models.includes(model.id))) return [];
  if (!loss) throw new Error(`${found.description.id} has no plane of ${model.id}`);
  const layout = layoutOf(network);
  const origin = formulaWeights(layout.tensors, model.gain, salt);
  const directions = ['rawx', 'rawy'].map((name) => normalise(rawDirection(layout, name, salt), origin, layout, 'filter', 'ignore'));
  const [x, y] = [spaced(plane.grid.x), spaced(plane.grid.y)];
  if (loss.shape.join() !== [y.length, x.length].join()) throw new Error(`the plane of ${model.id} is not of the size of its grid`);
  return checkSurface(
    {
      tag: `${model.id} plane`,
      job: { network, loss: 'crossEntropy', origin, directions, buffers: formulaWeights(layout.buffers, model.gain, salt), bufferDirections: null, sets: [{ set: 'train', samples: images }] },
      x,
      y,
      indexOf: (column, row) => row * x.length + column,
      expected: [{ set: 'train', loss: loss.values, accuracy: found.tensors.get(`plane.acc.f64/${model.id}`)?.values ?? null }],
    },
    engine,
    { points, loss: toleranceOf(found, engine.isDouble ? 'plane_loss_float64_rel' : 'plane_loss_float32_rel', engine.isDouble ? 5e-6 : 1e-3), floor: toleranceOf(found, 'denominator_floor', 0.01), ambiguous: () => null },
  );
}

const spaced = ([min, max, count]: readonly [number, number, number]): readonly number[] =>
  Array.from({ length: count }, (_, index) => (index === count - 1 ? max : min + index * ((max - min) / (count - 1))));

/** The largest; what is not a number counts as infinitely far. */
const worst = (errors: readonly number[]): number => errors.reduce((most, error) => Math.max(most, Number.isNaN(error) ? Infinity : error), 0);
