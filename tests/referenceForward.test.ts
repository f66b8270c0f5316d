/** The reference cases of kind `forward`: networks of the zoo with weights by formula, run directly. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors, type Tensor } from '#lib/formats/safetensors.ts';
import type { Check } from '#scripts/reference/checks.ts';
import { tensorflowEngine } from '#scripts/reference/engines.ts';
import { float64Engine } from '#scripts/reference/float64Engine.ts';
import { formulaImages } from '#scripts/reference/formula.ts';
import { runCase } from '#scripts/reference/runCase.ts';

const SOURCE = path.resolve(import.meta.dirname, 'reference');

type Model = { id: string; parameters: number; program?: unknown; stages_float64: Record<string, { l2: number }>; tensor_check: Record<string, number[]> };
type Description = { id: string; models: Model[]; tensors_file: string; plane: { models: string[] } };

const tensorsOfZoo = (): Map<string, Tensor> => {
  const file = readSafetensors(readFileSync(path.join(SOURCE, 'zoo-forward.safetensors')));
  if (!file.ok) throw new Error('the zoo’s arrays cannot be read');
  return new Map(file.value);
};

describe('forward cases', () => {
  const copy = mkdtempSync(path.join(tmpdir(), 'tarn-forward-'));
  afterAll(() => rmSync(copy, { recursive: true }));

  /** The zoo's case with a few of its models and any change, under another name. */
  function copied(name: string, ids: readonly string[], change: (models: Model[], tensors: Map<string, Tensor>) => void = () => {}): void {
    const description = JSON.parse(readFileSync(path.join(SOURCE, 'zoo-forward.json'), 'utf8')) as Description;
    const tensors = tensorsOfZoo();
    description.id = name;
    description.tensors_file = `${name}.safetensors`;
    description.models = description.models.filter(({ id }) => ids.includes(id));
    description.plane.models = description.plane.models.filter((id) => ids.includes(id));
    change(description.models, tensors);
    writeFileSync(path.join(copy, `${name}.json`), JSON.stringify(description));
    writeFileSync(path.join(copy, `${name}.safetensors`), writeSafetensors(tensors));
  }

  const failing = (checks: readonly Check[]): readonly string[] => checks.filter(({ error, tolerance }) => !(error <= tolerance)).map(({ what }) => what);

  it('[Z1] outputs, stages and planes of three residual networks agree in float64, with and without a stated program', async () => {
    copied('some', ['resnet20', 'resnet20_noshort', 'resnet32_noshort']);
    const said: string[] = [];
    const { row, checks, problem } = await runCase(copy, 'some', float64Engine, undefined, (words) => said.push(words));
    expect({ problem, failing: failing(checks) }).toEqual({ problem: null, failing: [] });
    // 3 × 40 outputs, 3 × 3 stages of 7 numbers, one plane.
    expect(row).toMatchObject({ kind: 'forward', status: 'pass', points: 120 + 63 + 9 });
    expect(row.error).toBeLessThan(1e-12);
    expect(said).toEqual(['resnet20, 1 of 3', 'resnet20_noshort, 2 of 3', 'resnet32_noshort, 3 of 3']);
  });

  it('[Z1] an output, a stage, a weight or a count that is off is found', async () => {
    copied('off', ['resnet20'], ([model], tensors) => {
      tensors.set('logits.f64/resnet20', scaled(tensors.get('logits.f64/resnet20')!, 1 + 1e-7));
      tensors.set('plane.loss.f64/resnet20', scaled(tensors.get('plane.loss.f64/resnet20')!, 1 + 1e-4));
      model!.stages_float64.layer2!.l2 *= 1 + 1e-7;
      model!.stages_float64.layer9 = model!.stages_float64.layer1!;
      model!.tensor_check['conv1.weight']![1]! += 1e-6;
      model!.parameters += 1;
    });
    const { row, checks } = await runCase(copy, 'off', float64Engine, undefined);
    expect(row.status).toBe('fail');
    expect(failing(checks)).toEqual(['resnet20 outputs', 'resnet20 stages', 'resnet20 parameters, tensors or statistics', 'resnet20 weights by formula', 'resnet20 plane.train loss']);
  });

  it('[Z1] a model without a program that the zoo does not know fails in words', async () => {
    copied('unknown', ['resnet32_noshort'], ([model], tensors) => {
      model!.id = 'resnet33';
      tensors.set('logits.f64/resnet33', tensors.get('logits.f64/resnet32_noshort')!);
    });
    const { row, problem } = await runCase(copy, 'unknown', float64Engine, undefined);
    expect(row.status).toBe('fail');
    expect(problem).toBe('resnet33 states no program, and the zoo has none of this name');
  });

  it('[Z1] a plane of a model that is not listed fails in words, not in silence', async () => {
    copied('unlisted', ['resnet32_noshort']);
    const file = path.join(copy, 'unlisted.json');
    const description = JSON.parse(readFileSync(file, 'utf8')) as Description;
    writeFileSync(file, JSON.stringify({ ...description, plane: { ...description.plane, models: ['vgg9'] } }));
    const { row, problem } = await runCase(copy, 'unlisted', float64Engine, undefined);
    expect([row.status, problem]).toEqual(['fail', 'unlisted states planes of models that it does not list: vgg9']);
  });

  it('[Z1] the session’s own WASM engine agrees with the zoo', async () => {
    copied('wasm', ['resnet20', 'resnet20_noshort']);
    const wasm = await tensorflowEngine('wasm');
    try {
      const { row, checks, problem } = await runCase(copy, 'wasm', wasm, 3);
      expect({ problem, failing: failing(checks) }).toEqual({ problem: null, failing: [] });
      // Ten outputs of four images for each network, and three points of the plane.
      expect(row).toMatchObject({ status: 'pass', points: 2 * 40 + 3 });
    } finally {
      await wasm.close();
    }
  });

  it('[Z1] the images of the zoo are those of its formula', () => {
    const images = tensorsOfZoo().get('images')!;
    expect([...formulaImages('zoo-images', images.values.length)]).toEqual([...images.values]);
  });
});

const scaled = ({ shape, values }: Tensor, factor: number): Tensor => ({ shape, values: Float64Array.from(values, (value) => value * factor) });
