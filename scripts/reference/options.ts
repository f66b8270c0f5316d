/** The command line of `npm run reference`, read into what it asks for; and what its exit codes mean. It opens nothing. */
import { parseArgs } from 'node:util';
import { parsed, refused, type Parsed } from '#lib/parsed.ts';

export const EXIT = { passed: 0, failed: 1, usage: 2 } as const;

export const BACKENDS = ['float64', 'cpu', 'wasm', 'webgpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** What every engine is held to, and the two that sessions compute on; TensorFlow.js's plain CPU backend is a last resort and slow. */
const USUAL: readonly BackendName[] = ['float64', 'wasm', 'webgpu'];
/** A software WebGPU adapter takes seconds for what others do in milliseconds. */
const WEBGPU_POINTS = 5;

export const HELP = `Compares Tarn's engines with reference cases, whose answers are known.

    npm run reference -- DIR [--backend B] [--case NAME] [--points K] [--json]

DIR            a directory of cases, in the format of tests/reference/README.md
--backend B    one of ${BACKENDS.join(', ')}, or several with commas between them (default: ${USUAL.join(',')})
               float64: the reference itself, on all cores;  wasm: the sessions' engine under Node
               webgpu: the sessions' engine in a headless Chromium (CHROMIUM_PATH names one), a software adapter included
               cpu: TensorFlow.js's plain JavaScript
--case NAME    only this case, by the name of its file without .json; may be given several times (default: all)
--points K     at most K points of each surface (default: all; ${WEBGPU_POINTS} on webgpu)
--json         the rows as one JSON array, with the backend of each
--help         this text

A line for every case: its kind, whether it passed, the largest error and what is allowed, and how many numbers were compared. At the end a
line for every backend. Data, directions, reductions and SVD are arithmetic of the host, whatever the backend.

Exit codes
  ${EXIT.passed}    every case of a supported kind is within its tolerance
  ${EXIT.failed}    a case is not, or a backend could not be opened
  ${EXIT.usage}    the command line, or the directory, cannot be read
`;

export type ReferenceOptions = {
  readonly directory: string;
  readonly backends: readonly BackendName[];
  /** Null for all. */
  readonly cases: readonly string[] | null;
  /** As said on the command line; see pointsOn. */
  readonly points: number | undefined;
  readonly isJson: boolean;
};

/** Points of each surface that a backend evaluates; all where undefined. */
export const pointsOn = (backend: BackendName, { points }: Pick<ReferenceOptions, 'points'>): number | undefined => points ?? (backend === 'webgpu' ? WEBGPU_POINTS : undefined);

/** @param args what follows the command; `help` where it was asked for */
export function readOptions(args: readonly string[]): Parsed<ReferenceOptions | 'help'> {
  let read;
  try {
    read = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        backend: { type: 'string', multiple: true, default: [...USUAL] },
        case: { type: 'string', multiple: true },
        points: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    const [words] = (error instanceof Error ? error.message : String(error)).split('. ');
    return refused(`${words}: there are --backend, --case, --points, --json and --help`);
  }
  const { values, positionals } = read;
  if (values.help) return parsed('help');
  const [directory, ...more] = positionals;
  if (directory === undefined) return refused('which directory?  npm run reference -- DIR');
  if (more.length > 0) return refused(`one directory at a time; ${more.join(' ')} is too much`);
  const named = values.backend.flatMap((list) => list.split(','));
  const unknown = named.find((name) => !BACKENDS.some((backend) => backend === name));
  if (unknown !== undefined) return refused(`there is no backend ${unknown}: ${BACKENDS.join(', ')}`);
  const points = values.points === undefined ? undefined : Number(values.points);
  if (points !== undefined && !(Number.isInteger(points) && points > 0)) return refused(`--points takes a whole number above 0, not ${values.points}`);
  return parsed({ directory, backends: [...new Set(named)] as readonly BackendName[], cases: values.case ?? null, points, isJson: values.json });
}
