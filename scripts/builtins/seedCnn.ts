/** The network of source page 000, with weights and glyph images as the reference cases give them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readSafetensors, type Tensor } from '#lib/formats/safetensors.ts';
import { read, sayProblems, type Parsed } from '#lib/parsed.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { networkSchema } from '#lib/network/program.ts';
import { stacked, type Parts } from './parts.ts';

const CHECKPOINTS = [
  { id: 'initial', title: 'Initial', training: 'none', tag: 'theta0' },
  { id: 'trained', title: 'Trained', training: { dropout: 0 }, tag: 'that' },
  { id: 'trained-dropout', title: 'Trained with dropout', training: { dropout: 0.2 }, tag: 'that_drop' },
] as const;

/** @param directory the reference cases, with seedcnn-weights and data-glyph */
export function seedCnn(directory: string): Parts {
  const description = JSON.parse(readFileSync(path.join(directory, 'seedcnn-weights.json'), 'utf8')) as { model: unknown };
  const network = valueOf(read(networkSchema, description.model));
  const weights = valueOf(readSafetensors(readFileSync(path.join(directory, 'seedcnn-weights.safetensors'))));
  const images = valueOf(readSafetensors(readFileSync(path.join(directory, 'data-glyph.safetensors'))));
  const layout = layoutOf(network);
  const rows = CHECKPOINTS.map(({ tag }) => {
    const row = new Float32Array(layout.size);
    for (const { name, offset } of layout.tensors) row.set(tensor(weights, `${tag}/${name}`).values, offset);
    return row;
  });
  const sets = ['train.x', 'train.y', 'test.x', 'test.y'].map((name): [string, Tensor] => {
    const { shape, values } = tensor(images, name);
    return [name, { shape, values: Uint8Array.from(values) }];
  });
  const samples = { train: tensor(images, 'train.y').values.length, test: tensor(images, 'test.y').values.length };
  return {
    manifest: {
      format: 1,
      name: 'seed-cnn',
      title: 'Glyph reader',
      summary: 'A small convolutional network (105,866 parameters) that reads ten kinds of 28×28 glyphs, trained with and without dropout.',
      network,
      loss: 'crossEntropy',
      dataset: { title: 'Glyphs, 28×28', input_shape_chw: [1, 28, 28], classes: 10, scale: '1/255', samples },
      checkpoints: CHECKPOINTS.map(({ id, title, training }) => ({ id, title, training })),
      trajectory: [],
      provenance:
        'The architecture is that of the notebook NN_Surface_Visualization in MerkulovDaniil/optim (commit e0f4d037). ' +
        'Weights and images are data of the reference cases seedcnn-weights and data-glyph: trained with their own training loop in PyTorch 1.13.0, ' +
        'the images synthetic, drawn by a program. They hold data only, no source code of that notebook; no third-party images or weights.',
    },
    tensors: new Map<string, Tensor>([['checkpoints', stacked(rows)], ...sets]),
  };
}

function tensor(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const found = tensors.get(name);
  if (!found) throw new Error(`the reference cases have no tensor ${name}`);
  return found;
}

function valueOf<T>(outcome: Parsed<T>): T {
  if (!outcome.ok) throw new Error(sayProblems(outcome.problems));
  return outcome.value;
}
