/** Bundles the server and its probing thread to dist/. Our own files go in; packages stay in node_modules. */
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Imports that begin with # are ours (package.json "imports"), everything else without a leading dot is a package. */
const packagesStayOutside = {
  name: 'packages-stay-outside',
  setup: ({ onResolve }) => onResolve({ filter: /^[^.#/]/ }, ({ path, kind }) => (kind === 'entry-point' ? null : { path, external: true })),
};

/** @type {import('esbuild').BuildOptions} */
export const serverBuild = {
  entryPoints: ['server/main.ts', 'server/proberThread.ts'],
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
  plugins: [packagesStayOutside],
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build(serverBuild);
