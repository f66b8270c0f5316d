/**
 * `npm run lint`: the layer rules and everything oxlint finds, unused files and exports, and types.
 *
 * A gate must fail when it sees nothing: it first plants a fault per room and demands that it is found.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A line that must not pass, by the room it would stand in. */
const PLANTED = {
  'lib/network': "import { gridOf } from '#lib/slice/grid.ts';\nexport const planted = gridOf;\n",
  'lib/slice': "import { LeaseBook } from '#lib/work/leaseBook.ts';\nexport const planted = LeaseBook;\n",
  'lib/work': "import type { Person } from '#lib/session/people.ts';\nexport type Planted = Person;\n",
  'lib/conformance': "import { decodeTileResult } from '#lib/wire/tileCodec.ts';\nexport const planted = decodeTileResult;\n",
  'lib/session': 'export const planted = Math.random();\n',
  'lib/wire': "import { readFileSync } from 'node:fs';\nexport const planted = readFileSync;\n",
  workers: "import { createStore } from '#client/store.ts';\nexport const planted = createStore;\n",
  client: "import { useState } from 'react';\nexport const planted = useState;\n",
  server: "import { createStore } from '#client/store.ts';\nexport const planted = createStore;\n",
  components: "import { io } from 'socket.io-client';\nexport const planted = io;\n",
  app: "import { createStore } from '#client/store.ts';\nexport const planted = createStore;\n",
};

let failed = false;

for (const [room, fault] of Object.entries(PLANTED)) {
  const folder = join(root, room);
  const file = join(folder, 'plantedFault.ts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, fault);
  const outcome = spawnSync('npx', ['oxlint', file], { cwd: root, encoding: 'utf8' });
  rmSync(file);
  if (outcome.status === 0) {
    console.error(`the linter does not see a fault planted in ${room}`);
    failed = true;
  }
}

for (const [title, command, args] of [
  ['oxlint', 'npx', ['oxlint']],
  ['unused files, exports and packages', 'npx', ['knip', '--no-progress']],
  ['types', 'npx', ['tsc', '--noEmit']],
]) {
  const outcome = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (outcome.status !== 0) {
    console.error(`${title}: failed`);
    failed = true;
  } else console.log(`${title}: fine`);
}

process.exit(failed ? 1 : 0);
