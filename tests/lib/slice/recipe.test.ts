import { describe, expect, it } from 'vitest';
import { passesIn, problemsOf, readRecipe, sliceIdOf, type DirectionRecipe, type SliceRecipe } from '#lib/slice/recipe.ts';
import { MODAL_CNN } from '#tests/network/networks.ts';
import { subjectOf } from '#tests/slice/subjects.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const subject = lineSubject();
const check = (recipe: unknown) => readRecipe(recipe, (id) => (id === subject.id ? subject.manifest : undefined));
const problemAt = (recipe: unknown) => {
  const outcome = check(recipe);
  return outcome.ok ? null : outcome.problems[0];
};
const withAxis = (change: object): SliceRecipe => {
  const recipe = planeRecipe();
  return { ...recipe, axes: [{ ...recipe.axes[0]!, ...change }, recipe.axes[1]!] };
};

describe('slice recipes', () => {
  it('[S1] the same recipe has the same id whatever the order of its fields; any change gives another', () => {
    const recipe = planeRecipe();
    const reordered = Object.fromEntries(Object.entries(recipe).reverse()) as SliceRecipe;
    expect(sliceIdOf(reordered)).toBe(sliceIdOf(recipe));
    expect(sliceIdOf(withAxis({ max: 1.0000001 }))).not.toBe(sliceIdOf(recipe));
    expect(sliceIdOf({ ...recipe, centre: 'initial' })).not.toBe(sliceIdOf(recipe));
  });

  it('[S2] a right recipe is read as it is', () => {
    expect(check(planeRecipe())).toEqual({ ok: true, value: planeRecipe() });
  });

  it('[S2] a range that starts or ends at zero is legal', () => {
    expect(check(withAxis({ min: 0, max: 1 })).ok).toBe(true);
    expect(check(withAxis({ min: -1, max: 0 })).ok).toBe(true);
  });

  it.each([
    [withAxis({ count: 10 }), 'axes.0.count', /odd.*11/],
    [withAxis({ count: 1 }), 'axes.0.count', /between 3 and 1025/],
    [withAxis({ count: 4.5 }), 'axes.0.count', /whole/],
    [withAxis({ min: 1, max: 1 }), 'axes.0.max', /more than 1/],
    [withAxis({ min: Number.NaN }), 'axes.0.min', /number/],
    [withAxis({ max: Infinity }), 'axes.0.max', /number|1,000,000/],
    [withAxis({ direction: { kind: 'towards', checkpoint: 'nowhere', length: 'difference', orthogonal: false } }), 'axes.0.direction.checkpoint', /no checkpoint nowhere/],
    [withAxis({ direction: { kind: 'towards', checkpoint: 'trained', length: 'difference', orthogonal: false } }), 'axes.0.direction.checkpoint', /differ from the centre/],
    [withAxis({ direction: { kind: 'towards', checkpoint: 'initial', length: 'unit', orthogonal: true } }), 'axes.0.direction.orthogonal', /second axis/],
    [withAxis({ direction: planeRecipe().axes[1]!.direction }), 'axes.1.direction', /another seed/],
    [withAxis({ direction: { kind: 'random', seed: -1, normalisation: 'filter', vectors: 'ignore' } }), 'axes.0.direction.seed', /0 or more/],
    [planeRecipe({ samples: [{ set: 'train', count: 9 }] }), 'samples.0.count', /between 1 and 8/],
    [planeRecipe({ samples: [{ set: 'train', count: 2 }, { set: 'train', count: 3 }] }), 'samples', /once/],
    [planeRecipe({ samples: [] }), 'samples', /train or test/],
    [planeRecipe({ centre: 'elsewhere' }), 'centre', /no checkpoint elsewhere/],
    [planeRecipe({ loss: 'crossEntropy' }), 'loss', /values, not classes: choose one of squared error, absolute error, Huber loss, log-cosh$/],
    [planeRecipe({ loss: 'focal' }), 'loss', /values, not classes/],
    [planeRecipe({ mode: { batchNorm: { policy: 'batch', batch: 1 }, dropout: 'off' } }), 'mode.batchNorm.batch', /2 or more/],
    [planeRecipe({ mode: { batchNorm: 'thawed' as 'frozen', dropout: 'off' } }), 'mode.batchNorm', /./],
    [planeRecipe({ subject: '0'.repeat(64) }), 'subject', /no network/],
    [{ ...planeRecipe(), extra: 1 }, '', /extra/],
    ['text', '', /object/],
  ])('[S3] a bad value is refused beside its field, in words (%#)', (recipe, path, message) => {
    const problem = problemAt(recipe);
    expect(problem?.path).toBe(path);
    expect(problem?.message).toMatch(message);
  });
});

const samples = (count: number) => ({ count, inputs: new Float32Array(count * 32), targets: new Float32Array(count) });
const modal = subjectOf(MODAL_CNN, [new Float32Array(98), new Float32Array(98)], { train: samples(40), test: samples(9) }).manifest;
const plain = lineSubject().manifest;
const noise: DirectionRecipe = { kind: 'random', seed: 1, normalisation: 'filter', vectors: 'ignore' };
const towards: DirectionRecipe = { kind: 'towards', checkpoint: 'w1', length: 'difference', orthogonal: false };
const off = { dropout: 'off' } as const;

