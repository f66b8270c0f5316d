/** Bundles what runs in Node into dist/: the server, the command lines, and their threads. Packages stay in node_modules, our own rooms are bundled in. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @type {import('esbuild').BuildOptions} */
export const serverBuild = {
  absWorkingDir: root,
  entryPoints: {
    main: 'server/main.ts',
    proberThread: 'server/proberThread.ts',
    volunteer: 'scripts/volunteer.ts',
    computeThread: 'scripts/volunteer/computeThread.ts',
    tarn: 'scripts/tarn.ts',
    truthThread: 'scripts/compute/truthThread.ts',
  },
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
