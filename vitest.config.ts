/** Everything that runs without a browser window. Playwright's tests are in tests/pages. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    exclude: ['tests/pages/**', 'node_modules/**'],
    // The WASM tile engine's kernels: compiled where their sources have changed.
    globalSetup: ['scripts/buildKernels.mjs'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Two processes: the machines this runs on have few cores, and several tests compute.
    maxWorkers: 2,
  },
});
