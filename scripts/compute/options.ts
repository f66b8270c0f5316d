/** The command line of `npm run tarn -- compute`, read into what it asks for; and what its exit codes mean. It opens nothing. */
import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import { parsed, refused, type Parsed } from '#lib/parsed.ts';

export const EXIT = { done: 0, failed: 1, usage: 2, unreadable: 3, stopped: 130 } as const;

export const HELP = `Computes the surface of a manifest again, on this computer alone.

    npm run tarn -- compute MANIFEST --out FILE [--engine wasm|float64] [--threads N] [--files DIR] [--json]

MANIFEST       a file, or the address of one: http://HOST/api/v1/sessions/ID/slices/SLICE/manifest
--out FILE     where to write: .json (values, status and provenance) or .csv (one line per point and set)
--engine E     wasm: the engine of the browsers, in float32 (default);  float64: the reference, slower and exact
--threads N    1 to 64 (default: all cores)
--files DIR    where to look first for the files that the manifest names, each called by its digest (with or without .safetensors)
--json         says the outcome as one line of JSON
--help         this text

Files are looked for in DIR, then among the built-in networks, then where the manifest says; each must have the hash it is named by.

Exit codes
  ${EXIT.done}    the surface is complete and written
  ${EXIT.failed}    it could not be computed or written
  ${EXIT.usage}    the command line cannot be read
  ${EXIT.unreadable}    the manifest or a file of it cannot be read, or is not what it says
  ${EXIT.stopped}  stopped by Ctrl-C; nothing is written
`;

export const ENGINES = ['wasm', 'float64'] as const;
export const FORMATS = ['.json', '.csv'] as const;

export type ComputeOptions = {
  readonly manifest: string;
  readonly out: string;
  readonly format: (typeof FORMATS)[number];
  readonly engine: (typeof ENGINES)[number];
  /** Null for all cores. */
  readonly threads: number | null;
  readonly files: string | null;
  readonly isJson: boolean;
};

const MOST_THREADS = 64;

/** @param args what follows `tarn`; `help` where it was asked for */
export function readOptions(args: readonly string[]): Parsed<ComputeOptions | 'help'> {
  let read;
  try {
    read = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        engine: { type: 'string', default: 'wasm' },
        threads: { type: 'string' },
        files: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = read;
  if (values.help) return parsed('help');
  const [command, manifest, ...more] = positionals;
  if (command !== 'compute') return refused(command === undefined ? 'what is to be done? There is: compute MANIFEST --out FILE' : `there is no command ${command}: only compute`);
  if (manifest === undefined) return refused('which manifest? Give its file or its address');
  if (more.length > 0) return refused(`one manifest at a time; ${more.join(' ')} is too much`);
  if (values.out === undefined) return refused('where to? Give --out FILE');
  const format = FORMATS.find((each) => each === extname(values.out!).toLowerCase());
  if (!format) return refused(`${values.out} must end in ${FORMATS.join(' or ')}: that says how it is written`);
  const engine = ENGINES.find((each) => each === values.engine);
  if (!engine) return refused(`there is no engine ${values.engine}: ${ENGINES.join(', ')}`);
  const threads = values.threads === undefined ? null : Number(values.threads);
  if (threads !== null && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) {
    return refused(`--threads takes a whole number from 1 to ${MOST_THREADS}, not ${values.threads}`);
  }
  return parsed({ manifest, out: values.out, format, engine, threads, files: values.files ?? null, isJson: values.json });
}
