/** `npm run bench -- evaluate|session [--json]` */
import { benchEvaluate } from './evaluate.ts';
import { benchSession } from './session.ts';

const BENCHES: Readonly<Record<string, (options: { readonly json: boolean }) => Promise<void>>> = { evaluate: benchEvaluate, session: benchSession };

const [name = '', ...flags] = process.argv.slice(2);
const bench = BENCHES[name];
const unknown = flags.filter((flag) => flag !== '--json');
if (!bench || unknown.length > 0) {
  console.error(`usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--json]`);
  process.exitCode = 2;
} else {
  await bench({ json: flags.includes('--json') });
}
