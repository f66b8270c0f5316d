/**
 * The command line of `npm run volunteer`, read into what it asks for; and what its exit codes mean.
 *
 * It opens nothing: an address is only taken apart.
 */
import { parseArgs } from 'node:util';
import { readCode } from '#lib/session/joinCode.ts';
import { readLink } from '#lib/session/linkState.ts';
import { parsed, refused, sayProblems, type Parsed } from '#lib/parsed.ts';
import { BACKENDS, type BackendWish } from '#lib/wire/workerMessages.ts';

export const EXIT = { stopped: 0, notJoined: 1, usage: 2, noBackend: 3, interrupted: 130 } as const;

export const HELP = `Lends this computer to a Tarn session, without a browser.

    npm run volunteer -- URL [--backend auto|webgpu|wasm] [--threads N]

URL            a session's link (http://HOST/s/ID#key=KEY, or without the key), or one with its code (http://HOST/j/ABC-DEF)
--backend B    auto: WebGPU on a real graphics device, else WebAssembly (default)
               webgpu: insist on WebGPU, a software adapter included;  wasm: WebAssembly, one thread per core
--threads N    WebAssembly threads, 1 to 64 (default: all cores)
--help         this text

Ctrl-C hands back what is not finished and leaves; a second one leaves at once. When the connection breaks, it comes back by itself.

Exit codes
  ${EXIT.stopped}    stopped by Ctrl-C or SIGTERM, everything unfinished handed back
  ${EXIT.notJoined}    the session cannot be reached, or refused this volunteer
  ${EXIT.usage}    the command line cannot be read
  ${EXIT.noBackend}    no backend computes here, or not the one that was insisted on, or it kept failing
  ${EXIT.interrupted}  a second Ctrl-C
`;

/** Where the session is: `session` with an id, or `code` to be exchanged for one. */
export type Target =
  | { readonly kind: 'session'; readonly origin: string; readonly id: string; readonly key: string | null }
  | { readonly kind: 'code'; readonly origin: string; readonly code: string };

export type VolunteerOptions = {
  readonly target: Target;
  readonly backend: BackendWish;
  /** Null for all cores. */
  readonly threads: number | null;
};

const MOST_THREADS = 64;
const WISHES: readonly BackendWish[] = ['auto', ...BACKENDS.filter((name) => name !== 'cpu')];

/** @param args what follows the command; `help` where it was asked for */
export function readOptions(args: readonly string[]): Parsed<VolunteerOptions | 'help'> {
  let read;
  try {
    read = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { backend: { type: 'string', default: 'auto' }, threads: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
    });
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = read;
  if (values.help) return parsed('help');
  const [address, ...more] = positionals;
  if (address === undefined) return refused("which session? Give its link:  npm run volunteer -- 'http://HOST/s/ID#key=KEY'");
  if (more.length > 0) return refused(`one session at a time; ${more.join(' ')} is too much`);
  const backend = WISHES.find((name) => name === values.backend);
  if (!backend) return refused(`there is no backend ${values.backend}: ${WISHES.join(', ')}`);
  const threads = values.threads === undefined ? null : Number(values.threads);
  if (threads !== null && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) {
    return refused(`--threads takes a whole number from 1 to ${MOST_THREADS}, not ${values.threads}`);
  }
  const target = readTarget(address);
  return target.ok ? parsed({ target: target.value, backend, threads }) : target;
}

function readTarget(address: string): Parsed<Target> {
  if (!URL.canParse(address)) return refused(`${address} is not a link: it begins with http:// or https://`);
  const { protocol, origin, pathname, hash } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'https:') return refused(`${address} is not a link: it begins with http:// or https://`);
  const [, place, name = ''] = /^\/(s|j)\/([\w-]{1,40})\/?$/.exec(pathname) ?? [];
  if (place === undefined) return refused(`${address} is not the link of a session: it has the form ${origin}/s/ID#key=KEY or ${origin}/j/CODE`);
  if (place === 's') return parsed({ kind: 'session', origin, id: name, key: readLink(hash).link.key });
  const code = readCode(name);
  return code.ok ? parsed({ kind: 'code', origin, code: code.value }) : refused(sayProblems(code.problems));
}