const modalRecipe = (mode: SliceRecipe['mode'], direction: DirectionRecipe = noise, count = 9): SliceRecipe => ({
  ...planeRecipe(),
  samples: [{ set: 'test', count }],
  loss: 'crossEntropy',
  mode,
  centre: 'w0',
  axes: [{ direction, min: -1, max: 1, count: 5 }],
});

describe('modes of a recipe', () => {
  it.each([
    modalRecipe({ batchNorm: 'frozen', ...off }),
    modalRecipe({ batchNorm: 'interpolated', ...off }, towards),
    modalRecipe({ batchNorm: { policy: 'batch', batch: 4 }, ...off }),
    modalRecipe({ batchNorm: { policy: 'recomputed', samples: 40, batch: 64 }, dropout: { seed: 3 } }),
  ])('[M1] a mode that means something is accepted (%#)', (recipe) => {
    expect(problemsOf(recipe, modal)).toEqual([]);
  });

  it.each([
    [modalRecipe({ batchNorm: 'interpolated', ...off }), modal, 'mode.batchNorm', /only towards a checkpoint/],
    [modalRecipe({ batchNorm: { policy: 'recomputed', samples: 41, batch: 4 }, ...off }), modal, 'mode.batchNorm.samples', /between 2 and 40 train samples/],
    [modalRecipe({ batchNorm: { policy: 'batch', batch: 4 }, ...off }, noise, 1), modal, 'samples.0.count', /one sample alone/],
    [planeRecipe({ mode: { batchNorm: 'interpolated', ...off } }), plain, 'mode.batchNorm', /A line has no batch norm/],
    [planeRecipe({ mode: { batchNorm: { policy: 'recomputed', samples: 2, batch: 2 }, ...off } }), plain, 'mode.batchNorm', /A line has no batch norm/],
    [planeRecipe({ mode: { batchNorm: { policy: 'batch', batch: 2 }, ...off } }), plain, 'mode.batchNorm', /A line has no batch norm/],
    [planeRecipe({ mode: { batchNorm: 'frozen', dropout: { seed: 1 } } }), plain, 'mode.dropout', /A line has no dropout/],
  ])('[M1] one that does not is refused beside its field (%#)', (recipe, manifest, path, message) => {
    const problems = problemsOf(recipe, manifest);
    expect(problems.map((each) => each.path)).toEqual([path]);
    expect(problems[0]!.message).toMatch(message);
  });

  it('[M1] a batch whose activations would not fit into memory is refused with the largest that does', () => {
    const wide = { ...modal, network: { ...MODAL_CNN, input_shape_chw: [2, 512, 512] }, dataset: { ...modal.dataset, samples: { train: 4096, test: 4096 } } };
    const [problem, ...others] = problemsOf(modalRecipe({ batchNorm: { policy: 'batch', batch: 4096 }, ...off }, noise, 4096), wide);
    expect(problem).toMatchObject({ path: 'mode.batchNorm.batch' });
    const most = Number(problem!.message.match(/at most (\d+)/)![1]);
    expect(others).toEqual([]);
    expect(problemsOf(modalRecipe({ batchNorm: { policy: 'batch', batch: most }, ...off }, noise, 4096), wide)).toEqual([]);
    expect(problemsOf(modalRecipe({ batchNorm: { policy: 'batch', batch: most + 1 }, ...off }, noise, 4096), wide)).toHaveLength(1);
  });

  it('[T2] passes over training samples that statistics are recomputed from are part of what a point costs', () => {
    expect(passesIn(modalRecipe({ batchNorm: { policy: 'recomputed', samples: 40, batch: 8 }, ...off }))).toBe(49);
    expect(passesIn(modalRecipe({ batchNorm: { policy: 'batch', batch: 8 }, ...off }))).toBe(9);
    expect(passesIn(modalRecipe({ batchNorm: 'frozen', ...off }))).toBe(9);
  });

  it('[S1] the id of a frozen slice is what it has always been, and every mode has its own', () => {
    expect(sliceIdOf(planeRecipe({ subject: '0'.repeat(64) }))).toBe('d7ab414f69d721d2a2a3fc701c85a6c0');
    const modes: readonly SliceRecipe['mode'][] = [
      { batchNorm: 'frozen', dropout: 'off' },
      { batchNorm: 'interpolated', dropout: 'off' },
      { batchNorm: { policy: 'batch', batch: 4 }, dropout: 'off' },
      { batchNorm: { policy: 'recomputed', samples: 4, batch: 4 }, dropout: 'off' },
      { batchNorm: 'frozen', dropout: { seed: 1 } },
    ];
    expect(new Set(modes.map((mode) => sliceIdOf(planeRecipe({ mode })))).size).toBe(modes.length);
  });
});
