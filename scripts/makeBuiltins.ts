/**
 * Makes the built-in networks: public/builtins/<name>.json, their arrays by digest, and the home page's first picture.
 *
 *     node --import tsx scripts/makeBuiltins.ts REFERENCE_DIR
 *
 * REFERENCE_DIR holds the reference cases seedcnn-weights and data-glyph (tests/reference has copies).
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lineFit } from './builtins/lineFit.ts';
import { build } from './builtins/parts.ts';
import { seedCnn } from './builtins/seedCnn.ts';
import { spirals } from './builtins/spirals.ts';
import { homeRecipe, precompute } from './builtins/surface.ts';

const OUT = path.resolve(import.meta.dirname, '../public/builtins');

function main(): void {
  const [directory] = process.argv.slice(2);
  if (!directory) {
    process.stderr.write('which directory holds the reference cases?  node --import tsx scripts/makeBuiltins.ts REFERENCE_DIR\n');
    process.exitCode = 1;
    return;
  }
  const built = [spirals(), seedCnn(directory), lineFit()].map(build);
  mkdirSync(OUT, { recursive: true });
  for (const old of readdirSync(OUT).filter((name) => name.endsWith('.safetensors'))) rmSync(path.join(OUT, old));
  for (const { manifest, bytes, subject } of built) {
    writeFileSync(path.join(OUT, `${manifest.name}.json`), `${JSON.stringify(manifest, null, 1)}\n`);
    writeFileSync(path.join(OUT, `${manifest.file.digest}.safetensors`), bytes);
    process.stdout.write(`${manifest.name}: subject ${subject.id.slice(0, 12)}…, ${bytes.byteLength} bytes\n`);
  }
  writeFileSync(path.join(OUT, 'index.json'), `${JSON.stringify(built.map(({ manifest }) => manifest.name))}\n`);
  const first = built[0]!;
  const surface = precompute(first.subject, homeRecipe(first.subject));
  writeFileSync(path.join(OUT, `${first.manifest.name}.surface.json`), `${JSON.stringify(surface)}\n`);
  process.stdout.write(`picture: losses ${Math.min(...surface.loss)} to ${Math.max(...surface.loss)}\n`);
}

main();
