/** Bundles the server and its probing thread into dist/; packages stay in node_modules, our own rooms are bundled in. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @type {import('esbuild').BuildOptions} */
export const serverBuild = {
  absWorkingDir: root,
  entryPoints: { main: 'server/main.ts', proberThread: 'server/proberThread.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: false,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await build(serverBuild);
