/**
 * Makes sure of what a command needs: `deps`, `build`, `volunteer`, `browser`. Node's own modules only, since it runs before any install.
 *
 * Each step leaves a stamp (a hash of what it was made from), so a second run costs nothing.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamps = join(root, '.ensure');

/** What the served pages and the server are made from. */
const SOURCES = ['app', 'components', 'client', 'lib', 'server', 'workers', 'public', 'scripts', 'next.config.js', 'tsconfig.json', 'package.json'];

const steps = {
  deps: {
    hash: () => hashOf([join(root, 'package.json'), join(root, 'package-lock.json')], process.version),
    isThere: () => existsSync(join(root, 'node_modules', 'next')),
    say: 'Installing what is missing (a few minutes the first time) …',
    // `npm ci` refuses a lock file that leaves out other platforms' optional packages; this one honours the lock and leaves it as it is.
    make: () => run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']),
  },
  build: {
    hash: () => hashOf(SOURCES.flatMap((name) => filesUnder(join(root, name))), process.version),
    isThere: () => existsSync(join(root, '.next', 'BUILD_ID')) && existsSync(join(root, 'dist', 'main.mjs')),
    say: 'Building (about a minute the first time) …',
    make: () => {
      run('node', ['scripts/copyWasm.mjs']);
      run('node', ['scripts/buildKernels.mjs']);
      run('node', ['node_modules/next/dist/bin/next', 'build'], { NEXT_TELEMETRY_DISABLED: '1' });
      run('node', ['scripts/buildServer.mjs']);
    },
  },
  // A part of `build` that takes a second: a computer that only lends serves no pages.
  volunteer: {
    hash: () => hashOf(['client', 'lib', 'server', 'workers', 'scripts', 'package.json'].flatMap((name) => filesUnder(join(root, name))), process.version),
    isThere: () => existsSync(join(root, 'dist', 'volunteer.mjs')),
    say: 'Building the volunteer …',
    make: () => {
      run('node', ['scripts/buildKernels.mjs']);
      run('node', ['scripts/buildServer.mjs']);
    },
  },
  browser: {
    hash: () => 'found',
    isThere: () => spawnSync('node', ['scripts/browser.mjs'], { cwd: root, stdio: 'ignore' }).status === 0,
    say: 'Looking for a browser …',
    make: () => run('node', ['scripts/browser.mjs']),
  },
};

for (const name of process.argv.slice(2)) {
  const step = steps[name];
  if (!step) throw new Error(`no step called ${name}: ${Object.keys(steps).join(', ')}`);
  const stamp = join(stamps, name);
  const hash = step.hash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash && step.isThere()) continue;
  console.error(step.say);
  rmSync(stamp, { force: true });
  step.make();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, step.hash());
}

function run(command, args, env = {}) {
  const outcome = spawnSync(command, args, { cwd: root, stdio: ['ignore', process.stderr, process.stderr], env: { ...process.env, ...env } });
  if (outcome.status !== 0) {
    console.error(`\n${command} ${args.join(' ')} failed (${outcome.status ?? outcome.signal}).`);
    process.exit(outcome.status ?? 1);
  }
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  // Copied in by the build itself.
  if ([join(root, 'public', 'tfjs-wasm'), join(root, 'public', 'engine')].includes(path)) return [];
  return readdirSync(path).sort().flatMap((name) => filesUnder(join(path, name)));
}

function hashOf(files, ...more) {
  const hash = createHash('sha256');
  for (const each of more) hash.update(each);
  for (const file of files) if (existsSync(file)) hash.update(relative(root, file)).update(readFileSync(file));
  return hash.digest('hex');
}
