/** `npm run dev`: the server rebuilt and restarted when it or lib/ changes, pages hot-reloaded by Next. */
import { spawn, spawnSync } from 'node:child_process';
import { context } from 'esbuild';
import { serverBuild } from './buildServer.mjs';

spawnSync('node', ['scripts/copyWasm.mjs'], { stdio: 'inherit' });

let server;
const restart = () => {
  const start = () => {
    server = spawn('node', ['--enable-source-maps', 'dist/main.mjs'], {
      stdio: 'inherit',
      env: { ...process.env, NODE_ENV: 'development', NEXT_TELEMETRY_DISABLED: '1' },
    });
  };
  if (!server || server.exitCode !== null) return start();
  server.once('exit', start);
  server.kill('SIGTERM');
};

const watcher = await context({
  ...serverBuild,
  plugins: [{ name: 'restart', setup: (build) => build.onEnd(({ errors }) => errors.length === 0 && restart()) }],
});
await watcher.watch();

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server?.kill('SIGTERM');
    void watcher.dispose().then(() => process.exit(0));
  });
}
