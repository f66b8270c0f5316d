/**
 * Makes the built-in networks: public/builtins/<name>.json, their arrays by digest, and the home page's first picture.
 *
 *     node --import tsx scripts/makeBuiltins.ts REFERENCE_DIR [TRAINED_DIR]
 *
 * REFERENCE_DIR holds the reference cases seedcnn-weights and data-glyph (tests/reference has copies). TRAINED_DIR holds folders for
 * networks of scripts/builtins/trained.ts. For each of them:
 *
 *     node --import tsx scripts/exportTraining.ts resnet20 colour-shapes TRAINED_DIR/shapes-resnet20
 *     python3 scripts/builtins/train.py TRAINED_DIR/shapes-resnet20 --epochs 16 --batch 50 --rate 0.05 --keep 0,1,4,9,16 --augment
 *     python3 scripts/builtins/train.py TRAINED_DIR/shapes-resnet20 --measure 256,128
 *
 * Those of depth were trained with --epochs 8 --keep 8 and --augment, those of width on glyphs with --epochs 6 --keep 6; both are measured
 * with --measure 128,128 --half. A network whose folder is missing from TRAINED_DIR stays as it is.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lineFit } from './builtins/lineFit.ts';
import { readSubject } from '#lib/formats/subjectFile.ts';
import { filesOfSubject, type SubjectManifest } from '#lib/network/subject.ts';
import { sayProblems } from '#lib/parsed.ts';
import { build, type Built } from './builtins/parts.ts';
import { seedCnn } from './builtins/seedCnn.ts';
import { sineBoundary } from './builtins/sine.ts';
import { spiralRuns, spirals } from './builtins/spirals.ts';
import { homeRecipe, precompute } from './builtins/surface.ts';
import { TRAINED, trained } from './builtins/trained.ts';

const OUT = path.resolve(import.meta.dirname, '../public/builtins');

function main(): void {
  const [directory, trainedDirectory] = process.argv.slice(2);
  if (!directory) {
    process.stderr.write('which directory holds the reference cases?  node --import tsx scripts/makeBuiltins.ts REFERENCE_DIR\n');
    process.exitCode = 1;
    return;
  }
  const more = TRAINED.map((each) => (trainedDirectory && existsSync(path.join(trainedDirectory, each.name)) ? build(trained(each, path.join(trainedDirectory, each.name))) : kept(each.name)));
  const built = [...[spirals(), seedCnn(directory), lineFit(), sineBoundary(), ...spiralRuns()].map(build), ...more];
  mkdirSync(OUT, { recursive: true });
  for (const old of readdirSync(OUT).filter((name) => name.endsWith('.safetensors'))) rmSync(path.join(OUT, old));
  for (const { manifest, files, subject } of built) {
    writeFileSync(path.join(OUT, `${manifest.name}.json`), `${JSON.stringify(manifest, null, 1)}\n`);
    for (const [digest, bytes] of files) writeFileSync(path.join(OUT, `${digest}.safetensors`), bytes);
    const size = filesOfSubject(manifest).reduce((sum, { bytes }) => sum + bytes, 0);
    process.stdout.write(`${manifest.name}: subject ${subject.id.slice(0, 12)}…, ${size} bytes in ${files.size} files\n`);
  }
  writeFileSync(path.join(OUT, 'index.json'), `${JSON.stringify(built.map(({ manifest }) => manifest.name))}\n`);
  const first = built[0]!;
  const surface = precompute(first.subject, homeRecipe(first.subject));
  writeFileSync(path.join(OUT, `${first.manifest.name}.surface.json`), `${JSON.stringify(surface)}\n`);
  process.stdout.write(`picture: losses ${Math.min(...surface.loss)} to ${Math.max(...surface.loss)}\n`);
}

/** A built-in as it stands in the repository. */
function kept(name: string): Built {
  const manifest = JSON.parse(readFileSync(path.join(OUT, `${name}.json`), 'utf8')) as SubjectManifest;
  const files = new Map(filesOfSubject(manifest).map(({ digest }) => [digest, readFileSync(path.join(OUT, `${digest}.safetensors`))]));
  const subject = readSubject(manifest, (digest) => files.get(digest));
  if (!subject.ok) throw new Error(sayProblems(subject.problems));
  return { manifest: subject.value.manifest, files, subject: subject.value };
}

main();
