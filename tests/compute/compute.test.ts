/** `npm run tarn -- compute` as a process of its own: a manifest from a server computes elsewhere to the same numbers. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '#lib/digest.ts';
import { writeSafetensors } from '#lib/formats/safetensors.ts';
import { writeVectorFile } from '#lib/formats/vectorFile.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { manifestSchema, subjectIdOf, type SubjectManifest } from '#lib/network/subject.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { SurfaceJson } from '#lib/wire/api.ts';
import { readManifest, surfaceManifest } from '#lib/wire/manifest.ts';
import { makePrincipal, principalDraftFor } from '#components/panels/principalDraft.ts';
import { loadSubjects } from '#server/subjects.ts';
import { serverBuild } from '#scripts/buildServer.mjs';
import { readOptions } from '#scripts/compute/options.ts';
import { gathered, networkOf, openCase, samplesOf } from '#scripts/reference/caseFile.ts';
import { startServer } from '#tests/support/startedTarn.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = 'dist/tarn-under-test';
let folder: string;
let recipe: SliceRecipe;
let manifestText: string;
let direction: Float32Array;

const write = async (name: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

function tarn(...args: readonly string[]) {
  const child = spawn(process.execPath, [join(root, BUILT, 'tarn.mjs'), ...args], { cwd: root, env: { ...process.env, INIT_CWD: folder }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<{ readonly code: number | null; readonly said: string }>((resolve) => child.on('close', (code) => resolve({ code, said })));
  return { child, ended };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tarn-compute-'));
  await build({ ...serverBuild, entryPoints: { tarn: 'scripts/tarn.ts', computeThread: 'scripts/volunteer/computeThread.ts', truthThread: 'scripts/compute/truthThread.ts' }, outdir: BUILT });
  const subjects = await loadSubjects(join(root, 'public/builtins'));
  const subject = [...subjects.values()].find(({ manifest }) => manifest.name === 'spirals-tiny')!;
  direction = subject.checkpoints[0]!.map((value, index) => Math.fround(value + Math.sin(index) / 3));
  const bytes = writeVectorFile({ kind: 'direction', subject: subject.id, title: 'PC1', made: null, values: direction });
  const digest = digestOf(bytes);
  await write(`${digest}.safetensors`, bytes);
  const random = (seed: number) => ({ kind: 'random', seed, normalisation: 'filter', vectors: 'ignore' }) as const;
  recipe = {
    ...planeRecipe({ subject: subject.id, loss: 'crossEntropy', samples: [{ set: 'train', count: 64 }, { set: 'test', count: 32 }], centre: 'trained' }),
    axes: [
      { direction: random(1), min: -1, max: 1, count: 5 },
      { direction: { kind: 'vector', digest, title: 'PC1' }, min: -0.5, max: 0.5, count: 3 },
      { direction: random(3), min: 0, max: 1, count: 3 },
    ],
  };
  manifestText = JSON.stringify(surfaceManifest(recipe, subject.manifest, [], 'http://127.0.0.1:9', []));
  await write('volume.json', manifestText);
}, 60_000);
afterAll(() => Promise.all([rm(folder, { recursive: true }), rm(join(root, BUILT), { recursive: true, force: true })]));

describe('npm run tarn -- compute', () => {
  it('[A5] a volume with an axis from a file comes out of both engines with the same numbers, within what the manifest says', async () => {
    const outcomes = await Promise.all([
      tarn('compute', 'volume.json', '--out', 'wasm.json', '--files', '.', '--json', '--threads', '1').ended,
      tarn('compute', 'volume.json', '--out', 'float64.json', '--files', '.', '--engine', 'float64', '--threads', '2').ended,
    ]);
    for (const { code, said } of outcomes) expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('45') });
    const [fast, exact] = await Promise.all(['wasm.json', 'float64.json'].map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as SurfaceJson));
    expect(exact!.gamma).toEqual([0, 0.5, 1]);
    expect(fast!.provenance.backends).toEqual([expect.stringMatching(/WASM/)]);
    expect(exact!.provenance.backends).toEqual(['float64 reference']);
    const { tolerance } = JSON.parse(manifestText) as ReturnType<typeof surfaceManifest>;
    let compared = 0;
    for (const [index, { loss, accuracy }] of exact!.sets.entries()) {
      expect(accuracy![0]!.every((value) => value! >= 0 && value! <= 100)).toBe(true);
      for (const [row, losses] of loss.entries()) {
        for (const [column, value] of losses.entries()) {
          const allowed = Math.max(tolerance.absolute, tolerance.relative * value!);
          expect(Math.abs(fast!.sets[index]!.loss[row]![column]! - value!)).toBeLessThanOrEqual(allowed);
          compared++;
        }
      }
    }
    expect(compared).toBe(2 * 45);
    const { code, said } = await tarn('compute', 'volume.json', '--out', 'table.csv', '--files', '.', '--engine', 'float64', '--threads', '1').ended;
    expect({ code, said }).toMatchObject({ code: 0 });
    const whole = (await readFile(join(folder, 'table.csv'), 'utf8')).trimEnd().split('\r\n');
    // What the panel of the slice says stands above its values.
    const notes = whole.filter((line) => line.startsWith('#')).join('\n');
    for (const part of [sliceIdOf(recipe), '64 of 256 train, 32 of 128 test', 'standard error over 64 samples', 'random, seed 1, filter-wise', '‖dα‖ is', 'α and γ meet', 'Condition: ', 'A random walk of 21 points in 354 dimensions', 'Evaluated: ', '45 of 45 points', 'float64 reference', 'average curvature', 'arXiv 1712.09913']) expect(notes).toContain(part);
    expect(exact!.honesty.map(({ title, text, note }) => `# ${title}: ${text}${note === undefined ? '' : ` (${note})`}`).filter((line) => !notes.includes(line.replace('# ', '')))).toEqual([]);
    const lines = whole.filter((line) => !line.startsWith('#'));
    expect(lines).toHaveLength(1 + 90);
    expect(lines[1]).toBe(`-1,-0.5,0,train,64,${exact!.sets[0]!.loss[0]![0]},${exact!.sets[0]!.accuracy![0]![0]},finite,false`);
  }, 60_000);

  it('[A5] a slice of several runs says whose they are and how much it shows of them; without one of them it is refused', async () => {
    const subjects = [...(await loadSubjects(join(root, 'public/builtins'))).values()];
    const [own, ...runs] = ['spirals-tiny', 'spirals-seed-8', 'spirals-seed-9'].map((name) => subjects.find(({ manifest }) => manifest.name === name)!);
    const made = makePrincipal({ ...principalDraftFor(own!.manifest), runs: runs.map(({ id }) => id), origin: null, isCentred: true }, own!, runs, 2);
    if (!made.ok) throw new Error(JSON.stringify(made.problems));
    const kept = await Promise.all([...made.value.axes, made.value.mean!].map(async (file) => {
      const bytes = writeVectorFile(file);
      await write(`${digestOf(bytes)}.safetensors`, bytes);
      return { digest: digestOf(bytes), title: file.title };
    }));
    const plane: SliceRecipe = {
      ...planeRecipe({ subject: own!.id, loss: 'crossEntropy', samples: [{ set: 'train', count: 16 }], centre: 'trained' }),
      origin: kept[2]!,
      axes: kept.slice(0, 2).map((vector) => ({ direction: { kind: 'vector', ...vector }, min: -10, max: 10, count: 3 })),
      runs: runs.map(({ id }) => id),
    };
    const manifest = surfaceManifest(plane, own!.manifest, runs.map((run) => run.manifest), 'http://127.0.0.1:9', []);
    await write('runs.json', JSON.stringify(manifest));
    const { code, said } = await tarn('compute', 'runs.json', '--out', 'runs-out.json', '--files', '.', '--engine', 'float64', '--threads', '1').ended;
    expect({ code, said }).toMatchObject({ code: 0 });
    const { honesty } = JSON.parse(await readFile(join(folder, 'runs-out.json'), 'utf8')) as SurfaceJson;
    const text = honesty.map(({ title, text: what, note = '' }) => `${title}: ${what} ${note}`).join('\n');
    for (const part of ['Directions from: Two spirals (21 checkpoints), Two spirals, seed 8 (12 checkpoints)', 'of 45 checkpoints of 3 runs', '3 random walks from the same starts', '45 of 45 checkpoints lie outside']) expect(text).toContain(part);
    for (const described of [[runs[0]!.manifest], [runs[1]!.manifest, runs[0]!.manifest]]) expect(readManifest({ ...manifest, runs: described })).toMatchObject({ ok: false, problems: [{ path: 'runs' }] });
  }, 60_000);

  it('[A5] [E9] a convexity map comes out of both engines with the eigenvalues of the reference case, at every point', async () => {
    const found = openCase(join(root, 'tests/reference'), 'convexity-mlp-tiny');
    const network = networkOf(found);
    const { tensors, size } = layoutOf(network);
    const { count, inputs, targets } = samplesOf(found, 'train');
    const rows = (prefix: string): Float32Array => Float32Array.from(gathered(found.tensors, prefix, tensors));
    const arrays = {
      checkpoints: { shape: [1, size], values: rows('that') },
      'train.x': { shape: [count, 2], values: Float32Array.from(inputs) },
      'train.y': { shape: [count], values: targets },
      'test.x': { shape: [1, 2], values: Float32Array.from(inputs.subarray(0, 2)) },
      'test.y': { shape: [1], values: targets.subarray(0, 1) },
    };
    const file = writeSafetensors(new Map(Object.entries(arrays)));
    const manifest: SubjectManifest = {
      format: 1, name: 'convexity', title: 'A reference case', summary: '', network, loss: 'crossEntropy', trajectory: [], provenance: '',
      dataset: { title: '', input_shape_chw: [2], classes: 3, scale: null, samples: { train: count, test: 1 } },
      checkpoints: [{ id: 'that', title: 'that' }],
      file: { digest: digestOf(file), bytes: file.byteLength },
    };
    const subject = subjectIdOf(manifest);
    await write(`${manifest.file.digest}.safetensors`, file);
    const axes = await Promise.all(['dx', 'dy'].map(async (name) => {
      const bytes = writeVectorFile({ kind: 'direction', subject, title: name, made: null, values: rows(name) });
      await write(`${digestOf(bytes)}.safetensors`, bytes);
      return { direction: { kind: 'vector', digest: digestOf(bytes), title: name }, min: -1, max: 1, count: 5 } as const;
    }));
    const measure = { kind: 'convexity', parameters: 'all', tolerance: 1e-6, steps: 173 } as const;
    const map: SliceRecipe = { ...planeRecipe({ subject, loss: 'crossEntropy', samples: [{ set: 'train', count }], centre: 'that' }), axes, measure };
    await write('map.json', JSON.stringify(surfaceManifest(map, manifest, [], 'http://127.0.0.1:9', [])));
    const expected = (name: string): ArrayLike<number> => found.tensors.get(name)!.values;
    const [json, csv] = await Promise.all([
      tarn('compute', 'map.json', '--out', 'map-wasm.json', '--files', '.', '--engine', 'wasm', '--threads', '1').ended,
      tarn('compute', 'map.json', '--out', 'map-float64.csv', '--files', '.', '--engine', 'float64', '--threads', '1').ended,
    ]);
    for (const { code, said } of [json, csv]) expect({ code, said }).toMatchObject({ code: 0 });
    const [set] = (JSON.parse(await readFile(join(folder, 'map-wasm.json'), 'utf8')) as SurfaceJson).sets;
    const { least, greatest, ratio } = set!.eigenvalues!;
    const [head, ...lines] = (await readFile(join(folder, 'map-float64.csv'), 'utf8')).trimEnd().split('\r\n').filter((line) => !line.startsWith('#'));
    expect(head).toBe('alpha,beta,gamma,set,samples,loss,accuracy_percent,status,verified,eigenvalue_least,eigenvalue_greatest');
    expect(lines).toHaveLength(25);
    for (let at = 0; at < 25; at++) {
      const [row, column] = [Math.floor(at / 5), at % 5];
      const cells = lines[at]!.split(',');
      const [min, max] = [expected('exact.min')[at]!, expected('exact.max')[at]!];
      // What float32 weights and products may cost: docs/METHODS.md promises 1e-5 of the largest.
      const allowed = 1e-5 * Math.max(Math.abs(min), Math.abs(max));
      for (const made of [least[row]![column]!, Number(cells[9])]) expect(Math.abs(made - min)).toBeLessThan(allowed);
      for (const made of [greatest[row]![column]!, Number(cells[10])]) expect(Math.abs(made - max)).toBeLessThan(allowed);
      expect(Math.abs(ratio[row]![column]! - expected('exact.ratio')[at]!)).toBeLessThan(1e-4);
      for (const made of [set!.loss[row]![column]!, Number(cells[5])]) expect(made).toBeCloseTo(expected('exact.loss')[at]!, 5);
    }
  }, 120_000);

  it('[A6] what was changed, broken or is not there is refused in words, with its exit code and nothing written', async () => {
    const changed = JSON.parse(manifestText) as { recipe: { axes: { max: number }[] } };
    changed.recipe.axes[0]!.max = 0.75;
    await write('changed.json', JSON.stringify(changed));
    await write('broken.json', '{');
    const refusals = await Promise.all([
      tarn('compute', 'changed.json', '--out', 'x.json', '--files', '.').ended,
      tarn('compute', 'broken.json', '--out', 'x.json').ended,
      tarn('compute', 'nowhere.json', '--out', 'x.json').ended,
      tarn('compute', 'volume.json', '--out', 'x.json').ended,
      tarn('compute', 'volume.json').ended,
    ]);
    expect(refusals.map(({ code }) => code)).toEqual([3, 3, 3, 3, 2]);
    for (const [index, words] of [/hash is not the slice id/, /not JSON/, /cannot be read/, /bring it with --files/, /--out FILE/].entries()) expect(refusals[index]!.said).toMatch(words);
    await expect(readFile(join(folder, 'x.json'))).rejects.toThrow('ENOENT');
  }, 60_000);

  it('[A5] the server gives a manifest that reads back, with where its files are', async () => {
    const server = await startServer();
    try {
      const session = await server.createSession();
      const plane = planeRecipe();
      await server.post(`/api/v1/sessions/${session.id}/slices`, plane, { authorization: `Bearer ${session.key}` });
      const answer = await fetch(`${server.url}/api/v1/sessions/${session.id}/slices/${sliceIdOf(plane)}/manifest`);
      const outcome = readManifest(await answer.json());
      expect(outcome).toMatchObject({ ok: true, value: { recipe: plane, files: [{ digest: lineSubject().manifest.file.digest, at: expect.stringContaining(server.url) }] } });
      // As far as it is known without weights.
      const said = outcome.ok ? outcome.value.honesty!.map(({ title, text, note }) => `${title}: ${text} ${note}`).join('\n') : '';
      for (const part of [sliceIdOf(plane), '8 of 8 train', 'seed 2', '0 of 81 points', 'Verified: nothing yet', 'average curvature', 'arXiv 1712.09913']) expect(said).toContain(part);
      expect(outcome.ok && manifestSchema.safeParse(outcome.value.subject).success).toBe(true);
      expect((await fetch(`${server.url}/api/v1/sessions/${session.id}/slices/${'0'.repeat(32)}/manifest`)).status).toBe(404);
    } finally {
      await server.close();
    }
  });

  it('[A7] the command line is read, or refused in words', () => {
    const read = (...args: string[]) => {
      const outcome = readOptions(args);
      return outcome.ok ? outcome.value : outcome.problems[0]!.message;
    };
    expect(read('compute', 'm.json', '--out', 'a.CSV', '--engine', 'float64', '--threads', '3')).toEqual({ manifest: 'm.json', out: 'a.CSV', format: '.csv', engine: 'float64', threads: 3, files: null, isJson: false });
    expect(read('--help')).toBe('help');
    expect(read()).toMatch(/what is to be done/);
    expect(read('train', 'x')).toMatch(/no command train/);
    expect(read('compute', 'm', '--out', 'a.png')).toMatch(/\.json or \.csv/);
    expect(read('compute', 'm', '--out', 'a.json', '--engine', 'cuda')).toMatch(/wasm, float64/);
    expect(read('compute', 'm', 'n', '--out', 'a.json')).toMatch(/one manifest/);
    expect(read('compute', 'm', '--out', 'a.json', '--threads', '0')).toMatch(/1 to 64/);
  });
});
